import { randomUUID } from 'node:crypto';

import type { ChatwootState, Contact, ContactInbox, Conversation, Inbox } from './entities.ts';

import { unprocessable } from './access.ts';

/** A contact that is not yet in the account. */
export function newContact(state: ChatwootState, now: number, fields: Partial<Contact>): Contact {
  return {
    name: '',
    email: null,
    phoneNumber: null,
    identifier: null,
    blocked: false,
    customAttributes: {},
    additionalAttributes: {},
    lastActivityAtMs: null,
    contactInboxes: [],
    conversations: [],
    ...fields,
    id: state.nextId('contact'),
    createdAtMs: now,
  };
}

/** A conversation that is not yet in the account. */
export function newConversation(
  state: ChatwootState,
  now: number,
  reached: ContactInbox & { readonly contact: Contact },
  fields: Partial<Conversation>,
): Conversation {
  const displayId = state.nextId('conversation');
  return {
    status: 'open',
    priority: null,
    labels: [],
    assigneeId: null,
    teamId: null,
    customAttributes: {},
    additionalAttributes: {},
    snoozedUntilMs: null,
    waitingSinceMs: null,
    firstReplyAtMs: null,
    messages: [],
    ...fields,
    rowId: displayId + 7000,
    displayId,
    uuid: randomUUID(),
    inboxId: reached.inboxId,
    contact: reached.contact,
    sourceId: reached.sourceId,
    lastActivityAtMs: now,
    updatedAtMs: now,
    createdAtMs: now,
  };
}

/** The way to a contact through an inbox: the one with this source id, or a new one. 422 where the source id is another contact's. */
export function reach(state: ChatwootState, contact: Contact, inbox: Inbox, sourceId: string | undefined): ContactInbox {
  const known =
    sourceId === undefined
      ? contact.contactInboxes.find((one) => one.inboxId === inbox.id)
      : state.contactInboxes.get(`${inbox.id}/${sourceId}`);
  if (known !== undefined) return known.contactId === contact.id ? known : unprocessable('source_id should be unique');
  const fallback = inbox.channelType === 'Channel::Email' && contact.email !== null ? contact.email : randomUUID();
  const made: ContactInbox = { contactId: contact.id, inboxId: inbox.id, sourceId: sourceId ?? fallback };
  state.contactInboxes.set(`${inbox.id}/${made.sourceId}`, made);
  contact.contactInboxes.push(made);
  return made;
}
