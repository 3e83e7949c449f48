import { dedupeKey } from '../../receive/dedupe-key.ts';
import { readJsonObject } from '../../receive/json-body.ts';
import { openJson } from '../../receive/json-request.ts';
import { sha256Hex } from '../../receive/signature.ts';
import { isToken } from '../../receive/shared-token.ts';
import { factsOf } from './facts.ts';
import { element, event as eventSchema, request as requestSchema } from './schema.ts';
import { shownToken } from './token.ts';
import type { InboundEvent, RawRequest, Reading } from '../../connector.ts';
import type { WotnotSettings } from '../config.ts';

/** Reads an authentic request: the token exchange on saving the webhook, or a batch of events, each stored on its own. */
export function readWotnot(request: RawRequest, settings: WotnotSettings): Reading {
  const exchange = readExchange(request, settings);
  if (exchange !== null) return exchange;
  const json = openJson(request, true);
  if (!json.ok) return json.reading;
  const { events } = requestSchema.parse(json.value);
  const parts = events ?? [json.value];
  const account = parts
    .map((part) => eventSchema.parse(unwrap(part)).payload?.account_id ?? null)
    .find((id) => id !== null && id !== settings.account);
  if (account) return { kind: 'foreign', problem: `the events are of account ${account}, the connection of account ${settings.account}` };
  return { kind: 'events', events: parts.map((part) => toEvent(unwrap(part), settings)) };
}

/** On saving, WotNot posts the token and wants the same token back (help.wotnot.io, Events). */
function readExchange(request: RawRequest, settings: WotnotSettings): Reading | null {
  const token = shownToken(request);
  if (token === null || settings.webhookToken === undefined || !isToken(settings.webhookToken, token)) return null;
  const json = readJsonObject(request.body);
  if (!json.ok) return { kind: 'handshake', name: 'token', answer: { contentType: 'text/plain', body: token } };
  if (requestSchema.parse(json.value).events !== null) return null;
  return { kind: 'handshake', name: 'token', answer: { contentType: 'application/json', body: JSON.stringify({ token }) } };
}

/** One event of the account is its type and its own part of the batch: there are no ids. */
function toEvent(part: object, settings: WotnotSettings): InboundEvent {
  const event = eventSchema.parse(part);
  const body = Buffer.from(JSON.stringify(part));
  const conversation = event.payload?.external_key ?? null;
  return {
    topic: event.type ?? 'unknown',
    dedupeKey: dedupeKey('wotnot', settings.account, event.type, sha256Hex(body)),
    record: conversation === null ? null : `conversation:${conversation}`,
    body,
    facts: factsOf(event),
  };
}

/** The event of `{event: {…}}`; anything else is kept as it came, so that nothing is lost. */
function unwrap(part: unknown): object {
  const wrapped = element.safeParse(part);
  if (wrapped.success) return wrapped.data.event;
  return typeof part === 'object' && part !== null && !Array.isArray(part) ? part : { value: part };
}
