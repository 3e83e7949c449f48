import { createSequence } from '../core/ids.ts';

/** Where a conversation stands. */
export const STATUSES = ['open', 'resolved', 'pending', 'snoozed'] as const;
/** How urgent it is. */
export const PRIORITIES = ['low', 'medium', 'high', 'urgent'] as const;
/** The integers that REST answers and nested messages carry, by name. */
export const MESSAGE_TYPES = { incoming: 0, outgoing: 1, activity: 2, template: 3 } as const;

/** Attributes that anybody may fill. */
export interface Attributes {
  readonly [name: string]: unknown;
}

export interface ContactInbox {
  readonly contactId: number;
  readonly inboxId: number;
  readonly sourceId: string;
}

export interface Contact {
  readonly id: number;
  name: string;
  email: string | null;
  phoneNumber: string | null;
  identifier: string | null;
  blocked: boolean;
  customAttributes: Attributes;
  additionalAttributes: Attributes;
  lastActivityAtMs: number | null;
  readonly createdAtMs: number;
  readonly contactInboxes: ContactInbox[];
  readonly conversations: Conversation[];
}

export interface Sender {
  readonly kind: 'user' | 'agent_bot' | 'contact';
  readonly id: number;
}

/** An attachment; which fields count is the type's (chatwoot app/models/attachment.rb). */
export interface Attachment {
  readonly id: number;
  /** null: of a type that this server does not know; it is shown as `null`. */
  readonly fileType: string | null;
  readonly dataUrl: string | null;
  readonly fileSize?: number;
  readonly title?: string;
  readonly latitude?: number;
  readonly longitude?: number;
  readonly firstName?: string;
}

export interface Message {
  readonly id: number;
  readonly content: string | null;
  readonly messageType: keyof typeof MESSAGE_TYPES;
  readonly private: boolean;
  readonly contentType: string;
  readonly contentAttributes: Attributes;
  readonly sourceId: string | null;
  readonly createdAtMs: number;
  readonly sender: Sender | null;
  readonly attachments: readonly Attachment[];
}

export interface Conversation {
  /** The database's id; the API names conversations by `displayId`. */
  readonly rowId: number;
  readonly displayId: number;
  readonly uuid: string;
  readonly inboxId: number;
  readonly contact: Contact;
  readonly sourceId: string;
  status: (typeof STATUSES)[number];
  priority: (typeof PRIORITIES)[number] | null;
  labels: readonly string[];
  assigneeId: number | null;
  teamId: number | null;
  customAttributes: Attributes;
  additionalAttributes: Attributes;
  snoozedUntilMs: number | null;
  waitingSinceMs: number | null;
  firstReplyAtMs: number | null;
  lastActivityAtMs: number;
  updatedAtMs: number;
  readonly createdAtMs: number;
  /** In the order of their ids. */
  readonly messages: Message[];
}

export interface Inbox {
  readonly id: number;
  readonly name: string;
  readonly channelType: 'Channel::Api' | 'Channel::WebWidget' | 'Channel::Email';
  readonly lockToSingleConversation: boolean;
}

export interface User {
  readonly id: number;
  readonly name: string;
  readonly email: string;
  readonly role: 'administrator' | 'agent';
}

/** A named thing of the account. */
export interface Named {
  readonly id: number;
  readonly name: string;
}

export interface Label {
  readonly id: number;
  readonly title: string;
  readonly color: string;
}

/** A token: a user's, or an agent bot's. */
export interface Token {
  readonly value: string;
  readonly kind: 'user' | 'agent_bot';
  readonly ownerId: number;
}

/** Everything one Chatwoot account holds. */
export interface ChatwootState {
  readonly accountId: number;
  readonly tokens: Map<string, Token>;
  readonly contacts: Map<number, Contact>;
  /** By attribute, then by value in lower case. */
  readonly contactBy: {
    readonly email: Map<string, Contact>;
    readonly identifier: Map<string, Contact>;
    readonly phone_number: Map<string, Contact>;
  };
  /** By display id, the one with the oldest activity first. */
  readonly conversations: Map<number, Conversation>;
  readonly contactInboxes: Map<string, ContactInbox>;
  readonly inboxes: Map<number, Inbox>;
  readonly users: Map<number, User>;
  readonly bots: Map<number, Named>;
  readonly teams: Map<number, Named>;
  readonly labels: Label[];
  /** Keys of contact attributes that have a definition, so that a filter may name them. */
  readonly contactAttributeKeys: Set<string>;
  nextId(kind: 'contact' | 'conversation' | 'message' | 'attachment' | 'webhook'): number;
}

/** An account with an API inbox, a website inbox and an e-mail inbox, two users, a bot, a team and labels. */
export function createChatwootState(accountId: number, tokens: readonly Token[]): ChatwootState {
  const sequences = {
    contact: createSequence(),
    conversation: createSequence(),
    message: createSequence(),
    attachment: createSequence(),
    webhook: createSequence(),
  };
  return {
    accountId,
    tokens: new Map(tokens.map((token) => [token.value, token])),
    contacts: new Map(),
    contactBy: { email: new Map(), identifier: new Map(), phone_number: new Map() },
    conversations: new Map(),
    contactInboxes: new Map(),
    inboxes: byId<Inbox>([
      { id: 1, name: 'Billing', channelType: 'Channel::Api', lockToSingleConversation: false },
      { id: 2, name: 'Website', channelType: 'Channel::WebWidget', lockToSingleConversation: false },
      { id: 3, name: 'Support', channelType: 'Channel::Email', lockToSingleConversation: false },
    ]),
    users: byId<User>([
      { id: 1, name: 'Deskbridge', email: 'bridge@acme.example', role: 'administrator' },
      { id: 2, name: 'Jan', email: 'jan@acme.example', role: 'agent' },
    ]),
    bots: byId([{ id: 1, name: 'Helper' }]),
    teams: byId([{ id: 1, name: 'billing' }]),
    labels: [
      { id: 1, title: 'vip', color: '#6366F1' },
      { id: 2, title: 'dunning', color: '#DC2626' },
      { id: 3, title: 'billing', color: '#059669' },
    ],
    contactAttributeKeys: new Set(),
    nextId: (kind) => sequences[kind](),
  };
}

function byId<Row extends { readonly id: number }>(rows: readonly Row[]): Map<number, Row> {
  return new Map(rows.map((row) => [row.id, row]));
}
