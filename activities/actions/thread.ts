import { z } from 'zod';
import { orElse } from '../../connectors/call/caller.ts';
import type { Posted } from '../../connectors/ports/chat.ts';
import type { ActionInput, ActionOutput } from '../../flows/actions.ts';
import type { ActionContext, ActionTable } from '../steps/action.ts';
import { perform, recall } from './effect.ts';

/** What the ledger keeps of a reply: where it went, and whether it is in its thread. Rows of versions before lack `strayed`. */
const keptReply = z.object({ id: z.string().nullable(), event: z.string(), strayed: z.boolean().default(false) });
/** What the ledger keeps of a thread whose first message is a reply that strayed. `headed`: it begins with the header now. */
const keptThread = z.object({ id: z.string(), event: z.string(), headed: z.boolean() });

type KeptReply = z.output<typeof keptReply>;
type KeptThread = z.output<typeof keptThread>;

/** Actions on threads of a team chat. The thread of a record is the newest that an effect of this flow opened or adopted. */
export const threadActions: Pick<ActionTable, 'findThread' | 'openThread' | 'postReply' | 'adoptThread'> = {
  findThread: async (context, { connection, channel, record }) => {
    const thread = await recall(context, { connection, kind: 'thread', target: `${record}@${channel}` });
    return thread === null ? null : { ts: thread.id, openedHere: thread.event === context.identity };
  },
  openThread: async (context, { connection, channel, record, text }) => {
    const client = context.connections.open('chat', connection);
    const ts = await perform(context, {
      class: client.effects.post,
      connection,
      kind: 'thread',
      target: `${record}@${channel}`,
      values: { channel, thread: null, text },
      text,
      send: async (send) => (await client.post({ channel, thread: null, text }, send)).ts,
      find: async (mark, sinceMs) => (await client.find({ channel, thread: null, mark, sinceMs }))?.ts ?? null,
    });
    return { ts };
  },
  postReply: (context, input) => postReply(context, input),
  adoptThread: async (context, input) => {
    const { connection, channel, ts, header } = input;
    const { headed } = await adopt(context, input);
    if (!headed) await postReply(context, { connection, channel, thread: ts, text: header }, 'header');
    return { ts };
  },
};

async function postReply(
  context: ActionContext,
  { connection, channel, thread, text }: ActionInput<'postReply'>,
  part?: string,
): Promise<ActionOutput<'postReply'>> {
  const client = context.connections.open('chat', connection);
  const keep = (posted: Posted | null): KeptReply => ({
    id: posted?.ts ?? null,
    event: context.identity,
    strayed: posted?.threaded === false,
  });
  const { id, strayed } = await context.ledger.perform({
    kept: keptReply,
    class: client.effects.post,
    connection,
    kind: 'message',
    target: `thread:${thread}`,
    ...(part === undefined ? {} : { part }),
    values: { channel, thread, text },
    text,
    // Refused since the thread is gone: settled as a reply that was not posted, and its flow opens another thread.
    send: async (send) => keep(await client.post({ channel, thread, text }, send).catch(orElse('not_found', null))),
    find: async (mark, sinceMs) => {
      const found = await client.find({ channel, thread, mark, sinceMs });
      return found === null ? null : keep(found);
    },
    remoteId: (kept) => kept.id,
  });
  return strayed ? { ts: id, strayed } : { ts: id };
}

/** One effect both changes the message and is what the thread is recalled by, so neither is there without the other. */
async function adopt(context: ActionContext, { connection, channel, record, ts, text }: ActionInput<'adoptThread'>): Promise<KeptThread> {
  const client = context.connections.open('chat', connection);
  return context.ledger.perform({
    kept: keptThread,
    class: client.effects.edit,
    connection,
    kind: 'thread',
    target: `${record}@${channel}`,
    values: { channel, ts, text },
    send: async (send) => {
      const headed = client
        .edit({ channel, ts, text }, send)
        .then(() => true)
        .catch(orElse('invalid', false));
      // Deleted by now: there is nothing to head, and the next reply finds that out.
      return { id: ts, event: context.identity, headed: await headed.catch(orElse('not_found', true)) };
    },
    remoteId: (kept) => kept.id,
  });
}
