import { createCaller } from '../../call/caller.ts';
import { wrongMode } from '../call/access.ts';
import { fromWireInvoice } from './mapping.ts';
import { wireInvoice, wireInvoices } from '../call/wire.ts';
import type { BillingClient, InvoiceRef } from '../../ports/billing.ts';
import type { HttpClient } from '../../call/http.ts';
import type { Mode } from '../call/access.ts';

export interface StripeOptions {
  /** Of the connection's origin, with `stripeCalls(key)`. */
  readonly http: HttpClient;
  readonly connection: string;
  /** The key's, by `modeOf(key)`. */
  readonly mode: Mode | null;
}

/** The billing system Stripe. */
export function createStripeClient({ http, connection, mode }: StripeOptions): BillingClient {
  const call = createCaller(http, connection);
  return {
    // https://docs.stripe.com/api/invoices/list: the permission that reading an invoice needs.
    probe: async () => {
      await call.read({ method: 'GET', path: '/v1/invoices', route: '/v1/invoices', query: { limit: 1 } }, wireInvoices);
    },
    // https://docs.stripe.com/api/invoices/retrieve
    readInvoice: async (by) => {
      const request = {
        method: 'GET',
        path: `/v1/invoices/${encodeURIComponent(by.id)}`,
        route: '/v1/invoices/:id',
        query: { 'expand[]': 'customer' },
        headers: tenantOf(by),
      } as const;
      const theirs = by.livemode === null ? null : toMode(by.livemode);
      if (mode !== null && theirs !== null && theirs !== mode) throw call.error(request, { ...wrongMode(theirs), ambiguous: false });
      const wire = await call.find(request, wireInvoice);
      return wire === null ? null : fromWireInvoice(wire, by.account);
    },
  };
}

/**
 * A platform sees what belongs to a connected account only in its name. Events of Connect name the account, thin ones and those of an
 * organisation a context. https://docs.stripe.com/connect/authentication and https://docs.stripe.com/context
 */
function tenantOf({ account, context }: InvoiceRef): { readonly [name: string]: string } {
  if (account !== null) return { 'stripe-account': account };
  return context === null ? {} : { 'stripe-context': context };
}

function toMode(livemode: boolean): Mode {
  return livemode ? 'live' : 'test';
}
