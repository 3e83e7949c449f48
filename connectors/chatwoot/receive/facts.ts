import { readJsonObject } from '../../receive/json-body.ts';
import { knownFacts } from '../../receive/known-facts.ts';
import { payload } from './schema.ts';
import { subjectOf } from './topic.ts';
import type { Facts } from '../../connector.ts';
import type { ConversationPart, Payload } from './schema.ts';

/** `message_type` as text at the top level, as a number inside a conversation. Activities are none of these. */
const DIRECTIONS = new Map<string | number, string>([
  ['incoming', 'incoming'],
  [0, 'incoming'],
  ['outgoing', 'outgoing'],
  [1, 'outgoing'],
  ['template', 'template'],
  [3, 'template'],
]);
const SENDERS = new Map([
  ['user', 'agent'],
  ['agent_bot', 'bot'],
  ['captain_assistant', 'bot'],
  ['contact', 'contact'],
]);

/** The facts of a stored body. */
export function chatwootFacts(topic: string, body: Buffer): Facts {
  const json = readJsonObject(body);
  return json.ok ? factsOf(topic, payload.parse(json.value)) : {};
}

/** The facts of a payload. */
export function factsOf(topic: string, event: Payload): Facts {
  const subject = subjectOf(topic);
  if (subject === 'message') return { ...conversationFacts(event.conversation, event), ...messageFacts(event) };
  if (subject === 'conversation') return conversationFacts(event, event);
  if (subject === 'typing') return conversationFacts(event.conversation, event);
  if (subject === 'widget') return conversationFacts(event.current_conversation, event);
  if (subject === 'contact') return knownFacts({ 'contact.id': event.id ?? undefined });
  return subject === 'inbox' ? knownFacts({ 'inbox.id': event.id ?? undefined }) : {};
}

function conversationFacts(conversation: ConversationPart | null, event: Payload): Facts {
  return knownFacts({
    'conversation.id': conversation?.id ?? undefined,
    'conversation.status': conversation?.status ?? undefined,
    'conversation.mark': conversation?.custom_attributes?.deskbridge_key ?? null,
    'inbox.id': event.inbox?.id ?? conversation?.inbox_id ?? undefined,
    'inbox.name': event.inbox?.name ?? undefined,
    'contact.id': conversation?.contact_inbox?.contact_id ?? conversation?.meta?.sender?.id ?? event.contact?.id ?? undefined,
  });
}

function messageFacts(event: Payload): Facts {
  const kind = senderKind(event);
  return knownFacts({
    'message.id': event.id ?? undefined,
    'message.direction': directionOf(event),
    'message.private': event.private ?? false,
    'message.mark': event.content_attributes?.deskbridge_key ?? null,
    'message.deleted': event.content_attributes?.deleted ?? false,
    'sender.kind': kind,
    'sender.id': event.sender?.id ?? undefined,
    'contact.id': kind === 'contact' ? (event.sender?.id ?? undefined) : undefined,
  });
}

function directionOf(event: Payload): string {
  return (event.message_type === null ? undefined : DIRECTIONS.get(event.message_type)) ?? 'other';
}

/** A contact is the one sender that comes without a type (chatwoot/chatwoot app/models/contact.rb, webhook_data); templates have no sender. */
function senderKind(event: Payload): string {
  const { sender } = event;
  if (sender === null) return directionOf(event) === 'template' ? 'bot' : 'unknown';
  if (sender.type === null) return sender.id === null ? 'unknown' : 'contact';
  return SENDERS.get(sender.type) ?? 'unknown';
}
