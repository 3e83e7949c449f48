import { dedupeKey } from '../../receive/dedupe-key.ts';
import { headerText } from '../../receive/headers.ts';
import { openJson } from '../../receive/json-request.ts';
import { sha256Hex } from '../../receive/signature.ts';
import { factsOf } from './facts.ts';
import { payload } from './schema.ts';
import { subjectOf, toTopic } from './topic.ts';
import type { RawRequest, Reading } from '../../connector.ts';
import type { ChatwootSettings } from '../config.ts';
import type { Payload } from './schema.ts';

/** Reads an authentic request of an account webhook, an API inbox or an agent bot. */
export function readChatwoot(request: RawRequest, settings: ChatwootSettings): Reading {
  const json = openJson(request, true);
  if (!json.ok) return json.reading;
  const event = payload.parse(json.value);
  const account = event.account?.id ?? settings.account;
  if (account !== settings.account) {
    return { kind: 'foreign', problem: `the event is of account ${account}, the connection of account ${settings.account}` };
  }
  const topic = toTopic(event.event);
  const dedupe = dedupeKey('chatwoot', account, topic, ...identityOf(topic, event, request));
  return {
    kind: 'events',
    events: [{ topic, dedupeKey: dedupe, record: recordOf(topic, event), body: request.body, facts: factsOf(topic, event) }],
  };
}

/**
 * What makes an event one. Of something created its id: the delivery id differs between copies, and the payload is built late. Of an
 * update the body as well, which is the record's state. All else may happen again with an equal body, a conversation that is
 * resolved for instance, so the delivery id counts too.
 */
function identityOf(topic: string, event: Payload, request: RawRequest): readonly (string | null)[] {
  const body = sha256Hex(request.body);
  if (event.id !== null && topic.endsWith('.created')) return [event.id];
  if (event.id !== null && topic.endsWith('.updated')) return [event.id, body];
  return [event.id, headerText(request, 'x-chatwoot-delivery'), body];
}

function recordOf(topic: string, event: Payload): string | null {
  switch (subjectOf(topic)) {
    case 'message':
    case 'typing':
      return withPrefix('conversation', event.conversation?.id);
    case 'conversation':
      return withPrefix('conversation', event.id);
    case 'widget':
      return withPrefix('conversation', event.current_conversation?.id);
    case 'contact':
      return withPrefix('contact', event.id);
    case 'inbox':
      return withPrefix('inbox', event.id);
    default:
      return null;
  }
}

function withPrefix(kind: string, id: string | null | undefined): string | null {
  return id === null || id === undefined ? null : `${kind}:${id}`;
}
