import type { Customer, Invoice, StripeEvent, StripeState } from './entities.ts';

import { toIso } from '../core/clock.ts';
import { API_VERSION } from './entities.ts';

/** Thirty days, the period that an invoice is for. */
const PERIOD_S = 2_592_000;

type Json = { readonly [name: string]: unknown };

/** A customer (https://docs.stripe.com/api/customers/object). */
export function customerJson(customer: Customer): Json {
  return {
    id: customer.id,
    object: 'customer',
    address: null,
    balance: 0,
    created: customer.created,
    currency: null,
    default_source: null,
    delinquent: false,
    description: null,
    discount: null,
    email: customer.email,
    invoice_prefix: 'SBX',
    livemode: false,
    metadata: customer.metadata,
    name: customer.name,
    phone: customer.phone,
    preferred_locales: [],
    shipping: null,
    tax_exempt: 'none',
    test_clock: null,
  };
}

/** An invoice (https://docs.stripe.com/api/invoices/object). With `expand` the customer is the object instead of its id. */
export function invoiceJson(state: StripeState, invoice: Invoice, expand: readonly string[] = []): Json {
  const customer = state.customers.get(invoice.customerId);
  const { created, id } = invoice;
  return {
    id,
    object: 'invoice',
    account_country: 'DE',
    account_name: 'Acme GmbH',
    ...amountsOf(invoice),
    ...customerFields(customer),
    ...collectionOf(invoice),
    customer: expand.includes('customer') && customer !== undefined ? customerJson(customer) : invoice.customerId,
    created,
    description: null,
    discounts: [],
    footer: null,
    hosted_invoice_url: `https://invoice.stripe.example/i/acct_sandbox/${id}`,
    invoice_pdf: `https://pay.stripe.example/invoice/acct_sandbox/${id}/pdf`,
    lines: { object: 'list', data: [lineJson(invoice)], has_more: false, url: `/v1/invoices/${id}/lines` },
    livemode: false,
    metadata: {},
    number: invoice.number,
    on_behalf_of: null,
    parent: {
      type: 'subscription_details',
      quote_details: null,
      subscription_details: { metadata: {}, subscription: `sub_${id.slice(3)}` },
    },
    period_end: created,
    period_start: created - PERIOD_S,
    receipt_number: null,
    statement_descriptor: null,
    test_clock: null,
    webhooks_delivered_at: null,
  };
}

/** An event with its object, as the account's version renders it (https://docs.stripe.com/api/events/object). */
export function eventJson(event: StripeEvent): Json {
  return {
    id: event.id,
    object: 'event',
    ...(event.account === null ? {} : { account: event.account, context: event.account }),
    api_version: API_VERSION,
    created: event.created,
    data: { object: event.object },
    livemode: false,
    pending_webhooks: event.delivered ? 0 : 1,
    request: { id: null, idempotency_key: null },
    type: event.type,
  };
}

/** An event without its object (https://docs.stripe.com/event-destinations#thin-events). */
export function thinEventJson(event: StripeEvent): Json {
  const related = { id: event.objectId, type: String(event.object['object']), url: event.objectPath };
  return {
    id: event.id,
    object: 'v2.core.event',
    type: `v1.${event.type}`,
    created: toIso(event.created * 1000),
    livemode: false,
    context: event.account,
    related_object: related,
    reason: null,
    snapshot_event: event.id,
  };
}

/** A list's envelope. */
export function listJson(url: string, data: readonly unknown[], hasMore: boolean): Json {
  return { object: 'list', url, has_more: hasMore, data };
}

function amountsOf({ amountDue, currency, status }: Invoice): Json {
  const paid = status === 'paid';
  return {
    currency,
    amount_due: amountDue,
    amount_overpaid: 0,
    amount_paid: paid ? amountDue : 0,
    amount_remaining: paid ? 0 : amountDue,
    amount_shipping: 0,
    ending_balance: 0,
    post_payment_credit_notes_amount: 0,
    pre_payment_credit_notes_amount: 0,
    starting_balance: 0,
    subtotal: amountDue,
    subtotal_excluding_tax: amountDue,
    total: amountDue,
    total_discount_amounts: [],
    total_excluding_tax: amountDue,
    total_taxes: [],
  };
}

function customerFields(customer: Customer | undefined): Json {
  return {
    customer_address: null,
    customer_email: customer?.email ?? null,
    customer_name: customer?.name ?? null,
    customer_phone: customer?.phone ?? null,
    customer_shipping: null,
    customer_tax_exempt: 'none',
  };
}

function collectionOf({ attemptCount, created, nextPaymentAttempt, status }: Invoice): Json {
  const paidAt = status === 'paid' ? created : null;
  return {
    attempt_count: attemptCount,
    attempted: attemptCount > 0,
    auto_advance: true,
    billing_reason: 'subscription_cycle',
    collection_method: 'charge_automatically',
    default_payment_method: null,
    due_date: null,
    effective_at: created,
    next_payment_attempt: nextPaymentAttempt,
    payment_settings: { default_mandate: null, payment_method_options: null, payment_method_types: null },
    status,
    status_transitions: { finalized_at: created, marked_uncollectible_at: null, paid_at: paidAt, voided_at: null },
  };
}

function lineJson(invoice: Invoice): Json {
  return {
    id: `il_${invoice.id.slice(3)}`,
    object: 'line_item',
    amount: invoice.amountDue,
    currency: invoice.currency,
    description: '1 × Team plan',
    discount_amounts: [],
    discountable: true,
    discounts: [],
    invoice: invoice.id,
    livemode: false,
    metadata: {},
    period: { start: invoice.created - PERIOD_S, end: invoice.created },
    quantity: 1,
  };
}
