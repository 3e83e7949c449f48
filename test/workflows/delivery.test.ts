import { WorkflowUpdateFailedError } from '@temporalio/client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { toApplicationFailure } from '../../activities/failure.ts';
import { createStarter } from '../../temporal/starter.ts';
import { eventually } from '../helpers/eventually.ts';
import { startWorkflowHost } from '../helpers/workflow-host.ts';
import { OPTIONS } from '../fixtures/open-conversation-options.ts';
import type { Activities, SettleInput } from '../../workflows/contract.ts';
import type { StepFailure } from '../../model/step-failure.ts';
import type { GroupMember, GroupRef, LoadedGroup } from '../../model/delivery.ts';
import type { WorkflowHost } from '../helpers/workflow-host.ts';
import type { WorkflowHandle } from '@temporalio/client';

/** What the activities do in one test, and what they were asked for. */
interface World {
  load(group: GroupRef): LoadedGroup;
  /** Reads the invoice of a delivery: nothing is done with one that is gone. */
  read(deliveryId: string, attempt: number): void;
  held(input: SettleInput): boolean;
  readonly settled: SettleInput[];
  readonly asked: string[];
}

let host: WorkflowHost;
let world: World;
let count = 0;

beforeAll(async () => {
  host = await startWorkflowHost({ ...reading(), ...settling() });
});
afterAll(() => host.close());
beforeEach(() => {
  world = { load: (group) => toLoaded(group, ['1', '2', '3']), read: () => undefined, held: () => true, settled: [], asked: [] };
});

describe('a delivery', () => {
  it('runs its deliveries one after another and settles them together', async () => {
    const handle = await start();
    expect(await handle.result()).toMatchObject({ outcome: 'settled' });
    expect(world.asked).toEqual(['read 1', 'read 2', 'read 3']);
    expect(world.settled).toMatchObject([{ then: 'free', retrying: false, parked: null }]);
    expect(world.settled[0]?.finished.map(({ deliveryId, state }) => [deliveryId, state])).toEqual([
      ['1', 'done'],
      ['2', 'done'],
      ['3', 'done'],
    ]);
  });

  it('stops without a trace where its lease is lost', async () => {
    world.load = (group) => ({ group, epoch: null, flow: null, members: [] });
    expect(await (await start()).result()).toEqual({ outcome: 'lost', finished: [], reason: null });
    expect([world.asked, world.settled]).toEqual([[], []]);
  });

  it('stops without a trace where a newer attempt owns the key in the middle', async () => {
    world.read = (deliveryId) => failOn(deliveryId, '2', { kind: 'lost', code: 'lost' });
    expect(await (await start()).result()).toMatchObject({ outcome: 'lost' });
    expect(world.settled).toEqual([]);
  });

  it('is given back untouched, without blame and for a while, by a worker whose configuration lacks its flow', async () => {
    world.load = (group) => ({ ...toLoaded(group, ['1', '2']), flow: null });
    expect(await (await start()).result()).toMatchObject({ outcome: 'released', reason: expect.stringContaining('unknown_flow: ') });
    expect(world.settled).toMatchObject([{ then: 'free', finished: [], retrying: false, parked: null }]);
    expect(world.settled[0]?.notBeforeMs).toBeGreaterThanOrEqual(10_000);
  });

  it('repeats a step that may succeed later, and only that one', async () => {
    world.read = (deliveryId, attempt) => (attempt < 3 ? failOn(deliveryId, '2', { kind: 'retry', retryAfterMs: 1 }) : undefined);
    expect(await (await start()).result()).toMatchObject({ outcome: 'settled' });
    expect(world.asked).toEqual(['read 1', 'read 2', 'read 2', 'read 2', 'read 3']);
  });

  it('gives the rest back without blame where a gate closes in the middle', async () => {
    world.read = (deliveryId) => failOn(deliveryId, '2', { kind: 'gate', code: 'unauthorized', retryAfterMs: 600_000 });
    expect(await (await start()).result()).toMatchObject({ outcome: 'released', reason: expect.stringContaining('unauthorized: ') });
    expect(world.asked).toEqual(['read 1', 'read 2']);
    expect(world.settled).toMatchObject([{ then: 'free', retrying: false, finished: [{ deliveryId: '1' }] }]);
    // The gate holds it for as long as it is closed: not the delay, which may end early by an operator's hand.
    expect(world.settled[0]?.notBeforeMs).toBeLessThanOrEqual(1000);
  });
});

describe('a delivery whose quick retries are used up', () => {
  it.each<[string, Partial<StepFailure>, number, object]>([
    [
      'by our own store is given back without blame',
      { kind: 'ours', code: 'store_unavailable' },
      1,
      { retrying: false, notBeforeMs: 5000 },
    ],
    ['by our own store is given back however often that was', { kind: 'ours', code: 'store_unavailable' }, 99, { retrying: false }],
    ['by a remote system is given back, and blamed', { code: 'unavailable' }, 1, { retrying: true, notBeforeMs: 15_000 }],
    ['by a remote system again waits longer', { code: 'timeout' }, 4, { retrying: true, notBeforeMs: 120_000 }],
    ['by a remote system often waits ten minutes at most', { code: 'network' }, 9, { retrying: true, notBeforeMs: 600_000 }],
    [
      'by an outage that its own calls helped to find is blamed',
      { kind: 'gate', code: 'unavailable' },
      2,
      { retrying: true, notBeforeMs: 30_000 },
    ],
    ['by a limit is given back without blame', { code: 'throttled' }, 99, { retrying: false, notBeforeMs: 60_000 }],
  ])('%s', async (_title, failure, attempts, settled) => {
    world.load = (group) => toLoaded(group, ['1', '2'], attempts);
    world.read = (deliveryId) => failOn(deliveryId, '1', { retryAfterMs: 1, ...failure });
    expect(await (await start()).result()).toMatchObject({ outcome: 'released' });
    expect(world.asked).toHaveLength(failure.kind === 'gate' ? 1 : 5);
    expect(world.settled).toMatchObject([{ then: 'free', parked: null, finished: [], ...settled }]);
  });

  it('waits as long as the remote system asked for, where that is longer', async () => {
    world.read = (deliveryId) => failOn(deliveryId, '1', { code: 'unavailable', retryAfterMs: 60_000 });
    expect(await (await start()).result()).toMatchObject({ outcome: 'released' });
    expect(world.asked).toEqual(['read 1']);
    expect(world.settled).toMatchObject([{ then: 'free', retrying: true, notBeforeMs: 60_000 }]);
  });

  it.each<[string, Partial<StepFailure>, number]>([
    ['by a mistake of ours', { code: 'internal' }, 1],
    ['by answers that nobody can read', { code: 'unreadable_answer' }, 1],
    ['ten times over, at a connection that is open', { code: 'unavailable' }, 10],
  ])('%s is parked', async (_title, failure, attempts) => {
    world.load = (group) => toLoaded(group, ['1', '2'], attempts);
    world.read = (deliveryId) => failOn(deliveryId, '1', { retryAfterMs: 1, ...failure });
    const handle = await startParked();
    expect(world.settled).toMatchObject([{ then: 'hold', parked: { code: failure.code } }]);
    await handle.executeUpdate('skip');
    await handle.result();
  });
});

describe('a parked delivery', () => {
  beforeEach(() => {
    world.read = (deliveryId) => failOn(deliveryId, '2', { kind: 'attention', code: 'invalid' });
  });

  it('holds its key, with what was finished before it settled', async () => {
    const handle = await startParked();
    expect(world.settled).toMatchObject([{ then: 'hold', retrying: true, finished: [{ deliveryId: '1' }], parked: { code: 'invalid' } }]);
    await handle.executeUpdate('retry');
    await handle.result();
  });

  it('is parked where a step takes more than can pass through Temporal, with its size and the limit, and not as a time-out', async () => {
    const edits = { 'read-invoice': { invoiceId: 'x'.repeat(600_000) } };
    world.load = (group) => ({ ...toLoaded(group, ['1']), members: [{ ...toMember('1', 1), edits }] });
    const handle = await startParked();
    const message = expect.stringMatching(/^The input of the step read-invoice has 600\d+ characters; at most 500000 can/);
    expect(world.settled).toMatchObject([{ then: 'hold', parked: { code: 'too_large', message } }]);
    expect(world.asked).toEqual([]);
    await handle.executeUpdate('skip');
    await handle.result();
  });

  it('takes no edit that is too large to travel with every step', async () => {
    const handle = await startParked();
    const values = { 'read-invoice': { invoiceId: 'x'.repeat(60_000) } };
    await expect(send(handle, 'edit', [{ values }])).rejects.toMatchObject({
      cause: { message: expect.stringContaining('at most 50000') },
    });
    await handle.executeUpdate('skip');
    await handle.result();
  });

  it.each([
    ['retry', [], [], []],
    ['skip', [], [{ deliveryId: '2', state: 'skipped' }], []],
    ['edit', [{ values: { 'read-invoice': { invoiceId: 'in_2' } } }], [], ['edit 2 {"read-invoice":{"invoiceId":"in_2"}}']],
  ] as const)('is released by %s, and blamed for what failed', async (name, args, finished, asked) => {
    const handle = await startParked();
    expect(await send(handle, name, args)).toBe(`${name}: accepted`);
    expect(await handle.result()).toMatchObject({ outcome: 'released', reason: `${name} by an operator after invalid` });
    expect(world.settled.at(-1)).toMatchObject({ then: 'free', retrying: true, notBeforeMs: 0 });
    expect(world.settled.at(-1)?.finished).toMatchObject(finished);
    expect(world.settled.at(-1)?.finished).toHaveLength(finished.length);
    expect(world.asked.filter((one) => !one.startsWith('read'))).toEqual(asked);
  });

  it('lets an effect of unknown outcome be sent again by retry, and by nothing else', async () => {
    world.read = (deliveryId) => failOn(deliveryId, '2', { kind: 'attention', code: 'unknown_effect' });
    const retried = await startParked();
    await retried.executeUpdate('retry');
    await retried.result();
    expect(world.asked.at(-1)).toBe('resend 2');
    const skipped = await startParked();
    await skipped.executeUpdate('skip');
    await skipped.result();
    expect(world.asked.filter((one) => one.startsWith('resend'))).toHaveLength(1);
  });

  it('is lost where another took its key meanwhile', async () => {
    const handle = await startParked();
    world.held = () => false;
    await handle.executeUpdate('retry');
    expect(await handle.result()).toMatchObject({ outcome: 'lost' });
  });

  it('ends by cancellation, for the reaper to follow', async () => {
    const handle = await startParked();
    await handle.cancel();
    await expect(handle.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
  });

  it.each([
    ['an edit without values', 'edit', [{}]],
    ['an edit whose values are a list', 'edit', [{ values: [] }]],
    ['an edit of a step that is no object', 'edit', [{ values: { contact: 'x' } }]],
    ['an edit that is missing', 'edit', []],
  ])('refuses %s', async (_title, name, args) => {
    const handle = await startParked();
    await expect(send(handle, name, args)).rejects.toThrow(WorkflowUpdateFailedError);
    await handle.terminate();
  });
});

describe('an update to a delivery that runs', () => {
  it('is refused: nothing is parked', async () => {
    world.read = () => failOn('2', '2', { kind: 'retry', retryAfterMs: 15_000 });
    const handle = await start();
    await eventually(() => expect(world.asked).toEqual(['read 1']));
    await expect(handle.executeUpdate('skip')).rejects.toMatchObject({
      cause: { message: expect.stringContaining('Nothing is parked here') },
    });
    await handle.terminate();
  });
});

function reading(): Pick<Activities, 'loadGroup' | 'readInvoice'> {
  const attempts = new Map<string, number>();
  return {
    loadGroup: (group) => Promise.resolve(world.load(group)),
    readInvoice: ({ group, deliveryId }) => {
      const id = `${group.lease}/${deliveryId}`;
      attempts.set(id, (attempts.get(id) ?? 0) + 1);
      world.asked.push(`read ${deliveryId}`);
      world.read(deliveryId, attempts.get(id) ?? 0);
      return Promise.resolve(null);
    },
  };
}

function settling(): Pick<Activities, 'settleGroup' | 'saveEdits' | 'allowResend'> {
  return {
    settleGroup: (input) => {
      world.settled.push(input);
      return Promise.resolve({ held: world.held(input) });
    },
    saveEdits: ({ deliveryId, values }) => {
      world.asked.push(`edit ${deliveryId} ${JSON.stringify(values)}`);
      return Promise.resolve({ held: true });
    },
    allowResend: ({ deliveryId }) => {
      world.asked.push(`resend ${deliveryId}`);
      return Promise.resolve({ held: true });
    },
  };
}

async function start(): Promise<ReturnType<WorkflowHost['client']['workflow']['getHandle']>> {
  count += 1;
  const group: GroupRef = { lease: `${host.id}-${count}`, flow: 'dunning', lane: 0, key: 'customer.id:cus_1' };
  const starter = createStarter({ client: host.client, eager: false, queues: host.queues });
  const about = { connection: 'billing', topic: 'invoice.payment_failed', record: 'invoice:in_1', eventIds: ['1', '2', '3'] };
  return host.client.workflow.getHandle(await starter.startDelivery({ group, deliveryIds: ['1', '2', '3'] }, about));
}

async function startParked(): ReturnType<typeof start> {
  const handle = await start();
  await eventually(async () => expect((await handle.describe()).searchAttributes['NeedsAttention']).toEqual([true]));
  return handle;
}

function toLoaded(group: GroupRef, ids: readonly string[], attempts = 1): LoadedGroup {
  return { group, epoch: '1', flow: { do: 'open-conversation', options: OPTIONS }, members: ids.map((id) => toMember(id, attempts)) };
}

function toMember(id: string, attempts: number): GroupMember {
  const facts = { 'invoice.id': `in_${id}` };
  const event = {
    id,
    identity: `billing:${id}`,
    connection: 'billing',
    topic: 'invoice.payment_failed',
    record: null,
    receivedAt: '2026-01-01T00:00:00.000Z',
    facts,
  };
  return { deliveryId: id, attempts, edits: null, event };
}

/** Fails as a step does, for one delivery. */
function failOn(deliveryId: string, which: string, failure: Partial<StepFailure>): void {
  if (deliveryId !== which) return;
  throw toApplicationFailure({
    code: 'unavailable',
    kind: 'retry',
    message: 'It did not answer.',
    hint: 'Look there.',
    step: 'read-invoice',
    connection: 'billing',
    retryAfterMs: null,
    ...failure,
  });
}

function send(handle: WorkflowHandle, name: string, [edit]: readonly unknown[]): Promise<string> {
  return edit === undefined ? handle.executeUpdate<string, []>(name) : handle.executeUpdate<string, [unknown]>(name, { args: [edit] });
}
