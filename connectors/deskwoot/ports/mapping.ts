import { createHash } from 'node:crypto';
import { wireAttachment } from '../call/wire.ts';
import type { Attachment, Contact, Conversation, ConversationStatus, Message, Named, Priority } from '../../ports/helpdesk.ts';
import type { WireContact, WireConversation, WireLabel, WireMessage, WireNamed } from '../call/wire.ts';

/** How far the clocks of Deskwoot and this machine may be apart. */
const CLOCK_SKEW_MS = 60_000;
const REFERENCE_LENGTH = 8;
const REFERENCE_LINE = /\s*\[ref [0-9a-f]{8}\]\s*$/;
const STATUSES: { readonly [wire: string]: ConversationStatus } = {
  OPEN: 'open',
  PENDING: 'pending',
  SNOOZED: 'snoozed',
  RESOLVED: 'resolved',
};
/** ACTIVITY is the third that the official client knows; a word that Chatwoot uses as well is understood should it appear. */
const DIRECTIONS: { readonly [wire: string]: Message['direction'] } = { INCOMING: 'incoming', OUTGOING: 'outgoing', TEMPLATE: 'template' };
const SENDERS: { readonly [wire: string]: Message['sender']['kind'] } = { contact: 'contact', user: 'agent', bot: 'bot' };

/** The visible line by which an internal note of ours is found again: Deskwoot has no field for a mark. */
export function toReference(mark: string): string {
  return `[ref ${createHash('sha256').update(mark).digest('hex').slice(0, REFERENCE_LENGTH)}]`;
}

/** A note's text with its reference line. */
export function withReference(text: string, mark: string): string {
  return `${text}\n\n${toReference(mark)}`;
}

/** A text as flows know it: without the reference line. */
export function stripReference(text: string): string {
  return text.replace(REFERENCE_LINE, '');
}

/** A text in the form in which two copies of one message are equal: blanks and line ends differ from channel to channel. */
export function canonicalText(text: string): string {
  return stripReference(text).normalize('NFC').replace(/\s+/g, ' ').trim();
}

export function fromWireContact(wire: WireContact): Contact {
  return { id: wire.id, name: wire.name, email: wire.email };
}

/** An unknown status counts as open, so that nothing is done to a conversation for a word we do not know. */
export function fromWireConversation(wire: WireConversation, url: string): Conversation {
  const contact = wire.contact ?? (wire.contactId ? { id: wire.contactId, name: null, email: null } : null);
  return {
    id: wire.id,
    status: STATUSES[(wire.status ?? '').toUpperCase()] ?? 'open',
    inboxId: wire.inboxId ?? wire.inbox?.id ?? '',
    inboxName: wire.inbox?.name ?? null,
    contact: contact === null ? null : fromWireContact(contact),
    labels: (wire.labels?.items ?? []).map((label) => label.title),
    mark: null,
    url,
  };
}

export function fromWireMessage(wire: WireMessage, conversationId: string): Message {
  const { sender } = wire;
  return {
    id: wire.id,
    conversationId,
    direction: DIRECTIONS[(wire.messageType ?? '').toUpperCase()] ?? 'other',
    private: wire.private ?? false,
    text: stripReference(wire.content ?? ''),
    sender: { kind: SENDERS[(sender?.type ?? '').toLowerCase()] ?? 'unknown', id: sender?.id ?? null, name: sender?.name ?? null },
    attachments: wire.attachments.map(toAttachment),
    mark: null,
    createdAt: toIso(wire.createdAt),
  };
}

/** Nothing is left out: what has neither an address nor a name is named by its type. */
function toAttachment(value: unknown): Attachment {
  const parsed = wireAttachment.safeParse(value);
  if (!parsed.success) return { kind: 'unsupported', name: 'unknown', url: null };
  const { data: file } = parsed;
  const url = file.url ?? file.fileUrl;
  const name = file.name ?? file.fileName;
  if (url === null && name === null) {
    return { kind: 'unsupported', name: file.type ?? file.fileType ?? file.contentType ?? 'unknown', url };
  }
  return { name: name ?? 'file', url };
}

export function fromWireNamed(wire: WireNamed): Named {
  return { id: wire.id, name: wire.name ?? '', ...(wire.email === null ? {} : { email: wire.email }) };
}

export function fromWireLabel(wire: WireLabel): Named {
  return { id: wire.id, name: wire.title };
}

export function toWirePriority(priority: Priority): string {
  return priority.toUpperCase();
}

/** Any readable time as ISO 8601 in UTC; null for what is none. */
export function toIso(text: string | null | undefined): string | null {
  const ms = Date.parse(text ?? '');
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}

/** Whether a record may be as young as our intent. Unknown times may be. */
export function isSince(createdAt: string | null | undefined, sinceMs: number | undefined): boolean {
  const at = Date.parse(createdAt ?? '');
  return sinceMs === undefined || Number.isNaN(at) || at >= sinceMs - CLOCK_SKEW_MS;
}
