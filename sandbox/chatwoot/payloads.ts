import type { ChatwootState, Contact, Conversation, Message, Sender } from './entities.ts';

import { toIso, toSeconds } from '../core/clock.ts';
import { attachmentJson, messageJson, userJson } from './formatters.ts';

type Json = { readonly [name: string]: unknown };

/** Values before and after, by attribute. */
export interface Changes {
  readonly [attribute: string]: readonly [before: unknown, after: unknown];
}

/** The forms of a webhook body that depend on the server's version. */
export interface PayloadForm {
  /** Whether conversation events name the account (since 4.15). */
  readonly accountOnConversations: boolean;
  /** Whether events tell who did it (newer builds). */
  readonly performedBy: boolean;
}

/** A message event's body: `message_type` is text here, times are ISO; the last message nested in `conversation` has integers and epochs. */
export function messagePayload(state: ChatwootState, conversation: Conversation, message: Message): Json {
  const inbox = state.inboxes.get(conversation.inboxId);
  return {
    account: accountPayload(state),
    additional_attributes: {},
    content_attributes: message.contentAttributes,
    content_type: message.contentType,
    content: message.content,
    conversation: conversationPayload(state, conversation),
    created_at: toIso(message.createdAtMs),
    id: message.id,
    inbox: { id: conversation.inboxId, name: inbox?.name ?? null },
    message_type: message.messageType,
    private: message.private,
    sender: senderPayload(state, message.sender),
    source_id: message.sourceId,
    ...(message.attachments.length === 0 ? {} : { attachments: message.attachments.map((one) => attachmentJson(message, one)) }),
  };
}

/** A conversation as events carry it; `id` is the display id. */
export function conversationPayload(state: ChatwootState, conversation: Conversation): Json {
  const last = conversation.messages.at(-1);
  return {
    additional_attributes: conversation.additionalAttributes,
    can_reply: true,
    channel: state.inboxes.get(conversation.inboxId)?.channelType ?? null,
    contact_inbox: {
      id: conversation.rowId,
      contact_id: conversation.contact.id,
      inbox_id: conversation.inboxId,
      source_id: conversation.sourceId,
      hmac_verified: false,
      pubsub_token: `sandbox-pubsub-${conversation.rowId}`,
    },
    id: conversation.displayId,
    inbox_id: conversation.inboxId,
    messages: last === undefined ? [] : [messageJson(state, conversation, last)],
    labels: conversation.labels,
    meta: {
      sender: contactPayload(state, conversation.contact),
      assignee: assigneePayload(state, conversation),
      assignee_type: conversation.assigneeId === null ? null : 'User',
      team: teamPayload(state, conversation),
      hmac_verified: false,
    },
    status: conversation.status,
    custom_attributes: conversation.customAttributes,
    snoozed_until: conversation.snoozedUntilMs === null ? null : toIso(conversation.snoozedUntilMs),
    unread_count: 0,
    first_reply_created_at: conversation.firstReplyAtMs === null ? null : toIso(conversation.firstReplyAtMs),
    priority: conversation.priority,
    waiting_since: toSeconds(conversation.waitingSinceMs ?? 0),
    agent_last_seen_at: 0,
    contact_last_seen_at: 0,
    last_activity_at: toSeconds(conversation.lastActivityAtMs),
    timestamp: toSeconds(conversation.lastActivityAtMs),
    created_at: toSeconds(conversation.createdAtMs),
    updated_at: conversation.updatedAtMs / 1000,
  };
}

/** A contact as events carry it: without a type. */
export function contactPayload(state: ChatwootState, contact: Contact): Json {
  return {
    account: accountPayload(state),
    additional_attributes: contact.additionalAttributes,
    avatar: '',
    custom_attributes: contact.customAttributes,
    email: contact.email,
    id: contact.id,
    identifier: contact.identifier,
    name: contact.name,
    phone_number: contact.phoneNumber,
    thumbnail: '',
    blocked: contact.blocked,
  };
}

/** The account. */
export function accountPayload(state: ChatwootState): Json {
  return { id: state.accountId, name: 'Acme Support' };
}

/** A list of one-key objects, as `changed_attributes` is. */
export function changedAttributes(changes: Changes): readonly Json[] {
  return Object.entries(changes).map(([name, [before, after]]) => ({ [name]: { previous_value: before, current_value: after } }));
}

/** Who did it. */
export function performedBy(actor: Sender | null): Json {
  return actor === null ? {} : { performed_by: { type: actor.kind, id: actor.id } };
}

function senderPayload(state: ChatwootState, sender: Sender | null): Json | null {
  if (sender === null) return null;
  if (sender.kind === 'agent_bot') return { id: sender.id, name: state.bots.get(sender.id)?.name ?? null, type: 'agent_bot' };
  if (sender.kind === 'user') {
    const user = state.users.get(sender.id);
    return user === undefined ? null : { id: user.id, name: user.name, email: user.email, type: 'user' };
  }
  const contact = state.contacts.get(sender.id);
  return contact === undefined ? null : contactPayload(state, contact);
}

function assigneePayload(state: ChatwootState, conversation: Conversation): Json | null {
  const user = conversation.assigneeId === null ? undefined : state.users.get(conversation.assigneeId);
  return user === undefined ? null : { ...userJson(user), type: 'user' };
}

function teamPayload(state: ChatwootState, conversation: Conversation): unknown {
  return conversation.teamId === null ? null : (state.teams.get(conversation.teamId) ?? null);
}
