import type { OperationTable } from '../steps/action.ts';

/** Operations on invoices. */
export const invoiceOperations: Pick<OperationTable, 'readInvoice'> = {
  readInvoice: async (context, { connection, invoiceId, ...where }) =>
    context.connections.open('billing', connection).readInvoice({ id: invoiceId, account: null, context: null, livemode: null, ...where }),
};
