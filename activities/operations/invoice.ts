import type { OperationTable } from '../operation.ts';

/** Operations on invoices. */
export const invoiceOperations: Pick<OperationTable, 'readInvoice'> = {
  readInvoice: async (context, { connection, invoiceId }) => context.connections.billing(connection).readInvoice(invoiceId),
};
