import { dedupeKey } from '../../receive/dedupe-key.ts';
import { headerText } from '../../receive/headers.ts';
import { openJson, unusable } from '../../receive/json-request.ts';
import { sha256Hex } from '../../receive/signature.ts';
import { factsOf } from './facts.ts';
import { payload as payloadSchema } from './schema.ts';
import type { RawRequest, Reading } from '../../connector.ts';

const TOPIC = 'x-wc-webhook-topic';
const RESOURCES = /^(order|customer|product|coupon)\./;
/** Topics whose body is the record's whole state, with the time of its last change. */
const STATES = /\.(?:created|updated)$/;

/** Reads an authentic request. */
export function readWoocommerce(request: RawRequest): Reading {
  const topic = headerText(request, TOPIC);
  if (topic === null || !/^[\x21-\x7e]{1,200}$/.test(topic)) return unusable(`header ${TOPIC} is missing, repeated or not a topic`, true);
  const json = openJson(request, true);
  if (!json.ok) return json.reading;
  const payload = payloadSchema.parse(json.value);
  const event = {
    topic,
    dedupeKey: dedupeKey('woocommerce', headerText(request, 'x-wc-webhook-source'), topic, payload.id, ...identityOf(topic, request)),
    record: recordOf(topic, payload.id),
    body: request.body,
    facts: factsOf(topic, payload),
  };
  return { kind: 'events', events: [event] };
}

/**
 * Of a state the body alone makes an event one: `order.updated` is sent several times for one change. All else happens again with an
 * equal body (`{"id":42}` each time an order is deleted), so there the delivery id counts too. It never counts alone: it is made of
 * webhook and second, and two orders of one second share it (woocommerce/woocommerce class-wc-webhook.php, get_new_delivery_id).
 */
function identityOf(topic: string, request: RawRequest): readonly (string | null)[] {
  const body = sha256Hex(request.body);
  return STATES.test(topic) ? [body] : [headerText(request, 'x-wc-webhook-delivery-id'), body];
}

function recordOf(topic: string, id: string | null): string | null {
  const resource = RESOURCES.exec(topic)?.[1];
  return resource === undefined || id === null ? null : `${resource}:${id}`;
}
