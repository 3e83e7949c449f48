import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pauseFlow } from '../../store/gates/gate.ts';
import { makeDatabase } from '../helpers/databases.ts';
import { deskOf, failPosts } from '../helpers/desk.ts';
import { startStack } from '../helpers/stack.ts';
import { allSettled, recordedTags, threadTags, workflowsOf } from '../helpers/watch.ts';
import type { FaultKind } from '../../sandbox/core/faults.ts';
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
    for (let c = 1; c <= 50; c += 1) {
      const { conversationId } = write('new', `c${c}`, [0, 8]);
      failHooks('hook-reordered', 1);
      write(conversationId, `c${c}`, [8, 16]);
      failHooks('hook-duplicate', 4);
      write(conversationId, `c${c}`, [16, 20]);
    }
    await stack.sandbox.chatwoot.hooks.idle();
    const rows = await allSettled(made.db, 1050);

    expect(rows).toHaveLength(1050);
    expect(stack.sandbox.slack.threads('C0123')).toHaveLength(50);
    const recorded = await recordedTags(made.db, FLOW);
    expect(Object.values(recorded).map((tags) => tags.length)).toEqual(Array.from({ length: 50 }, () => 20));
    expect(recorded['c7']?.slice(8, 10)).toEqual(['c7-m9', 'c7-m8']);
    expect(threadTags(stack)).toEqual(recorded);
    expect((await workflowsOf(stack, `WorkflowType = 'batch'`)).length).toBeGreaterThan(0);
  });
});

describe('a few conversations in calm weather, some messages sent twice', () => {
  open({ way: 'delivery' });

  it('stand in their threads, each message once, in the order of recording', async () => {
    for (let c = 1; c <= 6; c += 1) {
      failHooks('hook-duplicate', 1);
      write('new', `c${c}`, [0, 4]);
    }
    await stack.sandbox.chatwoot.hooks.idle();
    await allSettled(made.db, 30);

    expect(stack.sandbox.slack.threads('C0123')).toHaveLength(6);
    expect(threadTags(stack)).toEqual(await recordedTags(made.db, FLOW));
    expect(new Set((await workflowsOf(stack)).map(({ type }) => type))).toEqual(new Set(['delivery']));
  });
});

describe('a group that fails in the middle', () => {
  open({ way: 'batch' });

  it('goes on from where it stopped and repeats nothing', async () => {
    await pauseFlow(made.db, FLOW, true);
    write('new', 'c1', [0, 6]);
    await stack.sandbox.chatwoot.hooks.idle();
    // The first three posts are only slow, so that the fault meets the fourth.
    failPosts(stack.sandbox, 'slow', { times: 3, ms: 1 });
    failPosts(stack.sandbox, '500');
    await pauseFlow(made.db, FLOW, false);
    const rows = await allSettled(made.db, 7);

    expect(threadTags(stack)).toEqual(await recordedTags(made.db, FLOW));
    const posted = stack.sandbox.slack.journal.requests({ route: '/api/chat.postMessage' });
    expect(posted.map(({ fault }) => fault)).toEqual(['slow', 'slow', 'slow', '500', null, null, null, null]);
    expect(rows.filter(({ attempts }) => attempts > 1)).toHaveLength(1);
  });
});

/** Messages number `from` to `to` of a conversation, one after another. */
function write(conversation: string, tag: string, [from, to]: readonly [number, number]): { readonly conversationId: string } {
  const desk = deskOf(stack.sandbox, 'chatwoot');
  let conversationId = conversation;
  for (let m = from; m < to; m += 1) ({ conversationId } = desk.customerWrites(conversationId, `${tag}-m${m}`));
  return { conversationId };
}

function failHooks(kind: FaultKind, times: number): void {
  stack.sandbox.chatwoot.faults.add({ kind, match: { event: 'message_created' }, times });
}
