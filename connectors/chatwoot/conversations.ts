import { orElse } from '../caller.ts';
import { MESSAGES_MAX_BYTES } from '../http.ts';
import { fieldOf, isObject } from '../shapes.ts';
import { MARK_ATTRIBUTE, fromWireConversation, toWireId } from './mapping.ts';
import { wireConversation, wireConversations, wireLabelTitles } from './wire.ts';
import type { Send } from '../effect.ts';
import type { Conversation, HelpdeskClient, Priority } from '../helpdesk.ts';
import type { HttpRequest } from '../http.ts';
import type { Json } from '../json.ts';
import type { OddItem } from '../shapes.ts';
import type { Chatwoot } from './client.ts';
import type { WireConversation } from './wire.ts';

const ROUTE = '/api/v1/accounts/:id/conversations';
const NONE = { items: [], odd: [] } as const;

/** The contact's latest 20, which is all that Chatwoot gives. https://developers.chatwoot.com/api-reference/contacts/contact-conversations */
export async function conversationsOf(chatwoot: Chatwoot, contactId: string, inboxId: string): Promise<readonly Conversation[]> {
  const path = `${chatwoot.accountPath}/contacts/${encodeURIComponent(contactId)}/conversations`;
  const route = '/api/v1/accounts/:id/contacts/:id/conversations';
  const request = { method: 'GET', path, route, maxBytes: MESSAGES_MAX_BYTES } as const;
  const listed = await chatwoot.call.list(request, wireConversations).catch(orElse('not_found', NONE));
  // Left out, it would be opened a second time.
  const mayBeMeant = ({ value }: OddItem): boolean => isObject(value) && [null, inboxId].includes(fieldOf(value, 'inbox_id'));
  chatwoot.call.sought(request, undefined, listed.odd.filter(mayBeMeant));
  const meant = listed.items.filter((wire) => wire.inbox_id === inboxId);
  return Promise.all(meant.map((wire) => toConversation(chatwoot, wire)));
}

/**
 * Without its first message, which has an intent of its own: sent along, a retry would append it once more.
 * https://developers.chatwoot.com/api-reference/conversations/create-new-conversation
 */
export async function createConversation(
  chatwoot: Chatwoot,
  ...[input, send]: Parameters<HelpdeskClient['createConversation']>
): Promise<Conversation> {
  const { contactId, inboxId, assigneeId, teamId } = input;
  const json = {
    inbox_id: toWireId(inboxId),
    contact_id: toWireId(contactId),
    status: 'open',
    custom_attributes: { [MARK_ATTRIBUTE]: send.mark },
    ...(assigneeId === null ? {} : { assignee_id: toWireId(assigneeId) }),
    ...(teamId === null ? {} : { team_id: toWireId(teamId) }),
  };
  const request = { method: 'POST', path: `${chatwoot.accountPath}/conversations`, route: ROUTE, json, sendBy: send.sendBy } as const;
  return toConversation(chatwoot, await chatwoot.call.read(request, wireConversation));
}

// https://developers.chatwoot.com/api-reference/conversations/conversation-details
export async function readConversation(chatwoot: Chatwoot, id: string): Promise<Conversation | null> {
  const request = { method: 'GET', path: pathOf(chatwoot, id), route: `${ROUTE}/:id`, maxBytes: MESSAGES_MAX_BYTES } as const;
  const wire = await chatwoot.call.find(request, wireConversation);
  return wire === null ? null : toConversation(chatwoot, wire);
}

/**
 * The call replaces the whole list, so it is read first; the caller keeps to one writer per conversation.
 * https://developers.chatwoot.com/api-reference/conversation/add-labels
 */
export async function addLabel(chatwoot: Chatwoot, id: string, label: string, send: Send): Promise<void> {
  const path = pathOf(chatwoot, id, '/labels');
  const route = `${ROUTE}/:id/labels`;
  const labels = await chatwoot.call.read({ method: 'GET', path, route }, wireLabelTitles);
  if (labels.includes(label)) return;
  await chatwoot.call.send({ method: 'POST', path, route, json: { labels: [...labels, label] }, sendBy: send.sendBy });
}

// https://developers.chatwoot.com/api-reference/conversations/toggle-priority
export function setPriority(chatwoot: Chatwoot, id: string, priority: Priority, send: Send): Promise<void> {
  return post(chatwoot, id, 'toggle_priority', { priority }, send);
}

/**
 * An assignee wins over a team in one call, so each has its own; null leaves as it is.
 * https://developers.chatwoot.com/api-reference/conversation-assignment/assign-conversation
 */
export async function assign(
  chatwoot: Chatwoot,
  id: string,
  to: { readonly assigneeId: string | null; readonly teamId: string | null },
  send: Send,
): Promise<void> {
  if (to.teamId !== null) await post(chatwoot, id, 'assignments', { team_id: toWireId(to.teamId) }, send);
  if (to.assigneeId !== null) await post(chatwoot, id, 'assignments', { assignee_id: toWireId(to.assigneeId) }, send);
}

/** The status is always named: without one the call flips it. https://developers.chatwoot.com/api-reference/conversations/toggle-status */
export function reopen(chatwoot: Chatwoot, id: string, send: Send): Promise<void> {
  return post(chatwoot, id, 'toggle_status', { status: 'open' }, send);
}

function post(chatwoot: Chatwoot, id: string, verb: string, json: Json, send: Send): Promise<void> {
  const request: HttpRequest = {
    method: 'POST',
    path: pathOf(chatwoot, id, `/${verb}`),
    route: `${ROUTE}/:id/${verb}`,
    json,
    sendBy: send.sendBy,
  };
  return chatwoot.call.send(request);
}

function pathOf(chatwoot: Chatwoot, id: string, rest = ''): string {
  return `${chatwoot.accountPath}/conversations/${encodeURIComponent(id)}${rest}`;
}

async function toConversation(chatwoot: Chatwoot, wire: WireConversation): Promise<Conversation> {
  return fromWireConversation(wire, await chatwoot.inboxName(wire.inbox_id), chatwoot.urlOf(wire.id));
}
