import { dedupeKey } from '../../receive/dedupe-key.ts';
import { openJson } from '../../receive/json-request.ts';
import { sha256Hex } from '../../receive/signature.ts';
import { conversationIdOf, factsOf } from './facts.ts';
import { readNotice } from './notice.ts';
import type { RawRequest, Reading } from '../../connector.ts';
import type { DeskwootSettings } from '../config.ts';
import type { Notice } from './notice.ts';

/**
 * Reads an authentic request. The payload is undocumented: only the event's name and ids are taken from it, flows read
 * the record again. One event is event + record's id + body: there is no delivery id.
 */
export function readDeskwoot(request: RawRequest, settings: DeskwootSettings): Reading {
  const json = openJson(request, true);
  if (!json.ok) return json.reading;
  const notice = readNotice(json.value);
  if (notice.accountId !== null && notice.accountId !== settings.account) {
    return { kind: 'foreign', problem: `the event is of account ${notice.accountId}, the connection of account ${settings.account}` };
  }
  const event = {
    topic: notice.topic,
    dedupeKey: dedupeKey('deskwoot', settings.account, notice.topic, notice.entity.id, sha256Hex(request.body)),
    record: recordOf(notice),
    body: request.body,
    facts: factsOf(notice),
  };
  return { kind: 'events', events: [event] };
}

function recordOf({ subject, entity }: Notice): string | null {
  if (subject === null) return null;
  const id = subject === 'message' ? conversationIdOf(entity) : (entity.id ?? (subject === 'conversation' ? entity.conversationId : null));
  if (id === null) return null;
  return subject === 'contact' ? `contact:${id}` : `conversation:${id}`;
}
