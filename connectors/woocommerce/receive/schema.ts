import { z } from 'zod';
import { boundedId, lenient, word } from '../../receive/wire-fields.ts';

/** The parts that we rely on of an order, customer, product or coupon; a deleted one has only `id` (woocommerce.github.io/woocommerce-rest-api-docs). */
export const payload = z.object({
  id: lenient(boundedId),
  status: lenient(word),
  currency: lenient(word),
  customer_id: lenient(boundedId),
});

export type WoocommercePayload = z.infer<typeof payload>;
