import type { Request, Route } from '../../core/exchange.ts';
import type { Caller } from '../access.ts';
import type { Desk } from '../desk.ts';
import type { Attributes, ContactInbox, Conversation } from '../entities.ts';

import { json } from '../../core/exchange.ts';
import { fieldsOf, integerOf, isFields, textOf } from '../../core/values.ts';
import { conversationAt, crashed, inboxOf, notFound, unprocessable } from '../access.ts';
import { listConversations } from '../conversation-list.ts';
import { STATUSES } from '../entities.ts';
import { conversationJson } from '../formatters.ts';
import { newConversation, reach } from '../records.ts';
import { postMessage } from './messages.ts';

const A = '/api/v1/accounts/:account';
const MAX_ATTRIBUTE_LENGTH = 1500;
const MAX_ATTRIBUTE_NUMBER = 9_999_999_999;

/** Making, listing and reading conversations (Chatwoot API, Conversations). */
export function conversationRoutes(desk: Desk, clock: () => number): readonly Route<Caller>[] {
  const { state } = desk;
  return [
    {
      method: 'GET',
      path: `${A}/conversations`,
      needs: 'user',
      handle: (request, caller) => json({ data: listConversations(state, request.query, caller.actor.id, clock()) }),
    },
    {
      method: 'POST',
      path: `${A}/conversations/filter`,
      needs: 'user',
      handle: (request, caller) => {
        const query = new URLSearchParams({ status: 'all', page: request.query.get('page') ?? '1' });
        for (const condition of [request.body.fields['payload']].flat().map(fieldsOf)) {
          const key = textOf(condition['attribute_key']) ?? '';
          if (!['status', 'inbox_id', 'team_id', 'labels'].includes(key)) unprocessable(`Invalid attribute key - [${key}]`);
          query.set(key, String([condition['values']].flat()[0]));
        }
        return json(listConversations(state, query, caller.actor.id, clock()));
      },
    },
    {
      method: 'POST',
      path: `${A}/conversations`,
      needs: 'bot',
      handle: (request, caller) => json(conversationJson(state, create(desk, clock(), request, caller))),
    },
    {
      method: 'GET',
      path: `${A}/conversations/:cid`,
      needs: 'bot',
      handle: (request) => json(conversationJson(state, conversationAt(state, request))),
    },
  ];
}

/** The attributes of a conversation; long texts and large numbers are 422 (chatwoot app/models/jsonb_attributes_length_validator.rb). */
export function attributesFrom(value: unknown, name: string): Attributes {
  const attributes = fieldsOf(value);
  for (const [key, held] of Object.entries(attributes)) {
    if (typeof held === 'string' && held.length > MAX_ATTRIBUTE_LENGTH)
      unprocessable(`${name} ${key} length should be < ${MAX_ATTRIBUTE_LENGTH}`);
    if (typeof held === 'number' && held > MAX_ATTRIBUTE_NUMBER) unprocessable(`${name} ${key} value should be < ${MAX_ATTRIBUTE_NUMBER}`);
  }
  return attributes;
}

function create(desk: Desk, now: number, request: Request, caller: Caller): Conversation {
  const { fields } = request.body;
  const reached = reachedBy(desk, fields);
  const customAttributes = attributesFrom(fields['custom_attributes'], 'Custom attributes');
  const additionalAttributes = attributesFrom(fields['additional_attributes'], 'Additional attributes');
  const status = fields['status'] === undefined ? 'open' : (STATUSES.find((known) => known === fields['status']) ?? crashed());
  const locked = desk.state.inboxes.get(reached.inboxId)?.lockToSingleConversation === true;
  const last = locked ? reached.contact.conversations.findLast((one) => one.inboxId === reached.inboxId) : undefined;
  const fresh = last === undefined;
  const conversation =
    last ??
    newConversation(desk.state, now, reached, {
      customAttributes,
      additionalAttributes,
      status,
      assigneeId: integerOf(fields['assignee_id']) ?? null,
      teamId: integerOf(fields['team_id']) ?? null,
    });
  if (fresh) void desk.addConversation(conversation, caller.actor);
  if (isFields(fields['message'])) postMessage(desk, conversation, fields['message'], [], caller);
  return conversation;
}

function reachedBy(desk: Desk, fields: { readonly [name: string]: unknown }): ContactInbox & { readonly contact: Conversation['contact'] } {
  const { state } = desk;
  const sourceId = textOf(fields['source_id']);
  const contactId = integerOf(fields['contact_id']);
  const inbox = fields['inbox_id'] === undefined ? undefined : inboxOf(state, fields['inbox_id']);
  if (contactId !== undefined && inbox !== undefined) {
    const contact = state.contacts.get(contactId) ?? notFound();
    return { ...reach(state, contact, inbox, sourceId), contact };
  }
  const known =
    inbox === undefined
      ? [...state.contactInboxes.values()].find((one) => one.sourceId === sourceId)
      : state.contactInboxes.get(`${inbox.id}/${sourceId ?? ''}`);
  const contact = state.contacts.get(known?.contactId ?? 0);
  return known === undefined || contact === undefined ? notFound() : { ...known, contact };
}
