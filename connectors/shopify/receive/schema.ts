import { z } from 'zod';
import { boundedId, lenient, word } from '../../receive/wire-fields.ts';

const reference = z.object({ id: lenient(boundedId), admin_graphql_api_id: lenient(boundedId) });

/** The parts that we rely on of any topic's payload (shopify.dev/docs/api/webhooks). */
export const payload = reference.extend({
  customer: lenient(reference),
  order_id: lenient(boundedId),
  financial_status: lenient(word),
  fulfillment_status: lenient(word),
  currency: lenient(word),
  status: lenient(word),
  shop_domain: lenient(word),
  myshopify_domain: lenient(word),
});

export type ShopifyPayload = z.infer<typeof payload>;
