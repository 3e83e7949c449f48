import { dedupeKey } from '../../receive/dedupe-key.ts';
import { headerText, oneHeader } from '../../receive/headers.ts';
import { openJson, unusable } from '../../receive/json-request.ts';
import { sha256Hex } from '../../receive/signature.ts';
import { customerOf, factsOf, gidOf } from './facts.ts';
import { familyOf, requiredHeaders } from './family.ts';
import { payload as payloadSchema } from './schema.ts';
import { resourceOf, toTopic } from './topic.ts';
import type { RawRequest, Reading } from '../../connector.ts';
import type { ShopifySettings } from '../config.ts';
import type { ShopifyPayload } from './schema.ts';

/**
 * Reads an authentic request. The delivery's id is not signed, so an event is shop + webhook id + body: another body under
 * the same id is another event (shopify.dev/docs/apps/build/webhooks/ignore-duplicates).
 */
export function readShopify(request: RawRequest, settings: ShopifySettings): Reading {
  const family = familyOf(request);
  const problem = missingHeader(request, requiredHeaders(family));
  if (problem !== null) return unusable(problem, false);
  const json = openJson(request, false);
  if (!json.ok) return json.reading;
  const payload = payloadSchema.parse(json.value);
  const shop = (headerText(request, `${family}shop-domain`) ?? '').toLowerCase();
  const other = otherShop([shop, payload.shop_domain, payload.myshopify_domain], settings.shop);
  if (other) return { kind: 'foreign', problem: 'the event is of another shop than the connection' };
  const topic = toTopic(headerText(request, `${family}topic`) ?? '', family === 'shopify-' ? headerText(request, 'shopify-action') : null);
  const webhookId = headerText(request, `${family}webhook-id`);
  const event = {
    topic,
    dedupeKey: dedupeKey('shopify', shop, webhookId, sha256Hex(request.body)),
    record: recordOf(topic, payload, shop),
    body: request.body,
    facts: factsOf(topic, payload),
  };
  return { kind: 'events', events: [event] };
}

function missingHeader(request: RawRequest, names: readonly string[]): string | null {
  for (const name of names) {
    const header = oneHeader(request, name);
    if (!header.ok) return `header ${name} is ${header.reason === 'header_missing' ? 'missing' : 'repeated'}`;
  }
  return null;
}

function otherShop(claims: readonly (string | null)[], shop: string): boolean {
  return claims.some((claim) => claim !== null && claim.toLowerCase() !== shop);
}

function recordOf(topic: string, payload: ShopifyPayload, shop: string): string | null {
  const resource = resourceOf(topic);
  if (resource === 'shop' || resource === 'app') return `shop:${shop}`;
  const gid = resource === 'customers' ? customerOf(topic, payload) : gidOf(topic, payload);
  return gid === null ? null : `${resource.replace(/s$/, '')}:${gid}`;
}
