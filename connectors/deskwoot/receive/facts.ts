import { readJsonObject } from '../../receive/json-body.ts';
import { knownFacts } from '../../receive/known-facts.ts';
import { readNotice } from './notice.ts';
import type { Facts } from '../../connector.ts';
import type { Notice } from './notice.ts';
import type { Entity } from './schema.ts';

const DIRECTIONS = new Map([
  ['incoming', 'incoming'],
  ['outgoing', 'outgoing'],
  ['template', 'template'],
]);
const SENDERS = new Map([
  ['contact', 'contact'],
  ['user', 'agent'],
  ['agent', 'agent'],
  ['bot', 'bot'],
]);

/** The facts of a stored body; ids, and of the rest what the payload happens to tell. */
export function deskwootFacts(_topic: string, body: Buffer): Facts {
  const json = readJsonObject(body);
  return json.ok ? factsOf(readNotice(json.value)) : {};
}

/** The facts of a payload. */
export function factsOf({ subject, entity }: Notice): Facts {
  if (subject === 'message')
    return { ...conversationFacts(entity.conversation ?? entity, conversationIdOf(entity)), ...messageFacts(entity) };
  if (subject === 'conversation') return conversationFacts(entity, entity.id ?? entity.conversationId);
  return subject === 'contact' ? knownFacts({ 'contact.id': entity.id ?? undefined }) : {};
}

/** The id of the conversation that a message belongs to, where the payload tells. */
export function conversationIdOf(message: Entity): string | null {
  return message.conversationId ?? message.conversation?.id ?? null;
}

function conversationFacts(conversation: NonNullable<Entity['conversation']>, id: string | null): Facts {
  return knownFacts({
    'conversation.id': id ?? undefined,
    'conversation.status': conversation.status?.toLowerCase(),
    'inbox.id': conversation.inboxId ?? conversation.inbox?.id ?? undefined,
    'inbox.name': conversation.inbox?.name ?? undefined,
    'contact.id': conversation.contactId ?? conversation.contact?.id ?? undefined,
  });
}

function messageFacts(message: Entity): Facts {
  const { messageType, sender } = message;
  return knownFacts({
    'message.id': message.id ?? undefined,
    'message.direction': messageType === null ? undefined : (DIRECTIONS.get(messageType.toLowerCase()) ?? 'other'),
    'message.private': message.private ?? undefined,
    'sender.kind': sender === null || sender.type === null ? undefined : (SENDERS.get(sender.type.toLowerCase()) ?? 'unknown'),
    'sender.id': sender?.id ?? undefined,
  });
}
