import type { Desk } from './desk.ts';
import type { Attachment } from './entities.ts';

/** What a customer's writing has made. */
export interface Written {
  readonly conversationId: string;
  readonly contactId: string;
  readonly messageId: string;
  /** Resolves when the webhooks of it have been answered or given up. */
  readonly told: Promise<void>;
}

/** Who writes, and where, when a conversation is new. */
export interface Opening {
  readonly inboxId?: string;
  readonly name?: string;
  readonly email?: string;
}

/** A customer writes into a conversation, or begins one with `new`. Throws where the conversation is unknown. */
export function customerWrites(
  desk: Desk,
  conversationId: string,
  text: string,
  attachments: readonly Attachment[] = [],
  opening: Opening = {},
): Written {
  const begun = conversationId === 'new' ? begin(desk, opening) : undefined;
  const conversation = begun?.conversation ?? desk.state.conversations.get(conversationId);
  if (conversation === undefined) throw new Error(`no conversation ${conversationId} in the sandbox; expected an id or "new"`);
  const { message, told } = desk.addMessage(conversation, {
    content: text,
    messageType: 'INCOMING',
    private: false,
    sender: desk.senderOf('contact', conversation.contactId),
    attachments,
  });
  return {
    conversationId: conversation.id,
    contactId: conversation.contactId,
    messageId: message.id,
    told: Promise.all([begun?.told, told]).then(() => undefined),
  };
}

/** An agent writes in the dashboard: an answer, or a note among agents. */
export function agentWrites(
  desk: Desk,
  conversationId: string,
  text: string,
  options: { readonly agentId?: string; readonly private?: boolean } = {},
): Written {
  const conversation = desk.state.conversations.get(conversationId);
  if (conversation === undefined) throw new Error(`no conversation ${conversationId} in the sandbox`);
  const sender = desk.senderOf('user', options.agentId ?? 'user_jan');
  const { message, told } = desk.addMessage(conversation, {
    content: text,
    messageType: 'OUTGOING',
    private: options.private ?? false,
    sender,
  });
  return { conversationId, contactId: conversation.contactId, messageId: message.id, told };
}

function begin(
  desk: Desk,
  opening: Opening,
): { readonly conversation: ReturnType<Desk['addConversation']>['conversation']; readonly told: Promise<void> } {
  const email = opening.email ?? null;
  const known = desk.state.contacts.get(desk.state.contactIdByEmail.get(email?.toLowerCase() ?? '') ?? '');
  const added = known === undefined ? desk.addContact({ name: opening.name ?? 'Lisa Schmidt', email }) : undefined;
  const contactId = known?.id ?? added?.contact.id ?? '';
  const { conversation, told } = desk.addConversation({ inboxId: opening.inboxId ?? 'inbox_web', contactId });
  return { conversation, told: Promise.all([added?.told, told]).then(() => undefined) };
}
