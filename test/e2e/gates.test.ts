import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listConnectionGates, openConnection, pauseFlow } from '../../store/gates/gate.ts';
import { makeDatabase } from '../helpers/databases.ts';
import { deskOf, failPosts } from '../helpers/desk.ts';
import { eventually } from '../helpers/eventually.ts';
import { startStack } from '../helpers/stack.ts';
import { allSettled, deliveriesOf, recordedTags, threadTags, workflowsOf } from '../helpers/watch.ts';
import type { ConnectionGate, GateState } from '../../store/gates/gate.ts';
import type { FaultKind } from '../../sandbox/core/faults.ts';
import type { TestDatabase } from '../helpers/databases.ts';
import type { DeliveryRow } from '../helpers/watch.ts';
import type { Stack, StackOptions } from '../helpers/stack.ts';

const FLOW = 'team-threads';
/** That a conversation was created, and its two messages. */
const DELIVERIES = 3;
const LONG_S = 600;

let made: TestDatabase;
let stack: Stack;

function open(way: NonNullable<StackOptions['way']>): void {
  beforeAll(async () => {
    made = await makeDatabase();
    stack = await startStack({ db: made.db, helpdesk: 'chatwoot', way });
  });
  afterAll(async () => {
    await stack.close();
    await made.remove();
  });
}

describe('the gate of a connection', () => {
  open('batch');

  it('closes on an expired token: one alarm, deliveries wait with no workflow running, other flows go on', async () => {
    failSlack('expired-token');
    await converse(['c1', 'c2', 'c3', 'c4', 'c5', 'c6']);
    await closed({ connection: 'team', state: 'unauthorized' });
    await allWait(6 * DELIVERIES);
    await stack.sandbox.stripe.failPayment({ amountDue: 4900, currency: 'usd', email: 'lisa@example.com' }).told;
    await allSettled(made.db, 1, 'dunning');
    await converse(['c7']);
    await allWait(7 * DELIVERIES);
    expect(alarms()).toHaveLength(1);
    expect(alarms()[0]).toContain('"reason":"unauthorized"');
    expect(stack.sandbox.slack.threads('C0123')).toEqual([]);
  });

  it('opens by itself once the token works again: everything is delivered once, and no attempt has counted as failed', async () => {
    stack.sandbox.slack.faults.clear();
    const rows = await settledThreads(7);
    expect(rows.filter(({ attempts }) => attempts > 1)).toEqual([]);
    expect(await listConnectionGates(made.db)).toEqual([]);
    expect((await workflowsOf(stack, `WorkflowType = 'delivery' and DeskFlow = '${FLOW}'`)).length).toBe(0);
  });

  it('closes on an outage and opens when it is over', async () => {
    failSlack('down');
    await converse(['c11', 'c12', 'c13', 'c14', 'c15', 'c16']);
    await closed({ connection: 'team', state: 'down' });
    await allWait(6 * DELIVERIES);
    expect(alarms()).toHaveLength(2);
    stack.sandbox.slack.faults.clear();
    await settledThreads(13);
  });

  it('closes for as long as the remote system asked to wait; an operator opens it earlier', async () => {
    failPosts(stack.sandbox, '429', { retryAfter: LONG_S });
    await converse(['c21']);
    const gate = await closed({ connection: 'team', state: 'throttled' });
    await allWait(DELIVERIES);
    // Some jitter is added, so that not all that waits comes back at once.
    const leftS = ((gate?.closedUntil?.getTime() ?? 0) - Date.now()) / 1000;
    expect(leftS).toBeGreaterThan(LONG_S - 30);
    expect(leftS).toBeLessThanOrEqual(LONG_S * 1.2);
    await openConnection(made.db, 'team');
    await settledThreads(14);
  });

  it('holds the flows that only read there, too', async () => {
    stack.sandbox.chatwoot.faults.add({ kind: 'expired-token', times: 1_000_000 });
    await converse(['c25', 'c26']);
    await closed({ connection: 'helpdesk', state: 'unauthorized' });
    await allWait(2 * DELIVERIES);
    stack.sandbox.chatwoot.faults.clear();
    await settledThreads(16);
  });

  it('has nothing to do with a pause: a paused flow waits, others go on, and it goes on when it is let', async () => {
    await pauseFlow(made.db, FLOW, true);
    await converse(['c31', 'c32']);
    await stack.sandbox.stripe.failPayment({ amountDue: 5100, currency: 'usd', email: 'mia@example.com' }).told;
    await allSettled(made.db, 2, 'dunning');
    await allWait(2 * DELIVERIES);
    await pauseFlow(made.db, FLOW, false);
    await settledThreads(18);
  });
});

describe('a gate that closes in the middle of a `delivery`', () => {
  open('delivery');

  it('releases what is left of the group, which goes on from there once it is open', async () => {
    await pauseFlow(made.db, FLOW, true);
    await converse(['c1']);
    // The first post is only slow, so that the token expires after it.
    failPosts(stack.sandbox, 'slow', { ms: 1 });
    failSlack('expired-token');
    await pauseFlow(made.db, FLOW, false);
    await eventually(async () => expect((await states()).sort()).toEqual(['done', 'waiting', 'waiting']));
    await eventually(async () => expect(await running()).toEqual([]));
    stack.sandbox.slack.faults.clear();
    await settledThreads(1);

    await eventually(async () => {
      const runs = await workflowsOf(stack, `DeskFlow = '${FLOW}'`);
      expect(runs.map(({ status }) => status)).toEqual(['COMPLETED', 'COMPLETED']);
    });
    const posted = stack.sandbox.slack.journal.requests({ route: '/api/chat.postMessage' });
    expect(posted.filter(({ fault }) => fault !== 'expired-token')).toHaveLength(DELIVERIES);
  });
});

/** Every call to Slack fails this way until the faults are cleared. */
function failSlack(kind: FaultKind): void {
  stack.sandbox.slack.faults.add({ kind, times: 1_000_000 });
}

async function converse(tags: readonly string[]): Promise<void> {
  const desk = deskOf(stack.sandbox, 'chatwoot');
  for (const tag of tags) {
    const { conversationId } = desk.customerWrites('new', `${tag}-m1`);
    desk.customerWrites(conversationId, `${tag}-m2`);
  }
  await desk.system.hooks.idle();
}

async function states(): Promise<string[]> {
  return (await deliveriesOf(made.db, FLOW)).map(({ state }) => state ?? 'none');
}

function running(): ReturnType<typeof workflowsOf> {
  return workflowsOf(stack, `ExecutionStatus = 'Running'`);
}

/** Waits until this connection is closed, and no other; deliveries wait before that too, for somebody to take them. */
function closed(gate: { readonly connection: string; readonly state: GateState }): Promise<ConnectionGate | undefined> {
  return eventually(async () => {
    const gates = await listConnectionGates(made.db);
    expect(gates).toEqual([expect.objectContaining(gate)]);
    return gates[0];
  });
}

/** So many deliveries wait, and the echoes of our own writes with them; no workflow runs. */
async function allWait(deliveries: number): Promise<void> {
  await eventually(async () => {
    const unfinished = (await states()).filter((state) => state !== 'done');
    expect(unfinished.length).toBeGreaterThanOrEqual(deliveries);
    expect(new Set(unfinished)).toEqual(new Set(['waiting']));
  });
  await eventually(async () => expect(await running()).toEqual([]));
}

/** Every message of so many conversations stands in its thread, once and in order. */
async function settledThreads(conversations: number): Promise<readonly DeliveryRow[]> {
  const rows = await allSettled(made.db, conversations * DELIVERIES, FLOW);
  expect(threadTags(stack)).toEqual(await recordedTags(made.db, FLOW));
  expect(Object.keys(threadTags(stack))).toHaveLength(conversations);
  expect(stack.sandbox.slack.threads('C0123')).toHaveLength(conversations);
  return rows;
}

function alarms(): readonly string[] {
  return stack
    .log()
    .split('\n')
    .filter((line) => line.includes('the gate of team is closed'));
}
