import { createCaller } from '../caller.ts';
import { fromWireInvoice } from './mapping.ts';
import { wireInvoice, wireInvoices } from './wire.ts';
import type { BillingClient } from '../billing.ts';
import type { HttpClient } from '../http.ts';

/** The billing system Stripe. `http`: of the connection's origin, with `stripeCalls(key)`. */
export function createStripeClient(options: { readonly http: HttpClient; readonly connection: string }): BillingClient {
  const call = createCaller(options.http, options.connection);
  return {
    // https://docs.stripe.com/api/invoices/list: the permission that reading an invoice needs.
    probe: async () => {
      await call.read({ method: 'GET', path: '/v1/invoices', route: '/v1/invoices', query: { limit: 1 } }, wireInvoices);
    },
    // https://docs.stripe.com/api/invoices/retrieve
    readInvoice: async (id) => {
      const request = {
        method: 'GET',
        path: `/v1/invoices/${encodeURIComponent(id)}`,
        route: '/v1/invoices/:id',
        query: { 'expand[]': 'customer' },
      } as const;
      const wire = await call.find(request, wireInvoice);
      return wire === null ? null : fromWireInvoice(wire);
    },
  };
}
