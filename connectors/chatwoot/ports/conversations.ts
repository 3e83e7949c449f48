import { z } from 'zod';
import { orElse } from '../../call/caller.ts';
import { MESSAGES_MAX_BYTES } from '../../call/http.ts';
import { fieldOf, isObject } from '../../call/shapes.ts';
import { MARK_ATTRIBUTE, fromWireConversation, toWireId } from './mapping.ts';
import { wireConversation, wireConversations, wireLabelTitles } from '../call/wire.ts';
import type { Send } from '../../../model/effect.ts';
import type { Conversation, HelpdeskClient, Priority } from '../../ports/helpdesk.ts';
import type { HttpRequest } from '../../call/http.ts';
import type { Json } from '../../../model/json.ts';
import type { OddItem } from '../../call/shapes.ts';
import type { Chatwoot } from './scope.ts';
import type { WireConversation } from '../call/wire.ts';

const ROUTE = '/api/v1/accounts/:id/conversations';
const NONE = { items: [], odd: [] } as const;

const toggled = z.object({ payload: z.object({ success: z.boolean() }) });

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
  const made = await toConversation(chatwoot, await chatwoot.call.read(request, wireConversation));
  // An inbox locked to a single conversation gives the contact's last one, as it was (app/builders/conversation_builder.rb).
  if (made.mark === send.mark || made.status === 'open') return made;
  await reopen(chatwoot, made.id, send);
  return { ...made, status: 'open' };
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
  if (to.teamId !== null) await assignOne(chatwoot, id, 'team', { team_id: toWireId(to.teamId) }, send);
  if (to.assigneeId !== null) await assignOne(chatwoot, id, 'agent', { assignee_id: toWireId(to.assigneeId) }, send);
}

/** Whom Chatwoot does not know it takes for nobody, and answers 200 and null. */
async function assignOne(chatwoot: Chatwoot, id: string, whom: string, json: Json, send: Send): Promise<void> {
  const request = toRequest(chatwoot, id, 'assignments', json, send);
  if ((await chatwoot.call.ask(request)) !== null) return;
  throw chatwoot.call.error(request, {
    code: 'not_found',
    retry: { kind: 'never' },
    ambiguous: false,
    hint: `Chatwoot assigned nobody: the ${whom} does not exist any more. Correct the ${whom} in the configuration, or make it anew; retry after 5 min, or skip.`,
  });
}

/** The status is always named: without one the call flips it. https://developers.chatwoot.com/api-reference/conversations/toggle-status */
export async function reopen(chatwoot: Chatwoot, id: string, send: Send): Promise<void> {
  const request = toRequest(chatwoot, id, 'toggle_status', { status: 'open' }, send);
  const told = toggled.safeParse(await chatwoot.call.ask(request));
  if (told.data?.payload.success !== false) return;
  throw chatwoot.call.error(request, {
    code: 'conflict',
    retry: { kind: 'backoff' },
    ambiguous: false,
    hint: `Chatwoot did not open conversation ${id} again, and does not say why; it is tried again. If it stays so, open it by hand and skip this.`,
  });
}

function post(chatwoot: Chatwoot, id: string, verb: string, json: Json, send: Send): Promise<void> {
  return chatwoot.call.send(toRequest(chatwoot, id, verb, json, send));
}

function toRequest(chatwoot: Chatwoot, id: string, verb: string, json: Json, send: Send): HttpRequest {
  return { method: 'POST', path: pathOf(chatwoot, id, `/${verb}`), route: `${ROUTE}/:id/${verb}`, json, sendBy: send.sendBy };
}

function pathOf(chatwoot: Chatwoot, id: string, rest = ''): string {
  return `${chatwoot.accountPath}/conversations/${encodeURIComponent(id)}${rest}`;
}

async function toConversation(chatwoot: Chatwoot, wire: WireConversation): Promise<Conversation> {
  return fromWireConversation(wire, await chatwoot.inboxName(wire.inbox_id), chatwoot.urlOf(wire.id));
}
