import { describe, expect, it } from 'vitest';
import { listConnectionGates } from '../../store/gates/gate.ts';
import { makeBreakableStore } from '../helpers/breakable-store.ts';
import { makeDatabase } from '../helpers/databases.ts';
import { deskOf, failPosts } from '../helpers/desk.ts';
import { countNotes, DUNNING_ONLY } from '../helpers/dunning.ts';
import { eventually } from '../helpers/eventually.ts';
import { countRows } from '../helpers/inbox.ts';
import { failPaymentUnsent, sendStripe } from '../helpers/senders.ts';
import { startStack } from '../helpers/stack.ts';
import { teardown } from '../helpers/teardown.ts';
import { allSettled, deliveriesOf, threadTags, workflowsOf } from '../helpers/watch.ts';
import type { Stack, StackOptions } from '../helpers/stack.ts';

const FLOW = 'team-threads';
/** That a conversation was created, and its message. */
const DELIVERIES = 2;
/** Longer than a step waits by itself. */
const WAIT_S = 60;

describe.concurrent('an outage of our own store', () => {
  const closeAfter = teardown();

  it('that outlasts the quick retries parks nothing: what was under way is given back and done once it is over', async () => {
    const store = await makeBreakableStore();
    closeAfter(() => store.remove());
    const stack = await startStack({ db: store.db, helpdesk: 'chatwoot', flows: DUNNING_ONLY, way: 'delivery' });
    closeAfter(() => stack.close());
    closeAfter(() => store.up());
    const hooks = [await failPaymentUnsent(stack), await failPaymentUnsent(stack)];
    // Each is at its first step, which Stripe does not answer in time, when the store goes away: its retries meet that.
    stack.sandbox.stripe.faults.add({ kind: 'slow', ms: 15_000, times: hooks.length, match: { method: 'GET' } });
    for (const { body } of hooks) await sendStripe(stack, body);
    await eventually(() => expect(stack.sandbox.stripe.faults.list()).toEqual([]));
    await store.down();
    await eventually(async () => expect(await countGivenUp(stack)).toBe(hooks.length), 120_000);
    await store.up();

    const rows = await allSettled(store.direct, hooks.length);
    expect(rows.map(({ state }) => state)).toEqual(hooks.map(() => 'done'));
    expect(
      countNotes(
        stack,
        hooks.map(({ invoiceId }) => invoiceId),
      ),
    ).toEqual(hooks.map(() => 1));
    expect(rows.map(({ attempts }) => attempts)).toEqual(hooks.map(() => 1));
    expect(await workflowsOf(stack, 'NeedsAttention = true')).toEqual([]);
  });
});

describe.concurrent('an outage of a remote system', () => {
  const closeAfter = teardown();

  it('that two workers see by halves closes the gate and parks nothing', async () => {
    const stack = await openStack(closeAfter, 'delivery');
    await stack.startWorker();
    failPosts(stack.sandbox, '500', { times: 1_000_000 });
    await converse(stack, 'c1-m1');
    await eventually(async () => expect(await listConnectionGates(stack.db)).toMatchObject([{ connection: 'team', state: 'down' }]));
    stack.sandbox.slack.faults.clear();
    await allSettled(stack.db, DELIVERIES, FLOW);
    expect(threadTags(stack)).toEqual({ c1: ['c1-m1'] });
    expect(await workflowsOf(stack, 'NeedsAttention = true')).toEqual([]);
  });
});

describe.concurrent.each(['delivery', 'batch'] as const)('a remote system that asks a `%s` to come back in a minute', (way) => {
  const closeAfter = teardown();

  it('is left alone for that minute, with no workflow running; an operator ends the pause', async () => {
    const stack = await openStack(closeAfter, way);
    failPosts(stack.sandbox, 'html-503', { times: 1, retryAfter: WAIT_S });
    await converse(stack, 'c1-m1');
    await eventually(async () => expect((await deliveriesOf(stack.db, FLOW)).map(({ state }) => state)).toEqual(['waiting', 'waiting']));
    await eventually(async () => expect(await workflowsOf(stack, `ExecutionStatus = 'Running'`)).toEqual([]));
    expect(await countRows(stack.db, 'queue_key', `not_before > now() + interval '${WAIT_S / 2} s'`)).toBe(1);
    expect(stack.sandbox.slack.journal.requests({ route: '/api/chat.postMessage' })).toHaveLength(1);
    await stack.db.query(`update queue_key set not_before = '-infinity'`);
    await allSettled(stack.db, DELIVERIES, FLOW);
    expect(threadTags(stack)).toEqual({ c1: ['c1-m1'] });
  });
});

async function openStack(
  closeAfter: ReturnType<typeof teardown>,
  way: NonNullable<StackOptions['way']>,
): Promise<Stack & { readonly db: StackOptions['db'] }> {
  const made = await makeDatabase();
  closeAfter(() => made.remove());
  const stack = await startStack({ db: made.db, helpdesk: 'chatwoot', way });
  closeAfter(() => stack.close());
  return { ...stack, db: made.db };
}

async function converse(stack: Stack, text: string): Promise<void> {
  const desk = deskOf(stack.sandbox, 'chatwoot');
  desk.customerWrites('new', text);
  await desk.system.hooks.idle();
}

/** Deliveries of which Temporal has given up a step. */
async function countGivenUp(stack: Stack): Promise<number> {
  const running = await workflowsOf(stack, `WorkflowType = 'delivery'`);
  const histories = await Promise.all(running.map(({ id }) => stack.client.workflow.getHandle(id).fetchHistory()));
  return histories.filter(({ events }) => (events ?? []).some((event) => (event.activityTaskFailedEventAttributes ?? null) !== null))
    .length;
}
