import type { OperationTable } from '../operation.ts';

/** Operations on invoices. */
export const invoiceOperations: Pick<OperationTable, 'readInvoice'> = {
  readInvoice: async (context, { connection, invoiceId, ...where }) =>
    context.connections.billing(connection).readInvoice({ id: invoiceId, account: null, context: null, livemode: null, ...where }),
};
