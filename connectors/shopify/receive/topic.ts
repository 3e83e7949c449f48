/** Resources of the Events family whose classic topic isn't their lower-case plural, and actions that are spelt otherwise. */
const EVENT_TOPICS = new Map([
  ['Order/update', 'orders/updated'],
  ['Product/update', 'products/update'],
  ['Customer/update', 'customers/update'],
]);

/** GraphQL types of the resources in classic topics. */
const TYPES = new Map([
  ['orders', 'Order'],
  ['customers', 'Customer'],
  ['products', 'Product'],
  ['refunds', 'Refund'],
  ['fulfillments', 'Fulfillment'],
  ['returns', 'Return'],
  ['draft_orders', 'DraftOrder'],
  ['disputes', 'ShopifyPaymentsDispute'],
]);

/** The classic topic, such as `orders/create`; of the Events family it is made from resource and action. */
export function toTopic(topic: string, action: string | null): string {
  if (action === null) return /^[\x21-\x7e]{1,200}$/.test(topic) ? topic : 'unknown';
  const name = `${topic}/${action}`;
  if (!/^[A-Za-z0-9_]{1,90}\/[A-Za-z0-9_]{1,90}$/.test(name)) return 'unknown';
  return EVENT_TOPICS.get(name) ?? `${topic.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase()}s/${action.toLowerCase()}`;
}

/** The topic's resource, such as `orders`. */
export function resourceOf(topic: string): string {
  const slash = topic.indexOf('/');
  return slash < 0 ? topic : topic.slice(0, slash);
}

/** The GraphQL type of a topic's resource; null where we know none. */
export function typeOf(topic: string): string | null {
  return TYPES.get(resourceOf(topic)) ?? null;
}
