import type { UploadedFile } from '../../core/body.ts';
import type { Route } from '../../core/exchange.ts';
import type { Fields } from '../../core/values.ts';
import type { Caller } from '../access.ts';
import type { Desk } from '../desk.ts';
import type { Attachment, Conversation, Message } from '../entities.ts';

import { json } from '../../core/exchange.ts';
import { fieldsOf, integerOf, isTrue, parseJson, textOf } from '../../core/values.ts';
import { conversationAt, notFound, unprocessable } from '../access.ts';
import { contactJson, conversationJson, messageJson } from '../formatters.ts';

const M = '/api/v1/accounts/:account/conversations/:cid/messages';
const LATEST = 20;
const AFTER = 100;
const BETWEEN = 1000;
const MINUTE_MS = 60_000;

/** Operations on messages (Chatwoot API, Messages). `perMinute` is the limit of one conversation. */
export function messageRoutes(desk: Desk, clock: () => number, perMinute: number): readonly Route<Caller>[] {
  const { state } = desk;
  return [
    {
      method: 'GET',
      path: M,
      needs: 'user',
      handle: (request) => {
        const conversation = conversationAt(state, request);
        const shown = page(conversation.messages, integerOf(request.query.get('after')), integerOf(request.query.get('before')));
        const kept = request.query.has('filter_internal_messages')
          ? shown.filter((one) => !one.private && one.messageType !== 'activity')
          : shown;
        return json({ meta: metaJson(desk, conversation), payload: kept.map((one) => messageJson(state, conversation, one)) });
      },
    },
    {
      method: 'POST',
      path: M,
      needs: 'bot',
      handle: (request, caller) => {
        const conversation = conversationAt(state, request);
        const since = clock() - MINUTE_MS;
        if ((conversation.messages.at(-perMinute)?.createdAtMs ?? 0) > since) unprocessable('Too many messages');
        const message = postMessage(desk, conversation, request.body.fields, request.body.files, caller);
        const echo = textOf(request.body.fields['echo_id']);
        return json({ ...messageJson(state, conversation, message), ...(echo === undefined ? {} : { echo_id: echo }) });
      },
    },
    {
      method: 'DELETE',
      path: `${M}/:messageId`,
      needs: 'user',
      handle: (request, caller) => {
        const conversation = conversationAt(state, request);
        const index = conversation.messages.findIndex((one) => one.id === integerOf(request.params['messageId']));
        const message = conversation.messages[index] ?? notFound();
        const deleted: Message = { ...message, content: 'This message was deleted', contentAttributes: { deleted: true }, attachments: [] };
        conversation.messages[index] = deleted;
        void desk.retell(conversation, deleted, caller.actor);
        return json(messageJson(state, conversation, deleted));
      },
    },
  ];
}

/** Writes a message as the builder does. 422 where a message is incoming in another inbox than an API one. */
export function postMessage(
  desk: Desk,
  conversation: Conversation,
  fields: Fields,
  files: readonly UploadedFile[],
  caller: Caller,
): Message {
  const type = textOf(fields['message_type']) ?? 'outgoing';
  if (type !== 'outgoing' && type !== 'incoming') unprocessable(`'${type}' is not a valid message_type`);
  const incoming = type === 'incoming';
  if (incoming && desk.state.inboxes.get(conversation.inboxId)?.channelType !== 'Channel::Api')
    unprocessable('Incoming messages are only allowed in Api inboxes');
  const given = fields['content_attributes'];
  const { message } = desk.addMessage(conversation, {
    content: textOf(fields['content']) ?? null,
    messageType: incoming ? 'incoming' : 'outgoing',
    private: isTrue(fields['private']),
    contentType: textOf(fields['content_type']) ?? 'text',
    contentAttributes: fieldsOf(typeof given === 'string' ? parseJson(given) : given),
    sourceId: textOf(fields['source_id']) ?? null,
    sender: incoming ? { kind: 'contact', id: conversation.contact.id } : caller.actor,
    attachments: files.map((file) => toAttachment(desk, file)),
  });
  return message;
}

/** The newest 20; 20 before an id; 100 after an id; up to 1000 from one id (included) to another. Always in rising order. */
function page(messages: readonly Message[], after: number | undefined, before: number | undefined): readonly Message[] {
  if (after !== undefined && before !== undefined)
    return messages.slice(firstAt(messages, after), firstAt(messages, before)).slice(0, BETWEEN);
  if (after !== undefined) return messages.slice(firstAt(messages, after + 1)).slice(0, AFTER);
  return messages.slice(0, before === undefined ? messages.length : firstAt(messages, before)).slice(-LATEST);
}

/** The index of the first message whose id is not smaller. */
function firstAt(messages: readonly Message[], id: number): number {
  let low = 0;
  let high = messages.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((messages[middle]?.id ?? 0) < id) low = middle + 1;
    else high = middle;
  }
  return low;
}

function metaJson(desk: Desk, conversation: Conversation): unknown {
  const shown = conversationJson(desk.state, conversation);
  return {
    labels: conversation.labels,
    additional_attributes: conversation.additionalAttributes,
    contact: contactJson(desk.state, conversation.contact),
    assignee: fieldsOf(shown['meta'])['assignee'] ?? null,
    agent_last_seen_at: null,
    assignee_last_seen_at: null,
  };
}

function toAttachment(desk: Desk, file: UploadedFile): Attachment {
  const id = desk.state.nextId('attachment');
  return {
    id,
    fileType: file.type.startsWith('image/') ? 'image' : 'file',
    dataUrl: `https://files.acme.example/${id}/${encodeURIComponent(file.name)}`,
    fileSize: file.content.length,
  };
}
