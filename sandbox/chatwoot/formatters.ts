import type { Attachment, ChatwootState, Contact, ContactInbox, Conversation, Inbox, Message, Sender, User } from './entities.ts';

import { toSeconds } from '../core/clock.ts';
import { MESSAGE_TYPES } from './entities.ts';

type Json = { readonly [name: string]: unknown };

/** A contact in REST answers. */
export function contactJson(state: ChatwootState, contact: Contact): Json {
  return {
    additional_attributes: contact.additionalAttributes,
    availability_status: 'offline',
    email: contact.email,
    id: contact.id,
    name: contact.name,
    phone_number: contact.phoneNumber,
    blocked: contact.blocked,
    identifier: contact.identifier,
    thumbnail: '',
    custom_attributes: contact.customAttributes,
    ...(contact.lastActivityAtMs === null ? {} : { last_activity_at: toSeconds(contact.lastActivityAtMs) }),
    created_at: toSeconds(contact.createdAtMs),
    contact_inboxes: contact.contactInboxes.map((one) => contactInboxJson(state, one)),
  };
}

/** Where a contact can be reached. */
export function contactInboxJson(state: ChatwootState, contactInbox: ContactInbox): Json {
  const inbox = state.inboxes.get(contactInbox.inboxId);
  return {
    source_id: contactInbox.sourceId,
    inbox: inbox === undefined ? null : { id: inbox.id, name: inbox.name, channel_type: inbox.channelType },
  };
}

/** A message in REST answers. */
export function messageJson(state: ChatwootState, conversation: Conversation, message: Message): Json {
  return {
    id: message.id,
    content: message.content,
    inbox_id: conversation.inboxId,
    conversation_id: conversation.displayId,
    message_type: MESSAGE_TYPES[message.messageType],
    content_type: message.contentType,
    status: 'sent',
    content_attributes: message.contentAttributes,
    created_at: toSeconds(message.createdAtMs),
    private: message.private,
    source_id: message.sourceId,
    ...(message.sender === null ? {} : { sender: senderJson(state, message.sender) }),
    ...(message.attachments.length === 0 ? {} : { attachments: message.attachments.map((one) => attachmentJson(message, one)) }),
  };
}

/** A sender in REST answers: each kind has a type there. */
export function senderJson(state: ChatwootState, sender: Sender): Json | null {
  if (sender.kind === 'agent_bot')
    return { id: sender.id, name: state.bots.get(sender.id)?.name ?? null, avatar_url: '', type: 'agent_bot' };
  if (sender.kind === 'user') {
    const user = state.users.get(sender.id);
    return user === undefined ? null : { ...userJson(user), type: 'user' };
  }
  const contact = state.contacts.get(sender.id);
  if (contact === undefined) return null;
  const { contact_inboxes: _left, ...own } = contactJson(state, contact);
  return { ...own, type: 'contact' };
}

/** A file, a place or a contact card of a message; nothing where its type is not known (chatwoot app/models/attachment.rb, push_event_data). */
export function attachmentJson(message: Message, attachment: Attachment): Json | null {
  const { id, fileType, dataUrl, title = null, latitude = 0, longitude = 0, firstName } = attachment;
  if (fileType === null) return null;
  const base = { id, message_id: message.id, file_type: fileType };
  if (fileType === 'location')
    return { ...base, coordinates_lat: latitude, coordinates_long: longitude, fallback_title: title, data_url: dataUrl };
  if (fileType === 'fallback') return { ...base, fallback_title: title, data_url: dataUrl };
  if (fileType === 'contact') return { ...base, fallback_title: title, meta: firstName === undefined ? {} : { firstName } };
  return { ...base, data_url: dataUrl ?? '', thumb_url: '', file_size: attachment.fileSize ?? 0, extension: null };
}

/** An agent. */
export function userJson(user: User): Json {
  return {
    id: user.id,
    name: user.name,
    available_name: user.name,
    email: user.email,
    role: user.role,
    availability_status: 'online',
    confirmed: true,
    thumbnail: '',
  };
}

/** A conversation in REST answers; `messages` holds the last one only. */
export function conversationJson(state: ChatwootState, conversation: Conversation): Json {
  const last = conversation.messages.at(-1);
  const lastJson = last === undefined ? null : messageJson(state, conversation, last);
  return {
    meta: metaJson(state, conversation),
    id: conversation.displayId,
    messages: lastJson === null ? [] : [lastJson],
    account_id: state.accountId,
    uuid: conversation.uuid,
    additional_attributes: conversation.additionalAttributes,
    agent_last_seen_at: 0,
    assignee_last_seen_at: 0,
    can_reply: true,
    contact_last_seen_at: 0,
    custom_attributes: conversation.customAttributes,
    inbox_id: conversation.inboxId,
    labels: conversation.labels,
    muted: false,
    snoozed_until: conversation.snoozedUntilMs === null ? null : toSeconds(conversation.snoozedUntilMs),
    status: conversation.status,
    created_at: toSeconds(conversation.createdAtMs),
    updated_at: conversation.updatedAtMs / 1000,
    timestamp: toSeconds(conversation.lastActivityAtMs),
    last_activity_at: toSeconds(conversation.lastActivityAtMs),
    first_reply_created_at: toSeconds(conversation.firstReplyAtMs ?? 0),
    unread_count: 0,
    last_non_activity_message: lastJson,
    priority: conversation.priority,
    waiting_since: toSeconds(conversation.waitingSinceMs ?? 0),
  };
}

/** An inbox. */
export function inboxJson(inbox: Inbox): Json {
  return {
    id: inbox.id,
    name: inbox.name,
    channel_type: inbox.channelType,
    avatar_url: '',
    enable_auto_assignment: true,
    lock_to_single_conversation: inbox.lockToSingleConversation,
  };
}

/** The agent of a conversation, or null. */
export function assigneeJson(state: ChatwootState, conversation: Conversation): Json | null {
  const user = conversation.assigneeId === null ? undefined : state.users.get(conversation.assigneeId);
  return user === undefined ? null : userJson(user);
}

function metaJson(state: ChatwootState, conversation: Conversation): Json {
  const team = conversation.teamId === null ? undefined : state.teams.get(conversation.teamId);
  const assignee = assigneeJson(state, conversation);
  return {
    sender: senderJson(state, { kind: 'contact', id: conversation.contact.id }),
    channel: state.inboxes.get(conversation.inboxId)?.channelType ?? null,
    ...(assignee === null ? {} : { assignee, assignee_type: 'User' }),
    ...(team === undefined ? {} : { team }),
    hmac_verified: false,
  };
}
