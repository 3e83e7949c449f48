import type { Clock } from '../core/clock.ts';
import type { Attachment, Contact, Conversation, DeskwootState, Message, Sender } from './entities.ts';
import type { Emit } from './webhooks.ts';

import { contactJson, conversationJson, messageJson } from './formatters.ts';

/** Fields of a new contact. */
export type NewContact = Partial<Pick<Contact, 'name' | 'email' | 'phone' | 'company' | 'location' | 'description' | 'customAttributes'>>;
/** Fields of a new message. */
export type NewMessage = Pick<Message, 'content' | 'messageType' | 'private' | 'sender'> & { readonly attachments?: readonly Attachment[] };
/** Fields of a new conversation. */
export type NewConversation = Pick<Conversation, 'inboxId' | 'contactId'> & Partial<Pick<Conversation, 'status' | 'assigneeId' | 'teamId'>>;
/** What of a conversation can change. */
export type ConversationChange = Partial<Pick<Conversation, 'status' | 'priority' | 'assigneeId' | 'teamId' | 'muted'>>;

/** What the routes and the drivers work with: the records, and the writes that announce themselves. */
export interface Desk {
  readonly state: DeskwootState;
  addContact(fields: NewContact): { readonly contact: Contact; readonly told: Promise<void> };
  changeContact(contact: Contact, fields: NewContact): Promise<void>;
  addConversation(fields: NewConversation): { readonly conversation: Conversation; readonly told: Promise<void> };
  /** Sets absolute values. Nothing is announced where nothing changes. */
  changeConversation(conversation: Conversation, change: ConversationChange): Promise<void>;
  addMessage(conversation: Conversation, fields: NewMessage): { readonly message: Message; readonly told: Promise<void> };
  /** The sender that stands for a contact or an agent. */
  senderOf(kind: Sender['type'], id: string): Sender;
}

/** Builds the desk over a state. */
export function createDesk(state: DeskwootState, clock: Clock, emit: Emit): Desk {
  const desk: Desk = {
    state,
    addContact: (fields) => {
      const contact = newContact(state, clock(), fields);
      state.contacts.set(contact.id, contact);
      if (contact.email !== null) state.contactIdByEmail.set(contact.email.toLowerCase(), contact.id);
      return { contact, told: emit('contact.created', contact.id, contactJson(contact)) };
    },
    changeContact: (contact, fields) => {
      if (contact.email !== null) state.contactIdByEmail.delete(contact.email.toLowerCase());
      Object.assign(contact, fields, { updatedAtMs: clock() });
      if (contact.email !== null) state.contactIdByEmail.set(contact.email.toLowerCase(), contact.id);
      return emit('contact.updated', contact.id, contactJson(contact));
    },
    addConversation: (fields) => {
      const now = clock();
      const conversation: Conversation = {
        id: state.nextId(),
        status: 'OPEN',
        priority: null,
        assigneeId: null,
        teamId: null,
        muted: false,
        lastActivityAtMs: now,
        createdAtMs: now,
        labelIds: new Set(),
        messages: [],
        ...fields,
      };
      state.conversations.set(conversation.id, conversation);
      return { conversation, told: emit('conversation.created', conversation.id, conversationJson(state, conversation)) };
    },
    changeConversation: async (conversation, change) => {
      const before = JSON.stringify(conversationJson(state, conversation));
      Object.assign(conversation, change);
      if (JSON.stringify(conversationJson(state, conversation)) === before) return;
      touch(state, conversation, clock());
      await emit('conversation.updated', conversation.id, conversationJson(state, conversation));
    },
    addMessage: (conversation, fields) => {
      const message: Message = { attachments: [], ...fields, id: state.nextId(), conversationId: conversation.id, createdAtMs: clock() };
      conversation.messages.push(message);
      touch(state, conversation, message.createdAtMs);
      const told = emit('message.created', conversation.id, messageJson(message));
      const reopens = message.messageType === 'INCOMING' && conversation.status !== 'OPEN';
      return {
        message,
        told: reopens ? Promise.all([told, desk.changeConversation(conversation, { status: 'OPEN' })]).then(() => undefined) : told,
      };
    },
    senderOf: (type, id) => ({ id, type, name: (type === 'contact' ? state.contacts.get(id) : state.agents.get(id))?.name ?? null }),
  };
  return desk;
}

function newContact(state: DeskwootState, now: number, fields: NewContact): Contact {
  return {
    id: state.nextId(),
    name: null,
    email: null,
    phone: null,
    avatarUrl: null,
    company: null,
    location: null,
    description: null,
    identifier: null,
    customAttributes: {},
    lastActivityAtMs: now,
    createdAtMs: now,
    updatedAtMs: now,
    ...fields,
  };
}

/** Moves a conversation to the end of the map, so that the map's order is the order of last activity. */
function touch(state: DeskwootState, conversation: Conversation, now: number): void {
  conversation.lastActivityAtMs = now;
  state.conversations.delete(conversation.id);
  state.conversations.set(conversation.id, conversation);
  const contact = state.contacts.get(conversation.contactId);
  if (contact !== undefined) contact.lastActivityAtMs = now;
}
