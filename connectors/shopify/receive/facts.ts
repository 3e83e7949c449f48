import { readJsonObject } from '../../receive/json-body.ts';
import { knownFacts } from '../../receive/known-facts.ts';
import { payload as payloadSchema } from './schema.ts';
import { resourceOf, typeOf } from './topic.ts';
import type { Facts } from '../../connector.ts';
import type { ShopifyPayload } from './schema.ts';

/** The facts of a stored body. */
export function shopifyFacts(topic: string, body: Buffer): Facts {
  const json = readJsonObject(body);
  return json.ok ? factsOf(topic, payloadSchema.parse(json.value)) : {};
}

/** The facts of a payload. Ids are global ids (`gid://shopify/Order/1`), which lose no digits. */
export function factsOf(topic: string, payload: ShopifyPayload): Facts {
  const resource = resourceOf(topic);
  const isOrder = resource === 'orders';
  const orderId = isOrder ? gidOf(topic, payload) : toGid('Order', payload.order_id);
  return knownFacts({
    'order.id': orderId ?? undefined,
    'order.financialStatus': isOrder ? (payload.financial_status ?? undefined) : undefined,
    'order.fulfillmentStatus': isOrder ? payload.fulfillment_status : undefined,
    'order.currency': isOrder ? (payload.currency ?? undefined) : undefined,
    'customer.id': customerOf(topic, payload) ?? undefined,
    'object.id': gidOf(topic, payload) ?? undefined,
  });
}

/** The global id of the record that a payload describes; made from the numeric id where the payload doesn't give it. */
export function gidOf(topic: string, payload: ShopifyPayload): string | null {
  const type = typeOf(topic);
  return payload.admin_graphql_api_id ?? (type === null ? null : toGid(type, payload.id));
}

/** The customer of a payload, privacy topics included: those name the customer in a part of its own. */
export function customerOf(topic: string, payload: ShopifyPayload): string | null {
  const part = payload.customer;
  if (part !== null) return part.admin_graphql_api_id ?? toGid('Customer', part.id);
  return resourceOf(topic) === 'customers' ? gidOf(topic, payload) : null;
}

function toGid(type: string, id: string | null): string | null {
  return id === null ? null : `gid://shopify/${type}/${id}`;
}
