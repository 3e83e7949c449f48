import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pauseFlow } from '../../store/gate.ts';
import { makeDatabase } from '../helpers/databases.ts';
import { deskOf, failPosts } from '../helpers/desk.ts';
import { eventually } from '../helpers/eventually.ts';
import { startStack } from '../helpers/stack.ts';
import { allSettled, deliveriesOf, recordedTags, threadTags, workflowsOf } from '../helpers/watch.ts';
import type { TestDatabase } from '../helpers/databases.ts';
import type { Stack, StackOptions } from '../helpers/stack.ts';

const FLOW = 'team-threads';
const ONE_FLOW = `
  - { name: team-threads, on: [helpdesk/conversation.created, helpdesk/message.created], do: slack-thread, with: { connection: team, channel: C0123 } }
`;

let made: TestDatabase;
let stack: Stack;

function open(options: Partial<StackOptions> = {}): void {
  beforeAll(async () => {
    made = await makeDatabase();
    stack = await startStack({ db: made.db, helpdesk: 'chatwoot', flows: ONE_FLOW, ...options });
  });
  afterAll(async () => {
    await stack.close();
    await made.remove();
  });
}

describe('50 conversations with 20 messages each, at once, some sent twice and some late', () => {
  open();

  it('stand in 50 threads, each message once, in the order of recording', async () => {
    const { faults, hooks } = stack.sandbox.chatwoot;
    faults.add({ kind: 'hook-duplicate', match: { event: 'message_created' }, times: 200 });
    faults.add({ kind: 'hook-reordered', match: { event: 'message_created' }, times: 50 });
    writeAll(50, 20);
    await hooks.idle();
    const rows = await allSettled(made.db, 1050);

    expect(rows).toHaveLength(1050);
    expect(stack.sandbox.slack.threads('C0123')).toHaveLength(50);
    const recorded = await recordedTags(made.db, FLOW);
    expect(Object.values(recorded).map((tags) => tags.length)).toEqual(Array.from({ length: 50 }, () => 20));
    expect(threadTags(stack)).toEqual(recorded);
    expect((await workflowsOf(stack, `WorkflowType = 'batch'`)).length).toBeGreaterThan(0);
  });
});

describe('a few conversations in calm weather, some messages sent twice', () => {
  open({ way: 'delivery' });

  it('stand in their threads, each message once, in the order of recording', async () => {
    stack.sandbox.chatwoot.faults.add({ kind: 'hook-duplicate', match: { event: 'message_created' }, times: 6 });
    writeAll(6, 4);
    await stack.sandbox.chatwoot.hooks.idle();
    await allSettled(made.db, 30);

    expect(stack.sandbox.slack.threads('C0123')).toHaveLength(6);
    expect(threadTags(stack)).toEqual(await recordedTags(made.db, FLOW));
    expect(new Set((await workflowsOf(stack)).map(({ type }) => type))).toEqual(new Set(['delivery']));
  });
});

describe.each(['delivery', 'batch'] as const)('a post that meets a fault, run as %s', (way) => {
  open({ way });

  it.each([
    ['is refused with 500', '500', {}],
    ['is answered 500 after it was written', '500-after-write', {}],
    ['is cut off', 'reset', {}],
    ['is cut off after it was written', 'reset-after-write', {}],
    ['is answered with half an answer', 'truncated', {}],
    ['is throttled, with the time to wait', '429', { retryAfter: 1 }],
    ['is throttled, without a time to wait', '429-no-retry-after', {}],
    ['is answered late', 'slow', { ms: 300 }],
  ] as const)('%s: the thread ends right and nothing is posted twice', async (_title, kind, more) => {
    const before = (await deliveriesOf(made.db)).length;
    await pauseFlow(made.db, FLOW, true);
    const { conversationId } = write(0, 3, `c${before + 100}`);
    await stack.sandbox.chatwoot.hooks.idle();
    failPosts(stack.sandbox, kind, more);
    await pauseFlow(made.db, FLOW, false);
    await allSettled(made.db, before + 4);

    expect(stack.sandbox.slack.faults.list()).toEqual([]);
    expect(conversationId).not.toBe('');
    expect(threadTags(stack)).toEqual(await recordedTags(made.db, FLOW));
    const posts = stack.sandbox.slack.threads('C0123').flatMap((thread) => [thread, ...thread.replies]);
    expect(posts).toHaveLength(before + 4);
  });
});

describe('a group that fails in the middle', () => {
  open({ way: 'batch' });

  it('goes on from where it stopped and repeats nothing', async () => {
    await pauseFlow(made.db, FLOW, true);
    write(0, 6, 'c1');
    await stack.sandbox.chatwoot.hooks.idle();
    await pauseFlow(made.db, FLOW, false);
    // The thread and its first replies are there before the fault is armed, so it meets the middle.
    await eventually(() => {
      if (stack.sandbox.slack.journal.count({ route: '/api/chat.postMessage' }) < 3) throw new Error('not there yet');
      failPosts(stack.sandbox, '500');
    });
    const rows = await allSettled(made.db, 7);

    expect(threadTags(stack)).toEqual(await recordedTags(made.db, FLOW));
    const posted = stack.sandbox.slack.journal.requests({ route: '/api/chat.postMessage' });
    expect(posted.filter(({ fault }) => fault === null)).toHaveLength(7);
    expect(posted.filter(({ fault }) => fault !== null)).toHaveLength(1);
    expect(rows.filter(({ attempts }) => attempts > 1)).toHaveLength(1);
  });
});

/** Conversations side by side; in each the messages follow one another. */
function writeAll(conversations: number, messages: number): void {
  for (let c = 1; c <= conversations; c += 1) write(0, messages, `c${c}`);
}

function write(from: number, to: number, conversation: string): { readonly conversationId: string } {
  const desk = deskOf(stack.sandbox, 'chatwoot');
  let conversationId = 'new';
  for (let m = from; m < to; m += 1) ({ conversationId } = desk.customerWrites(conversationId, `${conversation}-m${m}`));
  return { conversationId };
}
