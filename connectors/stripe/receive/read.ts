import { dedupeKey } from '../../receive/dedupe-key.ts';
import { openJson } from '../../receive/json-request.ts';
import { sha256Hex } from '../../receive/signature.ts';
import { factsOf } from './facts.ts';
import { event as eventSchema } from './schema.ts';
import { subjectOf, topicOf } from './subject.ts';
import type { RawRequest, Reading } from '../../connector.ts';

/**
 * Reads an authentic request. The event's id is signed, so it alone makes the event one; a thin event that names the
 * snapshot event of the same change counts as that one, for both forms arrive during a migration
 * (docs.stripe.com/webhooks/migrate-snapshot-to-thin-events).
 */
export function readStripe(request: RawRequest): Reading {
  const json = openJson(request, false);
  if (!json.ok) return json.reading;
  const event = eventSchema.parse(json.value);
  const id = event.snapshot_event ?? event.id;
  const { id: objectId, type } = subjectOf(event);
  const read = {
    topic: topicOf(event),
    dedupeKey: id === null ? dedupeKey('stripe', null, sha256Hex(request.body)) : dedupeKey('stripe', id),
    record: objectId === null || type === null ? null : `${type}:${objectId}`,
    body: request.body,
    facts: factsOf(event),
  };
  return { kind: 'events', events: [read] };
}
