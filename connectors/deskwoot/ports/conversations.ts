import { MESSAGES_MAX_BYTES } from '../../call/http.ts';
import { fieldOf } from '../../call/shapes.ts';
import { isClosed, lacksAbility } from './abilities.ts';
import { fromWireConversation } from './mapping.ts';
import { wireConversations, wireOneConversation } from '../call/wire.ts';
import type { Conversation, HelpdeskClient } from '../../ports/helpdesk.ts';
import type { Deskwoot } from './scope.ts';
import type { WireConversation } from '../call/wire.ts';

const PAGE_SIZE = 100;
/** The list cannot be narrowed to a contact; more pages would eat the budget of 60 requests a minute. */
const MAX_PAGES = 5;
const LIST = { method: 'GET', route: '/v1/accounts/:id/conversations', maxBytes: MESSAGES_MAX_BYTES } as const;
const CREATE = { method: 'POST', route: '/v1/accounts/:id/conversations' } as const;

/** The contact's conversations in one inbox, newest first, among the inbox's latest 500. */
export async function conversationsOf(deskwoot: Deskwoot, contactId: string, inboxId: string): Promise<readonly Conversation[]> {
  return (await listOf(deskwoot, contactId, inboxId)).map((wire) => fromWireConversation(wire, deskwoot.urlOf(wire.id)));
}

/** Opens a conversation with its first message. The official client deskwoot-js, createConversation. */
export async function createConversation(
  deskwoot: Deskwoot,
  ...[input, send]: Parameters<HelpdeskClient['createConversation']>
): Promise<Conversation> {
  const abilities = await deskwoot.abilities();
  if (!abilities.createConversation) throw lacksAbility(deskwoot.call, CREATE, 'create conversations', reason(abilities.listConversations));
  const { contactId, inboxId, assigneeId, teamId, opening } = input;
  const json = {
    inboxId,
    contactId,
    message: opening,
    ...(assigneeId === null ? {} : { assigneeId }),
    ...(teamId === null ? {} : { teamId }),
  };
  const request = { ...CREATE, path: `${deskwoot.accountPath}/conversations`, json, sendBy: send.sendBy };
  const wire = await deskwoot.call.read(request, wireOneConversation).catch((error: unknown) => {
    // A 404 in Deskwoot's own words speaks of the inbox or contact; the path is known to answer.
    if (isClosed(error) && error.data.code !== 'not_found')
      throw lacksAbility(deskwoot.call, CREATE, 'create conversations', `the server answered ${error.data.status ?? 'no'} to it`);
    throw error;
  });
  return fromWireConversation({ ...wire, contactId, inboxId }, deskwoot.urlOf(wire.id));
}

// The official client deskwoot-js, listConversations: snake_case filters beside camelCase paging.
async function listOf(deskwoot: Deskwoot, contactId: string, inboxId: string): Promise<readonly WireConversation[]> {
  const abilities = await deskwoot.abilities();
  if (!abilities.listConversations) throw lacksAbility(deskwoot.call, LIST, 'list conversations', reason(false));
  const found = new Map<string, WireConversation>();
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const query = { inbox_id: inboxId, page, pageSize: PAGE_SIZE };
    const { items, odd } = await deskwoot.call.list({ ...LIST, path: `${deskwoot.accountPath}/conversations`, query }, wireConversations);
    // The list is the whole inbox's: one that cannot be read stops the contact it is of, and nobody else.
    deskwoot.call.sought(
      LIST,
      undefined,
      odd.filter((item) => fieldOf(item.value, 'contactId') === contactId),
    );
    for (const wire of items) {
      const isMeant = (wire.contactId ?? wire.contact?.id) === contactId && (wire.inboxId ?? wire.inbox?.id) === inboxId;
      if (isMeant) found.set(wire.id, wire);
    }
    if (items.length + odd.length < PAGE_SIZE) break;
  }
  return [...found.values()].sort((a, b) => (b.createdAt ?? '').localeCompare(a.createdAt ?? ''));
}

function reason(canList: boolean): string {
  return canList
    ? 'its scopes include neither write nor conversations:write'
    : 'the server refused to list conversations under the same path';
}
