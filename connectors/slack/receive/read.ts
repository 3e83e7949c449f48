import { dedupeKey } from '../../receive/dedupe-key.ts';
import { openJson, refuseMediaType } from '../../receive/json-request.ts';
import { FORM_TYPE, JSON_TYPE, mediaTypeOf } from '../../receive/media-type.ts';
import { sha256Hex } from '../../receive/signature.ts';
import { eventFacts } from './facts.ts';
import { outer } from './schema.ts';
import { readForm } from './read-form.ts';
import { foreignApp, threadRecord } from './subject.ts';
import type { RawRequest, Reading } from '../../connector.ts';
import type { SlackSettings } from '../config.ts';
import type { SlackOuter } from './schema.ts';

/** Reads an authentic request: JSON for events, a form for slash commands and interactions. */
export function readSlack(request: RawRequest, settings: SlackSettings): Reading {
  const refusal = refuseMediaType(request, [JSON_TYPE, FORM_TYPE], false);
  if (refusal !== null) return refusal;
  if (mediaTypeOf(request) === FORM_TYPE) return readForm(request, settings);
  const json = openJson(request, false);
  if (!json.ok) return json.reading;
  const event = outer.parse(json.value);
  if (event.type === 'url_verification' && event.challenge !== null) {
    return {
      kind: 'handshake',
      name: 'url_verification',
      answer: { contentType: 'application/json', body: JSON.stringify({ challenge: event.challenge }) },
    };
  }
  return foreignApp(event.api_app_id, settings) ?? { kind: 'events', events: [toEvent(request, event)] };
}

function toEvent(
  request: RawRequest,
  outerEvent: SlackOuter,
): { topic: string; dedupeKey: string; record: string | null; body: Buffer; facts: ReturnType<typeof eventFacts> } {
  const { event } = outerEvent;
  return {
    topic: topicOf(outerEvent),
    dedupeKey: dedupeKey('slack', 'event', outerEvent.team_id, ...identityOf(request, outerEvent)),
    record: threadRecord(event?.channel ?? event?.item?.channel, event?.thread_ts ?? event?.ts ?? event?.item?.ts),
    body: request.body,
    facts: eventFacts(outerEvent),
  };
}

function topicOf({ type, event }: SlackOuter): string {
  const name = type === 'event_callback' ? event?.type : type;
  return name === null || name === undefined ? 'unknown' : `event.${name}`;
}

/** A retry has the same event id and another signature (docs.slack.dev/apis/events-api, Retries). */
function identityOf(request: RawRequest, { event_id: id, type, minute_rate_limited: minute }: SlackOuter): readonly (string | null)[] {
  if (id !== null) return [id];
  return minute === null ? [type, sha256Hex(request.body)] : [type, minute];
}
