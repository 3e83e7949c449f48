import type { Agent, Contact, Conversation, DeskwootState, Inbox, Label, Message, Team } from './entities.ts';

import { toIso } from '../core/clock.ts';

/** A contact as the list and the webhooks show it. */
export function contactJson(contact: Contact): { readonly [name: string]: unknown } {
  const { id, name, email, phone, avatarUrl, company } = contact;
  return {
    id,
    name,
    email,
    phone,
    avatarUrl,
    company,
    lastActivityAt: toIso(contact.lastActivityAtMs),
    createdAt: toIso(contact.createdAtMs),
  };
}

/** A contact with every field, as the official client knows it. */
export function fullContactJson(state: DeskwootState, contact: Contact): { readonly [name: string]: unknown } {
  const { location, description, identifier, customAttributes } = contact;
  return {
    ...contactJson(contact),
    accountId: state.accountId,
    location,
    description,
    identifier,
    customAttributes,
    updatedAt: toIso(contact.updatedAtMs),
  };
}

/** A message as the list shows it. */
export function messageJson(message: Message): { readonly [name: string]: unknown } {
  const { id, content, messageType, sender, attachments, conversationId } = message;
  return { id, conversationId, content, messageType, private: message.private, createdAt: toIso(message.createdAtMs), sender, attachments };
}

/** A conversation without its messages, as lists and webhooks show it. */
export function conversationJson(state: DeskwootState, conversation: Conversation): { readonly [name: string]: unknown } {
  const { id, status, priority, inboxId, contactId, assigneeId, teamId, muted } = conversation;
  const contact = state.contacts.get(contactId);
  const inbox = state.inboxes.get(inboxId);
  const assignee = assigneeId === null ? undefined : state.agents.get(assigneeId);
  return {
    id,
    status,
    priority,
    inboxId,
    contactId,
    assigneeId,
    teamId,
    muted,
    lastActivityAt: toIso(conversation.lastActivityAtMs),
    createdAt: toIso(conversation.createdAtMs),
    contact: contact === undefined ? null : { id: contact.id, name: contact.name, email: contact.email },
    inbox: inbox === undefined ? null : { id: inbox.id, name: inbox.name, channelType: inbox.channelType },
    assignee: assignee === undefined ? null : { id: assignee.id, name: assignee.name, email: assignee.email },
    labels: labelsOf(state, conversation).map(({ id: labelId, title, color }) => ({ id: labelId, title, color })),
  };
}

/** A conversation with its messages, as reading one shows it. */
export function fullConversationJson(state: DeskwootState, conversation: Conversation): { readonly [name: string]: unknown } {
  return { ...conversationJson(state, conversation), messages: conversation.messages.map(messageJson) };
}

/** An inbox. */
export function inboxJson(inbox: Inbox): { readonly [name: string]: unknown } {
  const web = {
    greeting: 'Hi! How can we help?',
    greetingEnabled: true,
    enableAutoAssign: true,
    csatEnabled: false,
    csatRatingStyle: 'STARS',
    csatPromptText: null,
  };
  const own = inbox.channelType === 'EMAIL' ? { emailAddress: 'billing@acme.example' } : web;
  return { id: inbox.id, name: inbox.name, channelType: inbox.channelType, ...own, createdAt: '2026-01-01T00:00:00.000Z' };
}

/** An agent. */
export function agentJson(agent: Agent): { readonly [name: string]: unknown } {
  return { user: { id: agent.id, name: agent.name, email: agent.email, avatarUrl: null }, role: agent.role, customRole: null };
}

/** A team with the number of its members. */
export function teamJson(team: Team): { readonly [name: string]: unknown } {
  return { id: team.id, name: team.name, description: null, allowAutoAssign: true, memberCount: team.memberIds.length };
}

/** A label. */
export function labelJson(label: Label): { readonly [name: string]: unknown } {
  return { id: label.id, title: label.title, color: label.color, description: null, showOnSidebar: true };
}

function labelsOf(state: DeskwootState, conversation: Conversation): readonly Label[] {
  return [...conversation.labelIds].flatMap((id) => state.labels.get(id) ?? []);
}
