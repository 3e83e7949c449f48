import type { ActionTable } from '../steps/action.ts';
import { perform } from './effect.ts';
import { toMessageExcerpt } from './excerpt.ts';

/** Actions on messages of the helpdesk. */
export const messageActions: Pick<ActionTable, 'readMessage' | 'postMessage'> = {
  readMessage: async (context, { connection, conversationId, messageId }) => {
    const message = await context.connections.open('helpdesk', connection).readMessage(conversationId, messageId);
    return message === null ? null : toMessageExcerpt(message);
  },
  postMessage: async (context, { connection, conversationId, text, private: isPrivate }) => {
    const client = context.connections.open('helpdesk', connection);
    const messageId = await perform(context, {
      class: client.effects.postMessage,
      connection,
      kind: 'message',
      target: `conversation:${conversationId}`,
      values: { text, private: isPrivate },
      text,
      send: async (send) => (await client.postMessage({ conversationId, text, private: isPrivate }, send)).id,
      find: async (mark, sinceMs) => (await client.findMessage(conversationId, { mark, text, private: isPrivate, sinceMs }))?.id ?? null,
    });
    return { messageId };
  },
};
