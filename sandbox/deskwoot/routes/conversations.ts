import type { Route } from '../../core/exchange.ts';
import type { Fields } from '../../core/values.ts';
import type { ConversationChange, Desk } from '../desk.ts';
import type { Caller } from '../access.ts';

import { json } from '../../core/exchange.ts';
import { integerOf, isTrue, textOf, textOrNull, textsOf } from '../../core/values.ts';
import { badRequest, conversationAt, notFound } from '../access.ts';
import { PRIORITIES, STATUSES } from '../entities.ts';
import { conversationJson, fullConversationJson } from '../formatters.ts';

const MAX_PAGE_SIZE = 100;
const DEFAULT_PAGE_SIZE = 25;
const ACTIONS: { readonly [action: string]: keyof ConversationChange } = {
  change_status: 'status',
  assign_agent: 'assigneeId',
  assign_team: 'teamId',
  change_priority: 'priority',
  mute: 'muted',
};

/** Operations on conversations that the document describes (Deskwoot REST API, Conversations). */
export function conversationRoutes(desk: Desk): readonly Route<Caller>[] {
  const { state } = desk;
  return [
    {
      method: 'GET',
      path: '/api/v1/conversations/:conversationId',
      needs: 'conversations:read',
      handle: (request) => json(fullConversationJson(state, conversationAt(state, request))),
    },
    {
      method: 'PATCH',
      path: '/api/v1/conversations/:conversationId',
      needs: 'conversations:write',
      handle: (request) => {
        const conversation = conversationAt(state, request);
        void desk.changeConversation(conversation, changeFrom(desk, request.body.fields));
        return json(conversationJson(state, conversation));
      },
    },
    {
      method: 'POST',
      path: '/api/v1/accounts/:accountId/conversations/bulk',
      needs: 'conversations:write',
      handle: (request) => json({ updated: updateMany(desk, request.body.fields) }),
    },
    {
      method: 'POST',
      path: '/api/v1/conversations/:conversationId/labels',
      needs: 'conversations:write',
      handle: (request) => {
        const conversation = conversationAt(state, request);
        const labelId = textOf(request.body.fields['labelId']) ?? badRequest('labelId is required');
        if (!state.labels.has(labelId)) return notFound('Label');
        conversation.labelIds.add(labelId);
        return json({ success: true }, 201);
      },
    },
    {
      method: 'DELETE',
      path: '/api/v1/conversations/:conversationId/labels',
      needs: 'conversations:write',
      handle: (request) => {
        const conversation = conversationAt(state, request);
        const labelId = request.query.get('labelId') ?? textOf(request.body.fields['labelId']) ?? badRequest('labelId is required');
        return conversation.labelIds.delete(labelId) ? json({ success: true }) : notFound('Label');
      },
    },
  ];
}

/** Operations that only the official client knows (deskwoot-js docs/API.md). */
export function undocumentedConversationRoutes(desk: Desk): readonly Route<Caller>[] {
  const { state } = desk;
  const path = '/api/v1/accounts/:accountId/conversations';
  return [
    { method: 'GET', path, needs: 'conversations:read', handle: (request) => json(listPage(desk, request.query)) },
    {
      method: 'POST',
      path,
      needs: 'conversations:write',
      handle: (request, caller) => {
        const { fields } = request.body;
        const inboxId = textOf(fields['inboxId']) ?? badRequest('inboxId is required');
        const contactId = textOf(fields['contactId']) ?? badRequest('contactId is required');
        const content = textOf(fields['message']) ?? badRequest('message is required');
        if (!state.inboxes.has(inboxId)) return notFound('Inbox');
        if (!state.contacts.has(contactId)) return notFound('Contact');
        const { status = 'OPEN', assigneeId = null, teamId = null } = changeFrom(desk, fields);
        const { conversation } = desk.addConversation({ inboxId, contactId, status, assigneeId, teamId });
        desk.addMessage(conversation, { content, messageType: 'OUTGOING', private: false, sender: desk.senderOf('user', caller.userId) });
        return json(fullConversationJson(state, conversation), 201);
      },
    },
  ];
}

function changeFrom(desk: Desk, fields: Fields): ConversationChange {
  const change: ConversationChange = {};
  if (fields['status'] !== undefined) change.status = STATUSES.find((known) => known === fields['status']) ?? badRequest('Invalid status');
  if (fields['priority'] !== undefined)
    change.priority =
      fields['priority'] === null ? null : (PRIORITIES.find((known) => known === fields['priority']) ?? badRequest('Invalid priority'));
  if (fields['assigneeId'] !== undefined) change.assigneeId = known(desk.state.agents, textOrNull(fields['assigneeId']), 'Agent');
  if (fields['teamId'] !== undefined) change.teamId = known(desk.state.teams, textOrNull(fields['teamId']), 'Team');
  if (fields['muted'] !== undefined) change.muted = isTrue(fields['muted']);
  return change;
}

function known(rows: ReadonlyMap<string, unknown>, id: string | null, what: string): string | null {
  return id === null || rows.has(id) ? id : notFound(what);
}

function updateMany(desk: Desk, fields: Fields): number {
  const ids = textsOf(fields['conversationIds']);
  if (ids.length === 0) badRequest('conversationIds is required');
  const action = textOf(fields['action']) ?? badRequest('action is required');
  const value = fields['value'] ?? null;
  const field = ACTIONS[action];
  if (field === undefined && action !== 'add_label') badRequest('Invalid action');
  const change = field === undefined ? {} : changeFrom(desk, { [field]: field === 'muted' ? true : value });
  const found = ids.flatMap((id) => desk.state.conversations.get(id) ?? []);
  for (const conversation of found) {
    if (action === 'add_label')
      conversation.labelIds.add(known(desk.state.labels, textOf(value) ?? badRequest('value is required'), 'Label') ?? '');
    else void desk.changeConversation(conversation, change);
  }
  return found.length;
}

function listPage(desk: Desk, query: URLSearchParams): readonly unknown[] {
  const { state } = desk;
  const size = Math.min(integerOf(query.get('pageSize')) ?? DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE);
  const start = ((integerOf(query.get('page')) ?? 1) - 1) * size;
  const is = (name: string, value: string | null): boolean => !query.has(name) || query.get(name) === value;
  const labelId = query.get('label_id');
  return [...state.conversations.values()]
    .reverse()
    .filter(
      (one) =>
        is('status', one.status) &&
        is('inbox_id', one.inboxId) &&
        is('assignee_id', one.assigneeId) &&
        is('team_id', one.teamId) &&
        (labelId === null || one.labelIds.has(labelId)),
    )
    .slice(start, start + size)
    .map((one) => conversationJson(state, one));
}
