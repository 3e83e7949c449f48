import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { claimGroups } from '../../store/inbox/claim.ts';
import { pauseFlow } from '../../store/gates/gate.ts';
import { makeDatabase } from '../helpers/databases.ts';
import { deskOf, failPosts } from '../helpers/desk.ts';
import { eventually } from '../helpers/eventually.ts';
import { startStack } from '../helpers/stack.ts';
import { allSettled, deliveriesOf, parkedOne, recordedTags, threadTags, workflowsOf } from '../helpers/watch.ts';
import type { temporal } from '@temporalio/proto';
import type { TestDatabase } from '../helpers/databases.ts';
import type { Stack, StackOptions } from '../helpers/stack.ts';

const FLOW = 'team-threads';

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

describe('a `delivery`', () => {
  open('delivery');

  it('that an operator terminates is shown as terminated, and its key goes on with the next', async () => {
    const { stripe } = stack.sandbox;
    const first = stripe.failPayment({ amountDue: 4900, currency: 'usd', email: 'nobody' });
    const parked = await parkedOne(stack, made.db);
    const customer = stripe.state.customers.get(first.invoice.customerId);
    if (customer !== undefined) customer.email = 'lisa@example.com';
    await stripe.failPayment({ amountDue: 5100, currency: 'usd', customerId: first.invoice.customerId }).told;
    await stack.client.workflow.getHandle(parked.workflowId).terminate('no longer wanted');
    await timeIsUp();
    const rows = await allSettled(made.db, 2, 'dunning');

    expect(rows.map(({ state, outcome }) => [state, outcome?.slice(0, 12)])).toEqual([
      ['terminated', 'its workflow'],
      ['done', 'Conversation'],
    ]);
    const notes = deskOf(stack.sandbox, 'chatwoot')
      .conversations()
      .flatMap((conversation) => conversation.notes);
    expect(notes).toEqual([expect.stringContaining('51.00 USD')]);
  });

  it('that is reset after it was settled stops without a trace and doubles nothing', async () => {
    await converse(['c1']);
    await allSettled(made.db, 3, FLOW);
    const [settled] = await workflowsOf(stack, `DeskFlow = '${FLOW}' and DeskRecord = 'conversation:${newest()}'`);
    const workflowId = settled?.id ?? '';
    await eventually(async () => expect((await stack.client.workflow.getHandle(workflowId).describe()).status.name).toBe('COMPLETED'));
    const runId = await reset(workflowId);
    expect(await stack.client.workflow.getHandle(workflowId, runId).result()).toEqual({ outcome: 'lost', finished: [], reason: null });
    expect(threadTags(stack)).toEqual(await recordedTags(made.db, FLOW));
  });
});

describe('a `batch`', () => {
  open('batch');

  it('that an operator terminates gives its groups back; they are done again and nothing is doubled', async () => {
    await pauseFlow(made.db, FLOW, true);
    await converse(['c1', 'c2', 'c3']);
    failPosts(stack.sandbox, 'slow', { times: 3, ms: 2500 });
    await pauseFlow(made.db, FLOW, false);
    const [batch] = await eventually(async () => {
      const running = await workflowsOf(stack, `WorkflowType = 'batch' and ExecutionStatus = 'Running'`);
      expect(running).toHaveLength(1);
      expect(stack.sandbox.slack.faults.list()).toEqual([]);
      return running;
    });
    await stack.client.workflow.getHandle(batch?.id ?? '').terminate('by mistake');
    await timeIsUp();
    await allSettled(made.db, 9);

    expect(threadTags(stack)).toEqual(await recordedTags(made.db, FLOW));
    expect(stack.sandbox.slack.threads('C0123')).toHaveLength(3);
  });

  it('whose dispatcher died before it started gives its groups back, at once and without blame', async () => {
    await pauseFlow(made.db, FLOW, true);
    await converse(['c4', 'c5']);
    // Another replica claims, and dies. Nobody sees the flow let go meanwhile.
    await made.db.transaction(async (tx) => {
      await pauseFlow(tx, FLOW, false);
      await claimGroups(tx, { lease: 'of-the-dead', kind: 'batch', lane: 0, groups: 64, perGroup: 100, owner: 'dead', ttlMs: -1 });
      await pauseFlow(tx, FLOW, true);
    });
    expect((await deliveriesOf(made.db, FLOW)).filter(({ state }) => state === 'handed')).toHaveLength(6);
    await eventually(async () => expect((await deliveriesOf(made.db, FLOW)).filter(({ state }) => state === 'waiting')).toHaveLength(6));
    await pauseFlow(made.db, FLOW, false);
    await allSettled(made.db, 15);

    expect(threadTags(stack)).toEqual(await recordedTags(made.db, FLOW));
    expect(stack.log()).toContain('its workflow was never started');
  });
});

/** The reaper looks at a lease when its time is up; here that is now. */
async function timeIsUp(): Promise<void> {
  await made.db.query(`update lease set until = now() - interval '1 second' where open`);
}

async function converse(tags: readonly string[]): Promise<void> {
  const desk = deskOf(stack.sandbox, 'chatwoot');
  for (const tag of tags) {
    const { conversationId } = desk.customerWrites('new', `${tag}-m1`);
    desk.customerWrites(conversationId, `${tag}-m2`);
  }
  await desk.system.hooks.idle();
}

/** The id of the newest conversation. */
function newest(): string {
  return deskOf(stack.sandbox, 'chatwoot').conversations().at(-1)?.id ?? '';
}

/** As an operator resets a workflow to its first task; the id of the new run. */
async function reset(workflowId: string): Promise<string> {
  const { events } = await stack.client.workflow.getHandle(workflowId).fetchHistory();
  const first = events?.find(({ workflowTaskCompletedEventAttributes: completed }) => completed !== null && completed !== undefined);
  const request: temporal.api.workflowservice.v1.IResetWorkflowExecutionRequest = {
    namespace: 'default',
    workflowExecution: { workflowId },
    reason: 'by mistake',
    requestId: workflowId,
    workflowTaskFinishEventId: first?.eventId ?? null,
  };
  return (await stack.client.workflowService.resetWorkflowExecution(request)).runId;
}
