import type { Clock } from '../core/clock.ts';
import type { Invoice, NewInvoice, StripeEvent, StripeState } from './entities.ts';
import type { Emit } from './webhooks.ts';

import { toSeconds } from '../core/clock.ts';
import { addInvoice } from './entities.ts';
import { invoiceJson } from './formatters.ts';

const NEXT_ATTEMPT_S = 3 * 86_400;
const MAX_ATTEMPTS = 4;

/** An event that has happened. */
export interface Happened {
  readonly event: StripeEvent;
  /** Resolves when every destination has answered or was given up. */
  readonly told: Promise<void>;
}

/** What the routes and the drivers work with. */
export interface Bank {
  readonly state: StripeState;
  /** Records an event and sends it. */
  happen(
    type: string,
    objectId: string,
    objectPath: string,
    object: { readonly [name: string]: unknown },
    account?: string | null,
  ): Happened;
  /** A payment fails: of the invoice with this id, or of a new one. Throws where the id is unknown. */
  failPayment(invoice: string | NewInvoice): Happened & { readonly invoice: Invoice };
  /** The customer pays. Throws where the id is unknown. */
  pay(invoiceId: string): Happened & { readonly invoice: Invoice };
}

/** Builds the bank over a state. */
export function createBank(state: StripeState, clock: Clock, emit: Emit): Bank {
  const known = (id: string): Invoice => {
    const invoice = state.invoices.get(id);
    if (invoice === undefined) throw new Error(`no invoice ${id} in the sandbox; expected one of its ids, or the fields of a new one`);
    return invoice;
  };
  const bank: Bank = {
    state,
    happen: (type, objectId, objectPath, object, account = null) => {
      const event: StripeEvent = {
        id: state.nextId('evt'),
        type,
        created: toSeconds(clock()),
        object,
        objectId,
        objectPath,
        account,
        delivered: false,
      };
      state.events.push(event);
      state.eventsById.set(event.id, event);
      return { event, told: emit(event) };
    },
    failPayment: (which) => {
      const now = toSeconds(clock());
      const invoice = typeof which === 'string' ? known(which) : addInvoice(state, now, which);
      invoice.attemptCount += 1;
      invoice.nextPaymentAttempt = invoice.attemptCount < MAX_ATTEMPTS ? now + NEXT_ATTEMPT_S : null;
      return {
        invoice,
        ...bank.happen('invoice.payment_failed', invoice.id, pathOf(invoice), invoiceJson(state, invoice), invoice.account),
      };
    },
    pay: (invoiceId) => {
      const invoice = known(invoiceId);
      invoice.status = 'paid';
      invoice.nextPaymentAttempt = null;
      return { invoice, ...bank.happen('invoice.paid', invoice.id, pathOf(invoice), invoiceJson(state, invoice), invoice.account) };
    },
  };
  return bank;
}

function pathOf({ id }: Invoice): string {
  return `/v1/invoices/${id}`;
}
