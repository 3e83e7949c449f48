import { orElse } from '../../call/caller.ts';
import { MESSAGES_MAX_BYTES } from '../../call/http.ts';
import { fieldOf, isObject } from '../../call/shapes.ts';
import { MARK_ATTRIBUTE, fromWireMessage } from './mapping.ts';
import { wireMessage, wireMessages } from '../call/wire.ts';
import type { HelpdeskClient, Message } from '../../ports/helpdesk.ts';
import type { LooseList, OddItem } from '../../call/shapes.ts';
import type { Chatwoot } from './scope.ts';

const ROUTE = '/api/v1/accounts/:id/conversations/:id/messages';
const LIST = { method: 'GET', route: ROUTE, maxBytes: MESSAGES_MAX_BYTES } as const;
/** 25 pages of 20: more than is said in a conversation between a crash and its repair. */
const MAX_PAGES = 25;
/** How far the clocks of Chatwoot and this machine may be apart. */
const CLOCK_SKEW_MS = 60_000;

/**
 * There is no call for one message. Both ends named, the first of them included, the list is that message alone, however much was
 * said since (chatwoot v4.15.1, app/finders/message_finder.rb).
 */
export async function readMessage(chatwoot: Chatwoot, conversationId: string, messageId: string): Promise<Message | null> {
  const id = /^[0-9]{1,15}$/.test(messageId) ? Number(messageId) : null;
  const messages = await list(chatwoot, conversationId, id === null ? {} : { after: id, before: String(id + 1) });
  if (messages === null) return null;
  const found = messages.items.find((message) => message.id === messageId);
  return chatwoot.call.sought(
    LIST,
    found,
    messages.odd.filter(({ value }) => isObject(value) && [null, messageId].includes(fieldOf(value, 'id'))),
  );
}

/** Pages backwards from the newest until the mark is found, the conversation begins, or messages are older than `sinceMs`. */
export async function findMessage(
  chatwoot: Chatwoot,
  ...[conversationId, sought]: Parameters<HelpdeskClient['findMessage']>
): Promise<Message | null> {
  let before: string | undefined;
  const suspects: OddItem[] = [];
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const { items, odd } = (await list(chatwoot, conversationId, { before })) ?? { items: [], odd: [] };
    const found = items.find((message) => message.mark === sought.mark);
    if (found !== undefined) return found;
    suspects.push(...odd.filter((item) => mayBearMark(item, sought.mark)));
    const [oldest] = items;
    if (oldest === undefined || oldest.id === before || isBefore(oldest, sought.sinceMs)) {
      // Without a message that can be read there is no way to the page before.
      return chatwoot.call.sought<Message>(LIST, undefined, oldest === undefined ? [...suspects, ...odd] : suspects);
    }
    before = oldest.id;
  }
  throw chatwoot.call.error(LIST, {
    code: 'unsupported',
    retry: { kind: 'never' },
    ambiguous: false,
    hint: `The message was not found among the latest ${MAX_PAGES * 20}, so whether it was sent is not certain. Look for it in conversation ${conversationId}, then skip or resend.`,
  });
}

/**
 * The mark is stored with the message and does not affect its delivery; source_id would suppress it in most channels.
 * https://developers.chatwoot.com/api-reference/messages/create-new-message
 */
export async function postMessage(chatwoot: Chatwoot, ...[input, send]: Parameters<HelpdeskClient['postMessage']>): Promise<Message> {
  const json = {
    content: input.text,
    message_type: 'outgoing',
    private: input.private,
    content_type: 'text',
    content_attributes: { [MARK_ATTRIBUTE]: send.mark },
  };
  const request = { method: 'POST', path: pathOf(chatwoot, input.conversationId), route: ROUTE, json, sendBy: send.sendBy } as const;
  return fromWireMessage(await chatwoot.call.read(request, wireMessage), input.conversationId);
}

/** Oldest first; null: no such conversation. https://developers.chatwoot.com/api-reference/messages/get-messages */
async function list(
  chatwoot: Chatwoot,
  conversationId: string,
  query: { readonly after?: number; readonly before?: string | undefined },
): Promise<LooseList<Message> | null> {
  const request = { ...LIST, path: pathOf(chatwoot, conversationId), query };
  const wires = await chatwoot.call.list(request, wireMessages).catch(orElse('not_found', null));
  if (wires === null) return null;
  const items = wires.items.map((wire) => fromWireMessage(wire, conversationId)).sort((a, b) => Number(a.id) - Number(b.id));
  return { items, odd: wires.odd };
}

/** Whether a message that cannot be read may be the marked one: its attributes are unreadable, or hold the mark. */
function mayBearMark({ value }: OddItem, mark: string): boolean {
  if (!isObject(value)) return false;
  const attributes: unknown = new Map<string, unknown>(Object.entries(value)).get('content_attributes');
  if (attributes === undefined || attributes === null) return false;
  return !isObject(attributes) || fieldOf(attributes, MARK_ATTRIBUTE) === mark;
}

function isBefore(message: Message, sinceMs: number | undefined): boolean {
  const at = Date.parse(message.createdAt ?? '');
  return sinceMs !== undefined && !Number.isNaN(at) && at < sinceMs - CLOCK_SKEW_MS;
}

function pathOf(chatwoot: Chatwoot, conversationId: string): string {
  return `${chatwoot.accountPath}/conversations/${encodeURIComponent(conversationId)}/messages`;
}
