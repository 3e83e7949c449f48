import { createIds } from '../core/ids.ts';

/** Where a conversation stands. */
export const STATUSES = ['OPEN', 'RESOLVED', 'PENDING', 'SNOOZED'] as const;
/** How urgent it is. */
export const PRIORITIES = ['URGENT', 'HIGH', 'MEDIUM', 'LOW'] as const;

export interface Contact {
  readonly id: string;
  name: string | null;
  email: string | null;
  phone: string | null;
  avatarUrl: string | null;
  company: string | null;
  location: string | null;
  description: string | null;
  identifier: string | null;
  customAttributes: { readonly [name: string]: unknown };
  lastActivityAtMs: number;
  readonly createdAtMs: number;
  updatedAtMs: number;
}

export interface Sender {
  readonly id: string;
  readonly name: string | null;
  readonly type: 'contact' | 'user';
}

export interface Attachment {
  readonly id: string;
  readonly fileName: string;
  readonly fileType: string;
  readonly fileSize: number;
  readonly url: string;
}

export interface Message {
  readonly id: string;
  readonly conversationId: string;
  readonly content: string;
  readonly messageType: 'INCOMING' | 'OUTGOING';
  readonly private: boolean;
  readonly createdAtMs: number;
  readonly sender: Sender;
  readonly attachments: readonly Attachment[];
}

export interface Conversation {
  readonly id: string;
  status: (typeof STATUSES)[number];
  priority: (typeof PRIORITIES)[number] | null;
  readonly inboxId: string;
  contactId: string;
  assigneeId: string | null;
  teamId: string | null;
  muted: boolean;
  lastActivityAtMs: number;
  readonly createdAtMs: number;
  readonly labelIds: Set<string>;
  readonly messages: Message[];
}

export interface Inbox {
  readonly id: string;
  readonly name: string;
  readonly channelType: string;
}

export interface Agent {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly role: 'ADMINISTRATOR' | 'AGENT';
}

export interface Team {
  readonly id: string;
  readonly name: string;
  readonly memberIds: readonly string[];
}

export interface Label {
  readonly id: string;
  readonly title: string;
  readonly color: string;
}

/** A token of the account, and who made it. */
export interface Token {
  readonly value: string;
  readonly userId: string;
  readonly scopes: readonly string[];
}

/** Everything one Deskwoot account holds. */
export interface DeskwootState {
  readonly accountId: string;
  readonly tokens: Map<string, Token>;
  readonly contacts: Map<string, Contact>;
  /** Contact ids by e-mail address in lower case. */
  readonly contactIdByEmail: Map<string, string>;
  readonly conversations: Map<string, Conversation>;
  readonly inboxes: Map<string, Inbox>;
  readonly agents: Map<string, Agent>;
  readonly teams: Map<string, Team>;
  readonly labels: Map<string, Label>;
  /** Files that were uploaded, by attachment id. */
  readonly files: Map<string, Buffer>;
  /** An id as the account would give it: `c` and 24 letters and digits, in the order of making. */
  nextId(): string;
}

/** An account with two inboxes, two agents, a team and three labels, and no conversations. */
export function createDeskwootState(accountId: string, tokens: readonly Token[]): DeskwootState {
  return {
    accountId,
    tokens: new Map(tokens.map((token) => [token.value, token])),
    contacts: new Map(),
    contactIdByEmail: new Map(),
    conversations: new Map(),
    inboxes: byId([
      { id: 'inbox_web', name: 'Website Chat', channelType: 'WEB' },
      { id: 'inbox_billing', name: 'Billing', channelType: 'EMAIL' },
    ]),
    agents: byId<Agent>([
      { id: 'user_bridge', name: 'Deskbridge', email: 'bridge@acme.example', role: 'ADMINISTRATOR' },
      { id: 'user_jan', name: 'Jan', email: 'jan@acme.example', role: 'AGENT' },
    ]),
    teams: byId([{ id: 'team_billing', name: 'Billing', memberIds: ['user_jan'] }]),
    labels: byId([
      { id: 'label_vip', title: 'VIP', color: '#6366F1' },
      { id: 'label_dunning', title: 'dunning', color: '#DC2626' },
      { id: 'label_billing', title: 'billing', color: '#059669' },
    ]),
    files: new Map(),
    nextId: createIds('c', 24),
  };
}

function byId<Row extends { readonly id: string }>(rows: readonly Row[]): Map<string, Row> {
  return new Map(rows.map((row) => [row.id, row]));
}
