import type { ActionTable } from '../steps/action.ts';

/** Actions on invoices. */
export const invoiceActions: Pick<ActionTable, 'readInvoice'> = {
  readInvoice: async (context, { connection, invoiceId, ...where }) =>
    context.connections.open('billing', connection).readInvoice({ id: invoiceId, account: null, context: null, livemode: null, ...where }),
};
