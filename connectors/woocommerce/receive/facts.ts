import { readJsonObject } from '../../receive/json-body.ts';
import { knownFacts } from '../../receive/known-facts.ts';
import { payload as payloadSchema } from './schema.ts';
import type { Facts } from '../../connector.ts';
import type { WoocommercePayload } from './schema.ts';

/** A guest's order has the customer id 0 (woocommerce.github.io/woocommerce-rest-api-docs, Order properties). */
const GUEST = '0';

/** The facts of a stored body. */
export function woocommerceFacts(topic: string, body: Buffer): Facts {
  const json = readJsonObject(body);
  return json.ok ? factsOf(topic, payloadSchema.parse(json.value)) : {};
}

/** The facts of a payload. */
export function factsOf(topic: string, payload: WoocommercePayload): Facts {
  const isOrder = topic.startsWith('order.');
  const isCustomer = topic.startsWith('customer.');
  const customer = isCustomer ? payload.id : payload.customer_id;
  return knownFacts({
    'object.id': payload.id ?? undefined,
    'order.id': isOrder ? (payload.id ?? undefined) : undefined,
    'order.status': isOrder ? (payload.status ?? undefined) : undefined,
    'order.currency': isOrder ? (payload.currency ?? undefined) : undefined,
    'customer.id': customer === null || customer === GUEST ? undefined : customer,
  });
}
