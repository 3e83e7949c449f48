import type { ContactMark } from './contact-mark.ts';
import type { EffectClass, Send } from '../../model/effect.ts';

/** A person as the helpdesk knows them. */
export interface Contact {
  readonly id: string;
  readonly name: string | null;
  readonly email: string | null;
}

/** A contact that was looked up. */
export interface FoundContact extends Contact {
  /** Whether it has a mark of the connection asked for, be it of another record; null: the helpdesk's look-up does not show marks. */
  readonly marked: boolean | null;
}

/** How a contact is known: our mark, the one that earlier versions wrote (such as `stripe:cus_1`), its address. At least one is not null. */
export interface ContactKeys {
  readonly mark: ContactMark | null;
  readonly former: string | null;
  readonly email: string | null;
}

/** Where a conversation stands. */
export type ConversationStatus = 'open' | 'pending' | 'snoozed' | 'resolved';

/** How urgent a conversation is. */
export type Priority = 'urgent' | 'high' | 'medium' | 'low';

/** A conversation, read again. */
export interface Conversation {
  readonly id: string;
  readonly status: ConversationStatus;
  readonly inboxId: string;
  readonly inboxName: string | null;
  readonly contact: Contact | null;
  readonly labels: readonly string[];
  /** The mark a create left, where the helpdesk keeps one. */
  readonly mark: string | null;
  readonly url: string;
}

/** What stands in a message beside its text: a file, or something that the model has no field for, each with a text of its own. */
export interface Attachment {
  /** What people read: a file's name, a place, a phone number; of unsupported content the vendor's word for it, such as `sticker`. */
  readonly name: string;
  /** null: it can be opened in the helpdesk alone. */
  readonly url: string | null;
  /** Left out for files and links. `unsupported`: there is something, and nothing but its type is known. */
  readonly kind?: 'location' | 'contact' | 'unsupported';
}

/** A message, read again. */
export interface Message {
  readonly id: string;
  readonly conversationId: string;
  /** `template`: written to the customer by the helpdesk itself, such as a greeting or a survey. `other`: nothing that was said. */
  readonly direction: 'incoming' | 'outgoing' | 'template' | 'other';
  readonly private: boolean;
  readonly text: string;
  readonly sender: { readonly kind: 'contact' | 'agent' | 'bot' | 'unknown'; readonly id: string | null; readonly name: string | null };
  readonly attachments: readonly Attachment[];
  /** The mark our own write left, where the helpdesk keeps one. */
  readonly mark: string | null;
  /** ISO 8601, UTC. */
  readonly createdAt: string | null;
}

/** Something chosen by name in the configuration (inbox, label, agent, team). */
export interface Named {
  readonly id: string;
  readonly name: string;
  /** Agents only, where the helpdesk tells. */
  readonly email?: string;
}

/** What the token can do; probed at connect. A missing ability is named in words an operator understands. */
export interface HelpdeskAbilities {
  readonly listConversations: boolean;
  readonly createConversation: boolean;
  readonly createContact: boolean;
}

/** What flows ask of a helpdesk. Every method throws ConnectorError. Absent record: null, not an error. */
export interface HelpdeskClient {
  /** Effect class of each write. */
  readonly effects: {
    readonly createContact: EffectClass;
    readonly markContact: EffectClass;
    readonly createConversation: EffectClass;
    readonly postMessage: EffectClass;
    readonly addLabel: EffectClass;
    readonly setPriority: EffectClass;
    readonly assign: EffectClass;
    readonly reopen: EffectClass;
  };
  /** A cheap authenticated read: proves that the connection works, and tells who we are. */
  probe(): Promise<{ readonly userId: string }>;
  abilities(): Promise<HelpdeskAbilities>;
  inboxes(): Promise<readonly Named[]>;
  labels(): Promise<readonly Named[]>;
  agents(): Promise<readonly Named[]>;
  teams(): Promise<readonly Named[]>;
  /** Exact look-up by the keys, in their order, as far as the helpdesk can search by them. */
  findContact(by: ContactKeys): Promise<FoundContact | null>;
  /** Creates the contact with its mark. */
  createContact(
    input: ContactKeys & { readonly name: string | null; readonly phone: string | null; readonly inboxId: string },
    send: Send,
  ): Promise<Contact>;
  /**
   * Puts the mark on a contact that has none, in the place of what earlier versions wrote. Another record's mark stays. Where the
   * helpdesk refuses it for good, the contact stays as it is.
   */
  markContact(contactId: string, keys: { readonly mark: ContactMark; readonly former: string | null }, send: Send): Promise<void>;
  /** The contact's conversations in one inbox, newest first. */
  conversationsOf(contactId: string, inboxId: string): Promise<readonly Conversation[]>;
  /** `opening` is the first message where the helpdesk insists on one; the customer may see it. */
  createConversation(
    input: {
      readonly contactId: string;
      readonly inboxId: string;
      readonly assigneeId: string | null;
      readonly teamId: string | null;
      readonly opening: string;
    },
    send: Send,
  ): Promise<Conversation>;
  readConversation(id: string): Promise<Conversation | null>;
  readMessage(conversationId: string, messageId: string): Promise<Message | null>;
  /**
   * Our own message in a conversation, looked for by its mark (or content where no mark is kept). `sinceMs`, epoch milliseconds:
   * when the intent was first written; older messages are not ours, and need not be read.
   */
  findMessage(
    conversationId: string,
    sought: { readonly mark: string; readonly text: string; readonly private: boolean; readonly sinceMs?: number },
  ): Promise<Message | null>;
  postMessage(input: { readonly conversationId: string; readonly text: string; readonly private: boolean }, send: Send): Promise<Message>;
  /** Adds one label, keeping the others. */
  addLabel(conversationId: string, label: string, send: Send): Promise<void>;
  setPriority(conversationId: string, priority: Priority, send: Send): Promise<void>;
  assign(conversationId: string, to: { readonly assigneeId: string | null; readonly teamId: string | null }, send: Send): Promise<void>;
  reopen(conversationId: string, send: Send): Promise<void>;
}
