import type { Clock } from '../core/clock.ts';
import type { ChatwootState, Contact, Conversation, Message, Sender } from './entities.ts';
import type { Emit } from './webhooks.ts';

import {
  accountPayload,
  changedAttributes,
  type Changes,
  contactPayload,
  conversationPayload,
  messagePayload,
  type PayloadForm,
  performedBy,
} from './payloads.ts';

/** What of a conversation can change. */
export type ConversationChange = Partial<
  Pick<
    Conversation,
    'status' | 'priority' | 'labels' | 'assigneeId' | 'teamId' | 'customAttributes' | 'snoozedUntilMs' | 'waitingSinceMs' | 'firstReplyAtMs'
  >
>;
/** What of a contact can change. */
export type ContactChange = Partial<
  Pick<
    Contact,
    'name' | 'email' | 'phoneNumber' | 'identifier' | 'blocked' | 'customAttributes' | 'additionalAttributes' | 'lastActivityAtMs'
  >
>;
/** Fields of a new message. */
export type NewMessage = Omit<Message, 'id' | 'createdAtMs'>;

/** What the routes and the drivers work with: the records, and the writes that announce themselves. */
export interface Desk {
  readonly state: ChatwootState;
  addContact(contact: Contact, actor: Sender | null): Promise<void>;
  /** Announces nothing where nothing changes. */
  changeContact(contact: Contact, change: ContactChange, actor: Sender | null): Promise<void>;
  addConversation(conversation: Conversation, actor: Sender | null): Promise<void>;
  changeConversation(conversation: Conversation, change: ConversationChange, actor: Sender | null): Promise<void>;
  addMessage(conversation: Conversation, fields: NewMessage): { readonly message: Message; readonly told: Promise<void> };
  /** Announces a message again as changed (edited, deleted, delivered). */
  retell(conversation: Conversation, message: Message, actor: Sender | null): Promise<void>;
}

const NAMES: { readonly [field: string]: string } = {
  assigneeId: 'assignee_id',
  teamId: 'team_id',
  customAttributes: 'custom_attributes',
  snoozedUntilMs: 'snoozed_until',
  waitingSinceMs: 'waiting_since',
  firstReplyAtMs: 'first_reply_created_at',
  labels: 'label_list',
  phoneNumber: 'phone_number',
  additionalAttributes: 'additional_attributes',
  lastActivityAtMs: 'last_activity_at',
};

/** Builds the desk over a state. */
export function createDesk(state: ChatwootState, clock: Clock, emit: Emit, form: PayloadForm): Desk {
  const tell = createTell(state, emit, form);
  const desk: Desk = {
    state,
    addContact: (contact, actor) => {
      state.contacts.set(contact.id, contact);
      index(state, contact);
      return tell.contact('contact_created', contact, null, actor);
    },
    changeContact: async (contact, change, actor) => {
      unindex(state, contact);
      const changes = apply(contact, change);
      index(state, contact);
      if (Object.keys(changes).length > 0) await tell.contact('contact_updated', contact, changes, actor);
    },
    addConversation: (conversation, actor) => {
      state.conversations.set(conversation.displayId, conversation);
      conversation.contact.conversations.push(conversation);
      return tell.conversation('conversation_created', conversation, null, actor);
    },
    changeConversation: async (conversation, change, actor) => {
      const changes = apply(conversation, change);
      if (Object.keys(changes).length === 0) return;
      touch(state, conversation, clock());
      const status =
        changes['status'] === undefined
          ? []
          : statusEvents(conversation).map((event) => tell.conversation(event, conversation, changes, actor));
      await Promise.all([...status, tell.conversation('conversation_updated', conversation, changes, actor)]);
    },
    addMessage: (conversation, fields) => {
      const message: Message = { ...fields, id: state.nextId('message'), createdAtMs: clock() };
      conversation.messages.push(message);
      touch(state, conversation, message.createdAtMs);
      conversation.lastActivityAtMs = message.createdAtMs;
      return {
        message,
        told: Promise.all([
          tell.message('message_created', conversation, message, message.sender),
          follow(desk, conversation, message),
        ]).then(() => undefined),
      };
    },
    retell: (conversation, message, actor) => tell.message('message_updated', conversation, message, actor),
  };
  return desk;
}

interface Tell {
  contact(event: string, contact: Contact, changes: Changes | null, actor: Sender | null): Promise<void>;
  conversation(event: string, conversation: Conversation, changes: Changes | null, actor: Sender | null): Promise<void>;
  message(event: string, conversation: Conversation, message: Message, actor: Sender | null): Promise<void>;
}

function createTell(state: ChatwootState, emit: Emit, form: PayloadForm): Tell {
  const extra = (changes: Changes | null, actor: Sender | null): { readonly [name: string]: unknown } => ({
    ...(changes === null ? {} : { changed_attributes: changedAttributes(changes) }),
    ...(form.performedBy ? performedBy(actor) : {}),
  });
  return {
    contact: (event, contact, changes, actor) =>
      emit({ event, key: `contact/${contact.id}`, inboxId: null, body: { ...contactPayload(state, contact), ...extra(changes, actor) } }),
    conversation: (event, conversation, changes, actor) => {
      const account = form.accountOnConversations ? { account: accountPayload(state) } : {};
      return emit({
        event,
        key: `conversation/${conversation.displayId}`,
        inboxId: conversation.inboxId,
        body: { ...account, ...conversationPayload(state, conversation), ...extra(changes, actor) },
      });
    },
    message: (event, conversation, message, actor) => {
      if (message.messageType === 'activity') return Promise.resolve();
      return emit({
        event,
        key: `conversation/${conversation.displayId}`,
        inboxId: conversation.inboxId,
        body: { ...messagePayload(state, conversation, message), ...extra(null, actor) },
      });
    },
  };
}

/** What a message sets in motion: waiting since, first reply, reopening, and the contact's last activity. */
async function follow(desk: Desk, conversation: Conversation, message: Message): Promise<void> {
  if (message.messageType === 'incoming') {
    const reopened: ConversationChange = conversation.status === 'resolved' || conversation.status === 'snoozed' ? { status: 'open' } : {};
    const waiting: ConversationChange = conversation.waitingSinceMs === null ? { waitingSinceMs: message.createdAtMs } : {};
    await Promise.all([
      desk.changeConversation(conversation, { ...reopened, ...waiting }, message.sender),
      desk.changeContact(conversation.contact, { lastActivityAtMs: message.createdAtMs }, message.sender),
    ]);
    return;
  }
  if (message.messageType !== 'outgoing' || message.private || message.sender?.kind !== 'user') return;
  await desk.changeConversation(
    conversation,
    { waitingSinceMs: null, firstReplyAtMs: conversation.firstReplyAtMs ?? message.createdAtMs },
    message.sender,
  );
}

function apply<Row extends object>(row: Row, change: Partial<Row>): Changes {
  const before = new Map<string, unknown>(Object.entries(row));
  const changes: { [name: string]: readonly [unknown, unknown] } = {};
  for (const [field, value] of Object.entries(change)) {
    if (JSON.stringify(before.get(field)) !== JSON.stringify(value)) changes[NAMES[field] ?? field] = [before.get(field), value];
  }
  Object.assign(row, change);
  return changes;
}

function statusEvents(conversation: Conversation): readonly string[] {
  const own =
    conversation.status === 'open' ? ['conversation_opened'] : conversation.status === 'resolved' ? ['conversation_resolved'] : [];
  return [...own, 'conversation_status_changed'];
}

/** Moves a conversation to the end of the map, so that the map's order is the order of last change. */
function touch(state: ChatwootState, conversation: Conversation, now: number): void {
  conversation.updatedAtMs = now;
  state.conversations.delete(conversation.displayId);
  state.conversations.set(conversation.displayId, conversation);
}

function index(state: ChatwootState, contact: Contact): void {
  for (const [map, value] of keysOf(state, contact)) if (value !== null) map.set(value.toLowerCase(), contact);
}

function unindex(state: ChatwootState, contact: Contact): void {
  for (const [map, value] of keysOf(state, contact)) if (value !== null) map.delete(value.toLowerCase());
}

function keysOf({ contactBy }: ChatwootState, contact: Contact): readonly (readonly [Map<string, Contact>, string | null])[] {
  return [
    [contactBy.email, contact.email],
    [contactBy.identifier, contact.identifier],
    [contactBy.phone_number, contact.phoneNumber],
  ];
}
