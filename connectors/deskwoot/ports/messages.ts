import { orElse } from '../../call/caller.ts';
import { MESSAGES_MAX_BYTES } from '../../call/http.ts';
import { fieldOf, isObject } from '../../call/shapes.ts';
import { canonicalText, fromWireMessage, isSince, toReference, withReference } from './mapping.ts';
import { wireMessages, wireNewMessage } from '../call/wire.ts';
import type { Send } from '../../../model/effect.ts';
import type { HelpdeskClient, Message } from '../../ports/helpdesk.ts';
import type { LooseList, OddItem } from '../../call/shapes.ts';
import type { Deskwoot } from './scope.ts';
import type { WireMessage } from '../call/wire.ts';

const ROUTE = '/v1/conversations/:id/messages';
const LIST = { method: 'GET', route: ROUTE, maxBytes: MESSAGES_MAX_BYTES } as const;
const NONE = { items: [], odd: [] } as const;

export async function readMessage(deskwoot: Deskwoot, conversationId: string, messageId: string): Promise<Message | null> {
  const messages = await listMessages(deskwoot, conversationId);
  const wire = deskwoot.call.sought(
    LIST,
    messages.items.find((message) => message.id === messageId),
    messages.odd.filter(({ value }) => isObject(value) && [null, messageId].includes(fieldOf(value, 'id'))),
  );
  return wire === null ? null : fromWireMessage(wire, conversationId);
}

/** A note is known by its reference line; a public message by sender, text and age, the newest first. */
export async function findMessage(
  deskwoot: Deskwoot,
  ...[conversationId, sought]: Parameters<HelpdeskClient['findMessage']>
): Promise<Message | null> {
  const messages = await listMessages(deskwoot, conversationId);
  const isFound = sought.private ? hasReference(sought.mark) : isOwnText((await deskwoot.me()).user.id, sought);
  const wire = deskwoot.call.sought(
    LIST,
    messages.items.findLast(isFound),
    messages.odd.filter((item) => mayBe(item, sought)),
  );
  return wire === null ? null : fromWireMessage(wire, conversationId);
}

// https://deskwoot.com/docs/api: Messages, "Send a new message in a conversation".
export async function postMessage(deskwoot: Deskwoot, ...[input, send]: Parameters<HelpdeskClient['postMessage']>): Promise<Message> {
  const content = input.private ? withReference(input.text, send.mark) : input.text;
  const request = {
    method: 'POST',
    path: pathOf(input.conversationId),
    route: ROUTE,
    json: { content, private: input.private, messageType: 'OUTGOING' },
    sendBy: send.sendBy,
  } as const;
  return fromWireMessage(await deskwoot.call.read(request, wireNewMessage), input.conversationId);
}

/** A label that is there already is what was wanted. https://deskwoot.com/docs/api: Messages, "Add a label to a conversation". */
export async function addLabel(deskwoot: Deskwoot, conversationId: string, title: string, send: Send): Promise<void> {
  const route = { method: 'POST', route: '/v1/conversations/:id/labels' } as const;
  const label = (await deskwoot.labels()).find((candidate) => candidate.name.toLowerCase() === title.toLowerCase());
  if (label === undefined) {
    const hint = `Deskwoot has no label "${title}", and a token cannot make one. Create it under Settings > Labels, then retry.`;
    throw deskwoot.call.error(route, { code: 'not_found', retry: { kind: 'never' }, ambiguous: false, hint });
  }
  const path = `/api/v1/conversations/${encodeURIComponent(conversationId)}/labels`;
  await deskwoot.call.send({ ...route, path, json: { labelId: label.id }, sendBy: send.sendBy }).catch(orElse('conflict', undefined));
}

/** The whole conversation, oldest first; empty: no such conversation. https://deskwoot.com/docs/api: Messages, "List all messages". */
async function listMessages(deskwoot: Deskwoot, conversationId: string): Promise<LooseList<WireMessage>> {
  const { items, odd } = await deskwoot.call.list({ ...LIST, path: pathOf(conversationId) }, wireMessages).catch(orElse('not_found', NONE));
  return { items: [...items].sort((a, b) => (a.createdAt ?? '').localeCompare(b.createdAt ?? '')), odd };
}

/** Whether a message that cannot be read may be the one sought: its text is unreadable, or the same. */
function mayBe({ value }: OddItem, sought: { readonly mark: string; readonly text: string; readonly private: boolean }): boolean {
  if (!isObject(value)) return false;
  const content = fieldOf(value, 'content');
  if (content === null) return true;
  return sought.private ? content.includes(toReference(sought.mark)) : canonicalText(content) === canonicalText(sought.text);
}

function pathOf(conversationId: string): string {
  return `/api/v1/conversations/${encodeURIComponent(conversationId)}/messages`;
}

function hasReference(mark: string): (message: WireMessage) => boolean {
  const reference = toReference(mark);
  return (message) => message.private === true && (message.content ?? '').includes(reference);
}

function isOwnText(userId: string, sought: { readonly text: string; readonly sinceMs?: number }): (message: WireMessage) => boolean {
  const text = canonicalText(sought.text);
  return (message) =>
    message.private !== true &&
    message.sender?.id === userId &&
    canonicalText(message.content ?? '') === text &&
    isSince(message.createdAt, sought.sinceMs);
}
