import { MARK_ATTRIBUTE, fromWireMessage } from './mapping.ts';
import { wireMessage, wireMessages } from './wire.ts';
import type { HelpdeskClient, Message } from '../helpdesk.ts';
import type { Chatwoot } from './client.ts';

const ROUTE = '/api/v1/accounts/:id/conversations/:id/messages';
/** 25 pages of 20: more than is said in a conversation between a crash and its repair. */
const MAX_PAGES = 25;
/** How far the clocks of Chatwoot and this machine may be apart. */
const CLOCK_SKEW_MS = 60_000;

/** There is no call for one message: the pages around it are read. */
export async function readMessage(chatwoot: Chatwoot, conversationId: string, messageId: string): Promise<Message | null> {
  // `after` leaves its own id out, hence the id before.
  const after = /^[0-9]{1,15}$/.test(messageId) ? Number(messageId) - 1 : undefined;
  const messages = await list(chatwoot, conversationId, after === undefined ? {} : { after });
  return messages?.find((message) => message.id === messageId) ?? null;
}

/** Pages backwards from the newest until the mark is found, the conversation begins, or messages are older than `sinceMs`. */
export async function findMessage(
  chatwoot: Chatwoot,
  ...[conversationId, sought]: Parameters<HelpdeskClient['findMessage']>
): Promise<Message | null> {
  let before: string | undefined;
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const messages = (await list(chatwoot, conversationId, { before })) ?? [];
    const found = messages.find((message) => message.mark === sought.mark);
    if (found !== undefined) return found;
    const [oldest] = messages;
    if (oldest === undefined || oldest.id === before || isBefore(oldest, sought.sinceMs)) return null;
    before = oldest.id;
  }
  throw chatwoot.call.error(
    { method: 'GET', route: ROUTE },
    {
      code: 'unsupported',
      retry: { kind: 'never' },
      ambiguous: false,
      hint: `The message was not found among the latest ${MAX_PAGES * 20}, so whether it was sent is not certain. Look for it in conversation ${conversationId}, then skip or resend.`,
    },
  );
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
): Promise<readonly Message[] | null> {
  const wires = await chatwoot.call.find({ method: 'GET', path: pathOf(chatwoot, conversationId), route: ROUTE, query }, wireMessages);
  if (wires === null) return null;
  return wires.map((wire) => fromWireMessage(wire, conversationId)).sort((a, b) => Number(a.id) - Number(b.id));
}

function isBefore(message: Message, sinceMs: number | undefined): boolean {
  const at = Date.parse(message.createdAt ?? '');
  return sinceMs !== undefined && !Number.isNaN(at) && at < sinceMs - CLOCK_SKEW_MS;
}

function pathOf(chatwoot: Chatwoot, conversationId: string): string {
  return `${chatwoot.accountPath}/conversations/${encodeURIComponent(conversationId)}/messages`;
}
