import { entity, envelope } from './schema.ts';
import type { Entity } from './schema.ts';

/** What a payload says, whatever its envelope: the event's name, the record and the account. */
export interface Notice {
  readonly topic: string;
  readonly subject: 'conversation' | 'message' | 'contact' | null;
  readonly entity: Entity;
  readonly accountId: string | null;
}

/** Finds event name and record in a payload; total. */
export function readNotice(payload: object): Notice {
  const outer = envelope.parse(payload);
  const topic = toTopic(outer.event ?? outer.type ?? 'unknown');
  const subject = subjectOf(topic);
  const record = entity.parse(pickRecord([outer.data, outer.payload, payload], subject));
  return { topic, subject, entity: record, accountId: outer.accountId ?? outer.account?.id ?? record.accountId };
}

/** Spells `message_created` and `MESSAGE.CREATED` as the documented `message.created`. */
function toTopic(name: string): string {
  const lower = name.toLowerCase();
  return /^(?:conversation|message|contact)_/.test(lower) ? lower.replace('_', '.') : lower;
}

function subjectOf(topic: string): Notice['subject'] {
  if (topic.startsWith('message.')) return 'message';
  if (topic.startsWith('conversation.')) return 'conversation';
  return topic.startsWith('contact.') ? 'contact' : null;
}

/** The first place that holds an object; in it the object under the subject's name where there is one, else the place itself. */
function pickRecord(places: readonly unknown[], subject: Notice['subject']): object {
  const place = places.find(isObject) ?? {};
  if (subject === null) return place;
  const inner: unknown = new Map<string, unknown>(Object.entries(place)).get(subject);
  if (!isObject(inner)) return place;
  return subject === 'message' && !Object.hasOwn(inner, 'conversation') ? { ...place, ...inner } : inner;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
