import type { Route } from '../../core/exchange.ts';
import type { Caller } from '../access.ts';
import type { Desk } from '../desk.ts';
import type { Conversation } from '../entities.ts';

import { json } from '../../core/exchange.ts';
import { integerOf, textOf, textsOf } from '../../core/values.ts';
import { conversationAt, crashed, notFound } from '../access.ts';
import { PRIORITIES, STATUSES } from '../entities.ts';
import { assigneeJson, conversationJson } from '../formatters.ts';
import { attributesFrom } from './conversations.ts';

const C = '/api/v1/accounts/:account/conversations/:cid';

/** What can be done to a conversation (Chatwoot API, Conversations, Conversation assignments, Conversation labels). */
export function conversationActionRoutes(desk: Desk): readonly Route<Caller>[] {
  return [...stateRoutes(desk), ...assignmentRoutes(desk), ...labelRoutes(desk)];
}

function stateRoutes(desk: Desk): readonly Route<Caller>[] {
  const { state } = desk;
  return [
    {
      method: 'PATCH',
      path: C,
      needs: 'bot',
      handle: (request, caller) => {
        const conversation = conversationAt(state, request);
        void desk.changeConversation(
          conversation,
          'priority' in request.body.fields ? { priority: priorityFrom(request.body.fields['priority']) } : {},
          caller.actor,
        );
        return json(conversationJson(state, conversation));
      },
    },
    {
      method: 'POST',
      path: `${C}/toggle_status`,
      needs: 'bot',
      handle: (request, caller) => {
        const conversation = conversationAt(state, request);
        const status = statusFrom(request.body.fields['status'], conversation);
        const snoozed = integerOf(request.body.fields['snoozed_until']);
        void desk.changeConversation(
          conversation,
          { status, snoozedUntilMs: snoozed === undefined ? null : snoozed * 1000, ...selfAssignment(conversation, status, caller, desk) },
          caller.actor,
        );
        return json({
          meta: {},
          payload: {
            success: true,
            conversation_id: conversation.displayId,
            current_status: conversation.status,
            snoozed_until: snoozed ?? null,
          },
        });
      },
    },
    {
      method: 'POST',
      path: `${C}/toggle_priority`,
      needs: 'bot',
      handle: (request, caller) => {
        void desk.changeConversation(
          conversationAt(state, request),
          { priority: priorityFrom(request.body.fields['priority']) },
          caller.actor,
        );
        return { status: 200 };
      },
    },
    {
      method: 'POST',
      path: `${C}/toggle_typing_status`,
      needs: 'bot',
      handle: (request) => (conversationAt(state, request), { status: 200 }),
    },
    {
      method: 'POST',
      path: `${C}/custom_attributes`,
      needs: 'bot',
      handle: (request, caller) => {
        const customAttributes = attributesFrom(request.body.fields['custom_attributes'], 'Custom attributes');
        void desk.changeConversation(conversationAt(state, request), { customAttributes }, caller.actor);
        return json({ custom_attributes: customAttributes });
      },
    },
  ];
}

function assignmentRoutes(desk: Desk): readonly Route<Caller>[] {
  const { state } = desk;
  return [
    {
      method: 'POST',
      path: `${C}/assignments`,
      needs: 'bot',
      handle: (request, caller) => {
        const conversation = conversationAt(state, request);
        const { fields } = request.body;
        if ('assignee_id' in fields) {
          void desk.changeConversation(conversation, { assigneeId: idFrom(fields['assignee_id'], state.users) }, caller.actor);
          return json(assigneeJson(state, conversation));
        }
        const teamId = idFrom(fields['team_id'], state.teams);
        void desk.changeConversation(conversation, { teamId }, caller.actor);
        return json(teamId === null ? null : (state.teams.get(teamId) ?? null));
      },
    },
  ];
}

function labelRoutes(desk: Desk): readonly Route<Caller>[] {
  const { state } = desk;
  return [
    { method: 'GET', path: `${C}/labels`, needs: 'user', handle: (request) => json({ payload: conversationAt(state, request).labels }) },
    {
      method: 'POST',
      path: `${C}/labels`,
      needs: 'user',
      handle: (request, caller) => {
        const conversation = conversationAt(state, request);
        void desk.changeConversation(conversation, { labels: [...new Set(textsOf(request.body.fields['labels']))] }, caller.actor);
        return json({ payload: conversation.labels });
      },
    },
  ];
}

/** Without a status it flips; an unknown one is an unrescued ArgumentError. */
function statusFrom(value: unknown, conversation: Conversation): Conversation['status'] {
  if (textOf(value) === undefined) return conversation.status === 'open' ? 'resolved' : 'open';
  return STATUSES.find((known) => known === value) ?? crashed();
}

/** An agent who opens a conversation takes it, where nobody has it. */
function selfAssignment(
  conversation: Conversation,
  status: Conversation['status'],
  caller: Caller,
  desk: Desk,
): { readonly assigneeId?: number } {
  const opens = status === 'open' && conversation.status !== 'open' && conversation.assigneeId === null;
  const isAgent = caller.actor.kind === 'user' && desk.state.users.get(caller.actor.id)?.role === 'agent';
  return opens && isAgent ? { assigneeId: caller.actor.id } : {};
}

function priorityFrom(value: unknown): Conversation['priority'] {
  if (value === null || value === undefined || value === 'none' || value === '') return null;
  return PRIORITIES.find((known) => known === value) ?? crashed();
}

function idFrom(value: unknown, rows: ReadonlyMap<number, unknown>): number | null {
  const id = integerOf(value);
  if (id === undefined || id === 0) return null;
  return rows.has(id) ? id : notFound();
}
