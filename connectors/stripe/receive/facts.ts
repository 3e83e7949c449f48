import { readJsonObject } from '../../receive/json-body.ts';
import { knownFacts } from '../../receive/known-facts.ts';
import { fromStripeAmount } from '../ports/money.ts';
import { event as eventSchema } from './schema.ts';
import { subjectOf } from './subject.ts';
import type { Facts } from '../../connector.ts';
import type { StripeEvent, StripeObject } from './schema.ts';

/** The facts of a stored body. */
export function stripeFacts(_topic: string, body: Buffer): Facts {
  const json = readJsonObject(body);
  return json.ok ? factsOf(eventSchema.parse(json.value)) : {};
}

/** The facts of an event; a thin one tells only what it is about and its mode. */
export function factsOf(event: StripeEvent): Facts {
  const { id, type } = subjectOf(event);
  const snapshot = event.data?.object ?? null;
  const invoice = type === 'invoice' ? snapshot : null;
  return knownFacts({
    livemode: event.livemode ?? undefined,
    account: event.account ?? undefined,
    context: event.account === null ? (event.context ?? undefined) : undefined,
    'object.id': id ?? undefined,
    'object.type': type ?? undefined,
    'customer.id': (type === 'customer' ? id : customerOf(snapshot)) ?? undefined,
    'invoice.id': type === 'invoice' ? (id ?? undefined) : undefined,
    'invoice.customer': customerOf(invoice) ?? undefined,
    'invoice.amountDue': amountDueOf(invoice),
    'invoice.currency': invoice?.currency?.toUpperCase(),
    'invoice.attemptCount': invoice?.attempt_count ?? undefined,
    'invoice.charge': chargeOf(invoice) ?? undefined,
    'invoice.payment': idOf(invoice?.payment_intent) ?? undefined,
    'request.id': idOf(event.request) ?? event.reason?.request?.id ?? undefined,
  });
}

/** Decimal text: Stripe's own units mean nothing outside of this folder. */
function amountDueOf(invoice: StripeObject | null): string | undefined {
  if (invoice === null || invoice.amount_due === null || invoice.currency === null) return undefined;
  return fromStripeAmount(invoice.amount_due, invoice.currency).amount;
}

function customerOf(object: StripeObject | null): string | null {
  return idOf(object?.customer) ?? object?.customer_account ?? null;
}

/** The charge of the attempt that the event tells of: each attempt has its own, while attempts share a payment intent. */
function chargeOf(invoice: StripeObject | null): string | null {
  const payment = invoice?.payment_intent ?? null;
  const latest = payment === null || typeof payment === 'string' ? null : payment.latest_charge;
  return idOf(invoice?.charge) ?? idOf(latest);
}

function idOf(reference: string | { readonly id: string | null } | null | undefined): string | null {
  return typeof reference === 'object' ? (reference?.id ?? null) : (reference ?? null);
}
