import { dedupeKey } from '../dedupe-key.ts';
import { headerText } from '../headers.ts';
import { openJson, unusable } from '../json-request.ts';
import { sha256Hex } from '../signature.ts';
import { factsOf } from './facts.ts';
import { payload as payloadSchema } from './schema.ts';
import type { RawRequest, Reading } from '../connector.ts';

const TOPIC = 'x-wc-webhook-topic';
const RESOURCES = /^(order|customer|product|coupon)\./;

/**
 * Reads an authentic request. The delivery id is made of webhook and second, so two orders of one second share it: an
 * event is source + topic + resource id + body. Equal bodies are equal states.
 */
export function readWoocommerce(request: RawRequest): Reading {
  const topic = headerText(request, TOPIC);
  if (topic === null || !/^[\x21-\x7e]{1,200}$/.test(topic)) return unusable(`header ${TOPIC} is missing, repeated or not a topic`, true);
  const json = openJson(request, true);
  if (!json.ok) return json.reading;
  const payload = payloadSchema.parse(json.value);
  const event = {
    topic,
    dedupeKey: dedupeKey('woocommerce', headerText(request, 'x-wc-webhook-source'), topic, payload.id, sha256Hex(request.body)),
    record: recordOf(topic, payload.id),
    body: request.body,
    facts: factsOf(topic, payload),
  };
  return { kind: 'events', events: [event] };
}

function recordOf(topic: string, id: string | null): string | null {
  const resource = RESOURCES.exec(topic)?.[1];
  return resource === undefined || id === null ? null : `${resource}:${id}`;
}
