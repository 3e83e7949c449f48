import type { OperationContext, OperationTable } from '../operation.ts';
import { perform, recall } from './effect.ts';

/** A message to be posted to a channel, or into a thread of it. */
interface Post {
  readonly connection: string;
  readonly channel: string;
  readonly thread: string | null;
  readonly text: string;
  readonly kind: 'thread' | 'message';
  readonly target: string;
}

/** Operations on threads of a team chat. */
export const threadOperations: Pick<OperationTable, 'findThread' | 'openThread' | 'postReply'> = {
  findThread: async (context, { connection, channel, record }) => {
    const thread = await recall(context, { connection, kind: 'thread', target: `${record}@${channel}` });
    return thread === null ? null : { ts: thread.id, openedHere: thread.event === context.identity };
  },
  openThread: (context, { connection, channel, record, text }) =>
    post(context, { connection, channel, thread: null, text, kind: 'thread', target: `${record}@${channel}` }),
  postReply: (context, { connection, channel, thread, text }) =>
    post(context, { connection, channel, thread, text, kind: 'message', target: `thread:${thread}` }),
};

async function post(context: OperationContext, { connection, channel, thread, text, kind, target }: Post): Promise<{ ts: string }> {
  const client = context.connections.chat(connection);
  const ts = await perform(context, {
    class: client.effects.post,
    connection,
    kind,
    target,
    values: { channel, thread, text },
    text,
    send: async (send) => (await client.post({ channel, thread, text }, send)).ts,
    find: async (mark, sinceMs) => (await client.find({ channel, thread, mark, sinceMs }))?.ts ?? null,
  });
  return { ts };
}
