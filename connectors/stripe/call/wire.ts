import { z } from 'zod';
import { optionalText } from '../../call/shapes.ts';

/** Shapes of Stripe's answers that we rely on; all else is accepted and left alone. https://docs.stripe.com/api/invoices/object */

const wireCustomer = z.object({ id: z.string(), name: optionalText, email: optionalText, phone: optionalText });

export const wireInvoice = z.object({
  id: z.string(),
  number: optionalText,
  status: optionalText,
  /**
   * Expanded; the id alone where it was not, and without name and address where the customer is deleted. null where an account stands
   * for the customer (https://docs.stripe.com/connect/use-accounts-as-customers), or nobody does.
   */
  customer: z.union([wireCustomer, z.string().transform((id) => ({ id, name: null, email: null, phone: null }))]).nullish(),
  customer_account: optionalText,
  customer_name: optionalText,
  customer_email: optionalText,
  customer_phone: optionalText,
  amount_due: z.number().int(),
  currency: z.string().min(1),
  attempt_count: z.number().int(),
  next_payment_attempt: z.number().int().nullish(),
  hosted_invoice_url: optionalText,
  livemode: z.boolean(),
});

export const wireInvoices = z.object({ data: z.array(z.unknown()) });

export type WireInvoice = z.output<typeof wireInvoice>;
