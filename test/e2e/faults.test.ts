import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pauseFlow } from '../../store/gates/gate.ts';
import { makeDatabase } from '../helpers/databases.ts';
import { deskOf, failPosts } from '../helpers/desk.ts';
import { startStack } from '../helpers/stack.ts';
import { allSettled, deliveriesOf, recordedTags, threadTags } from '../helpers/watch.ts';
import type { TestDatabase } from '../helpers/databases.ts';
import type { Stack, StackOptions } from '../helpers/stack.ts';

const FLOW = 'team-threads';
const ONE_FLOW = `
  - { name: team-threads, on: [helpdesk/conversation.created, helpdesk/message.created], do: slack-thread, with: { connection: team, channel: C0123 } }
`;
const FAULTS = [
  ['is refused with 500', '500', {}],
  ['is answered 500 after it was written', '500-after-write', {}],
  ['is cut off', 'reset', {}],
  ['is cut off after it was written', 'reset-after-write', {}],
  ['is answered with half an answer', 'truncated', {}],
  ['is throttled, with the time to wait', '429', { retryAfter: 1 }],
  ['is throttled, without a time to wait', '429-no-retry-after', {}],
  ['is answered late', 'slow', { ms: 300 }],
] as const;
/** That a conversation was created, and its three messages. */
const POSTS = 4;

let made: TestDatabase;
let stack: Stack;

function open(way: NonNullable<StackOptions['way']>): void {
  beforeAll(async () => {
    made = await makeDatabase();
    stack = await startStack({ db: made.db, helpdesk: 'chatwoot', flows: ONE_FLOW, way });
  });
  afterAll(async () => {
    await stack.close();
    await made.remove();
  });
}

describe('a post of a `delivery`', () => {
  open('delivery');

  it.each(FAULTS)('that %s ends right in the thread, once', async (_title, kind, more) => {
    const before = (await deliveriesOf(made.db)).length;
    await inOneGo(1, before, () => failPosts(stack.sandbox, kind, more));
    await expectAllOnce(before + POSTS);
  });
});

describe('the posts of a `batch`', () => {
  open('batch');

  it('that meet every fault at once end right in their threads, once', async () => {
    await inOneGo(FAULTS.length * 2, 0, () => {
      for (const [, kind, more] of FAULTS) failPosts(stack.sandbox, kind, more);
    });
    await expectAllOnce(FAULTS.length * 2 * POSTS);
    const rows = await deliveriesOf(made.db);
    expect(rows.filter(({ attempts }) => attempts > 1).length).toBeGreaterThan(0);
  });
});

/** Records conversations while the flow is paused, arms the faults, and lets it go on. */
async function inOneGo(conversations: number, before: number, arm: () => void): Promise<void> {
  const desk = deskOf(stack.sandbox, 'chatwoot');
  await pauseFlow(made.db, FLOW, true);
  for (let c = 1; c <= conversations; c += 1) {
    const { conversationId } = desk.customerWrites('new', `c${before + c}-m1`);
    desk.customerWrites(conversationId, `c${before + c}-m2`);
    desk.customerWrites(conversationId, `c${before + c}-m3`);
  }
  await desk.system.hooks.idle();
  arm();
  await pauseFlow(made.db, FLOW, false);
}

async function expectAllOnce(posts: number): Promise<void> {
  await allSettled(made.db, posts);
  expect(stack.sandbox.slack.faults.list()).toEqual([]);
  expect(threadTags(stack)).toEqual(await recordedTags(made.db, FLOW));
  expect(stack.sandbox.slack.threads('C0123').flatMap((thread) => [thread, ...thread.replies])).toHaveLength(posts);
}
