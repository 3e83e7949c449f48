import type { Desk } from './desk.ts';
import type { Attachment, Contact, Conversation } from './entities.ts';

import { newContact, newConversation, reach } from './records.ts';

/** What a person's writing has made. */
export interface Written {
  /** The display id, by which the API names the conversation. */
  readonly conversationId: number;
  readonly contactId: number;
  readonly messageId: number;
  /** Resolves when the webhooks of it have been answered or given up. */
  readonly told: Promise<void>;
}

/** Who writes, and where, when a conversation is new. */
export interface Opening {
  readonly inboxId?: number;
  readonly name?: string;
  readonly email?: string;
}

/** A customer writes into a conversation, or begins one with `new`. Throws where the conversation is unknown. */
export function customerWrites(
  desk: Desk,
  now: number,
  conversationId: number | 'new',
  text: string,
  attachments: readonly Attachment[] = [],
  opening: Opening = {},
): Written {
  const begun = conversationId === 'new' ? begin(desk, now, opening) : undefined;
  const conversation = begun?.conversation ?? known(desk, conversationId);
  const { message, told } = desk.addMessage(conversation, {
    content: text,
    messageType: 'incoming',
    private: false,
    contentType: 'text',
    contentAttributes: {},
    sourceId: null,
    sender: { kind: 'contact', id: conversation.contact.id },
    attachments,
  });
  return {
    conversationId: conversation.displayId,
    contactId: conversation.contact.id,
    messageId: message.id,
    told: Promise.all([begun?.told, told]).then(() => undefined),
  };
}

/** An agent writes in the dashboard: an answer, or a note among agents. */
export function agentWrites(
  desk: Desk,
  conversationId: number,
  text: string,
  options: { readonly agentId?: number; readonly private?: boolean } = {},
): Written {
  const conversation = known(desk, conversationId);
  const { message, told } = desk.addMessage(conversation, {
    content: text,
    messageType: 'outgoing',
    private: options.private ?? false,
    contentType: 'text',
    contentAttributes: {},
    sourceId: null,
    sender: { kind: 'user', id: options.agentId ?? 2 },
    attachments: [],
  });
  return { conversationId, contactId: conversation.contact.id, messageId: message.id, told };
}

/** Chatwoot itself writes to the customer, such as a greeting, or a survey with the type `input_csat`. */
export function templateSays(desk: Desk, conversationId: number, text: string, contentType = 'text'): Written {
  const conversation = known(desk, conversationId);
  const { message, told } = desk.addMessage(conversation, {
    content: text,
    messageType: 'template',
    private: false,
    contentType,
    contentAttributes: {},
    sourceId: null,
    sender: null,
    attachments: [],
  });
  return { conversationId, contactId: conversation.contact.id, messageId: message.id, told };
}

function known(desk: Desk, conversationId: number | 'new'): Conversation {
  const conversation = conversationId === 'new' ? undefined : desk.state.conversations.get(conversationId);
  if (conversation === undefined) throw new Error(`no conversation ${conversationId} in the sandbox; expected a display id or "new"`);
  return conversation;
}

function begin(desk: Desk, now: number, opening: Opening): { readonly conversation: Conversation; readonly told: Promise<void> } {
  const { state } = desk;
  const inbox = state.inboxes.get(opening.inboxId ?? 2);
  if (inbox === undefined) throw new Error(`no inbox ${opening.inboxId} in the sandbox`);
  const held = state.contactBy.email.get(opening.email?.toLowerCase() ?? '');
  const contact: Contact = held ?? newContact(state, now, { name: opening.name ?? 'Lisa Schmidt', email: opening.email ?? null });
  const first = held === undefined ? desk.addContact(contact, null) : undefined;
  const conversation = newConversation(state, now, { ...reach(state, contact, inbox, undefined), contact }, {});
  return {
    conversation,
    told: Promise.all([first, desk.addConversation(conversation, { kind: 'contact', id: contact.id })]).then(() => undefined),
  };
}
