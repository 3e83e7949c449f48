import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createStarter } from '../../temporal/starter.ts';
import { startWorkflowHost } from '../helpers/workflow-host.ts';
import { invoice } from '../flows/recording-steps.ts';
import { OPTIONS } from '../fixtures/open-conversation-options.ts';
import type { Invoice } from '../../connectors/ports/billing.ts';
import type { SettleInput } from '../../workflows/contract.ts';
import type { GroupMember, GroupRef } from '../../model/delivery.ts';
import type { WorkflowHost } from '../helpers/workflow-host.ts';

/** Nothing is to be done about it, so that a run which finds it ends there. */
const PAID: Invoice = { ...invoice, status: 'paid' };

describe('what an event names and is not there', () => {
  let host: WorkflowHost;
  let answers: (Invoice | null)[];
  let ageMs: number | null;
  let reads: number;
  let settled: SettleInput[];
  let count = 0;
  beforeAll(async () => {
    host = await startWorkflowHost({
      loadGroup: (group) =>
        Promise.resolve({ group, epoch: '1', flow: { do: 'open-conversation', options: OPTIONS }, members: [member()] }),
      eventAge: () => Promise.resolve({ ageMs }),
      readInvoice: () => {
        reads += 1;
        return Promise.resolve(answers.shift() ?? null);
      },
      settleGroup: (input) => {
        settled.push(input);
        return Promise.resolve({ held: true });
      },
    });
  });
  afterAll(() => host.close());
  beforeEach(() => {
    answers = [];
    ageMs = 0;
    reads = 0;
    settled = [];
  });

  it('is looked for again by durable timers until it shows', async () => {
    answers = [null, null, PAID];
    expect(await run()).toEqual(['timer 1s', 'timer 1s']);
    expect(reads).toBe(3);
    expect(settled[0]?.finished[0]?.text).toBe('ignored: Invoice in_1 is paid by now: nothing to do.');
  });

  it('is gone when the event has become 10 s old', async () => {
    ageMs = 9_000;
    expect(await run()).toEqual(['timer 1s']);
    expect(reads).toBe(2);
    expect(settled[0]?.finished[0]?.text).toBe('ignored: Invoice in_1 does not exist any more.');
  });

  it.each([10_000, null])('is gone at once where the event is %s ms old', async (age) => {
    ageMs = age;
    expect(await run()).toEqual([]);
    expect(reads).toBe(1);
  });

  /** The timers of the run, in the order of its history. */
  async function run(): Promise<readonly string[]> {
    count += 1;
    const group: GroupRef = { lease: `${host.id}-${count}`, flow: 'dunning', lane: 0, key: 'k' };
    const starter = createStarter({ client: host.client, eager: false, queues: host.queues });
    const about = { connection: 'billing', topic: 'invoice.payment_failed', record: null, eventIds: ['1'] };
    const handle = host.client.workflow.getHandle(await starter.startDelivery({ group, deliveryIds: ['1'] }, about));
    await handle.result();
    const { events } = await handle.fetchHistory();
    const timers = (events ?? []).flatMap(({ timerStartedEventAttributes }) => timerStartedEventAttributes ?? []);
    return timers.map(({ startToFireTimeout }) => `timer ${String(startToFireTimeout?.seconds)}s`);
  }
});

function member(): GroupMember {
  const event = {
    id: '1',
    identity: 'billing:1',
    connection: 'billing',
    topic: 'invoice.payment_failed',
    record: null,
    receivedAt: new Date().toISOString(),
    facts: { 'invoice.id': 'in_1' },
  };
  return { deliveryId: '1', attempts: 1, edits: null, event };
}
