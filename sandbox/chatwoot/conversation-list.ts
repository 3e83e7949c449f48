import type { ChatwootState, Conversation } from './entities.ts';

import { integerOf } from '../core/values.ts';
import { conversationJson } from './formatters.ts';

const PAGE_SIZE = 25;

/** A page of the list: newest activity first, open ones unless told, everything at once with `updated_within` (seconds). */
export function listConversations(
  state: ChatwootState,
  query: URLSearchParams,
  userId: number,
  nowMs: number,
): { readonly [name: string]: unknown } {
  const status = query.get('status') ?? 'open';
  const within = integerOf(query.get('updated_within'));
  const since = within === undefined ? undefined : nowMs - within * 1000;
  const scoped = [...state.conversations.values()].filter(
    (one) => (status === 'all' || one.status === status) && inScope(one, query) && (since === undefined || one.updatedAtMs >= since),
  );
  const found = scoped.filter((one) => isAssigned(one, query.get('assignee_type') ?? 'all', userId)).reverse();
  const page = integerOf(query.get('page')) ?? 1;
  const rows = since === undefined ? found.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE) : found;
  return { meta: countsOf(scoped, userId), payload: rows.map((one) => conversationJson(state, one)) };
}

function inScope(conversation: Conversation, query: URLSearchParams): boolean {
  const inboxId = integerOf(query.get('inbox_id'));
  const teamId = integerOf(query.get('team_id'));
  const sourceId = query.get('source_id');
  const labels = [...query.getAll('labels[]'), ...query.getAll('labels')];
  if (inboxId !== undefined && conversation.inboxId !== inboxId) return false;
  if (teamId !== undefined && conversation.teamId !== teamId) return false;
  if (sourceId !== null && conversation.sourceId !== sourceId) return false;
  return labels.every((label) => conversation.labels.includes(label));
}

function isAssigned(conversation: Conversation, type: string, userId: number): boolean {
  if (type === 'me') return conversation.assigneeId === userId;
  if (type === 'unassigned') return conversation.assigneeId === null;
  return type === 'assigned' ? conversation.assigneeId !== null : true;
}

function countsOf(conversations: readonly Conversation[], userId: number): { readonly [name: string]: number } {
  const assigned = conversations.filter((one) => one.assigneeId !== null).length;
  return {
    mine_count: conversations.filter((one) => one.assigneeId === userId).length,
    assigned_count: assigned,
    unassigned_count: conversations.length - assigned,
    all_count: conversations.length,
  };
}
