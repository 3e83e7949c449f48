import { dedupeKey } from '../../receive/dedupe-key.ts';
import { headerText } from '../../receive/headers.ts';
import { openJson } from '../../receive/json-request.ts';
import { factsOf } from './facts.ts';
import { payload } from './schema.ts';
import { headerPrefix } from './verify.ts';
import type { RawRequest, Reading } from '../../connector.ts';

/** Reads an authentic request. The id is signed and stays the same over retries; an empty body verifies and means nothing to do. */
export function readCustom(request: RawRequest): Reading {
  if (request.body.length === 0) return { kind: 'events', events: [] };
  const json = openJson(request, false);
  if (!json.ok) return json.reading;
  const { type, data } = payload.parse(json.value);
  const topic = type ?? 'unknown';
  const event = {
    topic,
    dedupeKey: dedupeKey('custom', headerText(request, `${headerPrefix(request)}id`)),
    record: type === null || data === null || data.id === null ? null : `${resourceOf(type)}:${data.id}`,
    body: request.body,
    facts: factsOf(json.value),
  };
  return { kind: 'events', events: [event] };
}

/** What a type is about: the part before its last dot (`invoice.paid` → `invoice`). */
function resourceOf(type: string): string {
  const dot = type.lastIndexOf('.');
  return dot < 1 ? type : type.slice(0, dot);
}
