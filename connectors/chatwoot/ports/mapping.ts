import type { Contact, Conversation, ConversationStatus, Message, Named } from '../../ports/helpdesk.ts';
import type { WireContact, WireConversation, WireMessage, WireNamed } from '../call/wire.ts';
import { toAttachments } from './attachments.ts';

/** The attribute that carries our mark, in a message's content_attributes and a conversation's custom_attributes. */
export const MARK_ATTRIBUTE = 'deskbridge_key';

const STATUSES: { readonly [wire: string]: ConversationStatus } = {
  open: 'open',
  pending: 'pending',
  snoozed: 'snoozed',
  resolved: 'resolved',
};
/** message_type is a number in REST answers; words are what webhooks say. */
const DIRECTIONS: { readonly [wire: string]: Message['direction'] } = {
  '0': 'incoming',
  incoming: 'incoming',
  '1': 'outgoing',
  outgoing: 'outgoing',
  '3': 'template',
  template: 'template',
};
const SENDERS: { readonly [wire: string]: Message['sender']['kind'] } = {
  contact: 'contact',
  user: 'agent',
  agent_bot: 'bot',
  captain_assistant: 'bot',
};
const E164 = /^\+[1-9][0-9]{1,14}$/;

export function fromWireContact(wire: WireContact): Contact {
  return { id: wire.id, name: wire.name, email: wire.email };
}

/** An unknown status counts as open, so that nothing is done to a conversation for a word we do not know. */
export function fromWireConversation(wire: WireConversation, inboxName: string | null, url: string): Conversation {
  const sender = wire.meta?.sender ?? null;
  return {
    id: wire.id,
    status: STATUSES[wire.status ?? ''] ?? 'open',
    inboxId: wire.inbox_id,
    inboxName,
    contact: sender === null ? null : fromWireContact(sender),
    labels: wire.labels?.items ?? [],
    mark: markOf(wire.custom_attributes),
    url,
  };
}

export function fromWireMessage(wire: WireMessage, conversationId: string): Message {
  const direction = DIRECTIONS[String(wire.message_type ?? '')] ?? 'other';
  return {
    id: wire.id,
    conversationId,
    direction,
    private: wire.private ?? false,
    text: wire.content ?? '',
    sender: fromWireSender(wire.sender ?? null, direction),
    attachments: toAttachments(wire),
    mark: markOf(wire.content_attributes),
    createdAt: toIso(wire.created_at),
  };
}

export function fromWireNamed(wire: WireNamed): Named {
  return { id: wire.id, name: wire.name ?? '', ...(wire.email === null ? {} : { email: wire.email }) };
}

/** A phone number in the form that Chatwoot insists on (E.164); null for what is not, as it would refuse the contact. */
export function toPhone(phone: string | null): string | null {
  const compact = (phone ?? '').replace(/[\s().-]/g, '');
  return E164.test(compact) ? compact : null;
}

/** Ids are numbers on the wire. Text that is no number is left to Chatwoot to refuse. */
export function toWireId(id: string): number | string {
  return /^[0-9]{1,15}$/.test(id) ? Number(id) : id;
}

function markOf(attributes: { readonly [name: string]: unknown } | null | undefined): string | null {
  const mark = attributes?.[MARK_ATTRIBUTE];
  return typeof mark === 'string' ? mark : null;
}

/** Templates come without a sender: Chatwoot's own Slack integration shows them as the bot's (lib/integrations/slack/send_on_slack_service.rb). */
function fromWireSender(sender: NonNullable<WireMessage['sender']> | null, direction: Message['direction']): Message['sender'] {
  if (sender === null) return { kind: direction === 'template' ? 'bot' : 'unknown', id: null, name: null };
  return { kind: SENDERS[sender.type ?? ''] ?? 'unknown', id: sender.id ?? null, name: sender.name ?? null };
}

/** Epoch seconds, or text. */
function toIso(at: number | string | null | undefined): string | null {
  if (at === null || at === undefined) return null;
  const ms = typeof at === 'number' ? at * 1000 : Date.parse(at);
  return Number.isFinite(ms) && Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : null;
}
