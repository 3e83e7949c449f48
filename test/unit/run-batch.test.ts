import { fixedConnections } from '../helpers/fixed-connections.ts';
import { describe, expect, it } from 'vitest';
import { runBatch } from '../../activities/steps/run-batch.ts';
import { StepError } from '../../model/step-failure.ts';
import { StoreUnavailable } from '../../store/driver/database.ts';
import type { BatchDeps, BatchSignals } from '../../activities/steps/run-batch.ts';
import type { StepFailure } from '../../model/step-failure.ts';
import type { FlowRun } from '../../flows/flow.ts';
import type { JsonObject } from '../../model/json.ts';
import type { BegunGroup } from '../../activities/steps/load-group.ts';
import type { SettleInput } from '../../workflows/contract.ts';
import type { LoadedGroup } from '../../model/delivery.ts';

const BATCH = { lease: 'L', flow: 'sync', lane: 0, groups: 1 } as const;

describe('a group of a batch', () => {
  it.each<[string, Partial<StepFailure>, Partial<SettleInput>]>([
    ['that our own store failed is given back without blame', { kind: 'ours' }, { retrying: false, notBeforeMs: 5000 }],
    [
      'that another write of ours holds up waits as it was told',
      { kind: 'ours', retryAfterMs: 500 },
      { retrying: false, notBeforeMs: 500 },
    ],
    ['that met a closed gate is given back without blame', { kind: 'gate', retryAfterMs: 600_000 }, { retrying: false, notBeforeMs: 1000 }],
    ['that was asked to come back in a minute waits for it', { retryAfterMs: 60_000 }, { retrying: true, notBeforeMs: 60_000 }],
    ['that failed backs off', {}, { retrying: true, notBeforeMs: 4000 }],
    ['that needs a person goes on at once, to be parked', { kind: 'attention' }, { retrying: true, notBeforeMs: 0 }],
  ])('%s', async (_title, failure, settled) => {
    const inputs: SettleInput[] = [];
    const report = await runBatch(
      depsOf(1, (input) => Promise.resolve(inputs.push(input) > 0), failWith(failure)),
      BATCH,
      signals(),
    );
    expect(report).toMatchObject({ deliveries: 1, done: 0, released: 1 });
    expect(inputs).toMatchObject([{ then: 'free', parked: null, finished: [], ...settled }]);
  });
});

describe('a batch that cannot settle', () => {
  it('takes no further groups, and ends only when those it had begun have ended', async () => {
    let running = 0;
    let begun = 0;
    const run: FlowRun<JsonObject> = async () => {
      begun += 1;
      running += 1;
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return { outcome: 'done', text: 'done' };
    };
    const settle = (): Promise<boolean> => Promise.reject(new StoreUnavailable('The test took the store away.'));
    await expect(runBatch(depsOf(64, settle, run), BATCH, signals())).rejects.toBeInstanceOf(StoreUnavailable);
    expect(running).toBe(0);
    expect(begun).toBeLessThan(64);
  });
});

describe('a batch that refills itself', () => {
  const done: FlowRun<JsonObject> = () => Promise.resolve({ outcome: 'done', text: 'done' });
  const settle = (): Promise<boolean> => Promise.resolve(true);

  it('runs what it takes like what it was started with, and gives its flow back when nothing is left', async () => {
    const deps = depsOf(3, settle, done);
    const waiting = Array.from({ length: 100 }, (_unused, n) => toBegun(`more ${n}`));
    let stops = 0;
    const report = await runBatch(
      {
        ...deps,
        refillLease: (_batch, size) => Promise.resolve(waiting.splice(0, size)),
        stopTending: () => Promise.resolve(void (stops += 1)),
      },
      BATCH,
      signals(),
    );
    expect(report).toEqual({ groups: 103, deliveries: 103, done: 103, released: 0, lost: 0 });
    expect(stops).toBe(1);
  });

  it.each<[string, Partial<BatchDeps>, Partial<BatchSignals>]>([
    ['its process shuts down', { stopping: AbortSignal.abort() }, {}],
    ['it is cancelled', {}, { cancelled: AbortSignal.abort() }],
    ['other batches may wait for its place', {}, { isCrowded: () => true }],
  ])('takes nothing when %s', async (_when, deps, signal) => {
    let takes = 0;
    const refillLease: BatchDeps['refillLease'] = () => {
      takes += 1;
      return Promise.resolve([]);
    };
    const report = await runBatch({ ...depsOf(2, settle, done), refillLease, ...deps }, BATCH, signals(signal));
    expect(report.groups).toBe(2);
    expect(takes).toBe(0);
  });

  it('fails when all it had is settled, where it is unknown whether a take took anything: the lease is taken up again', async () => {
    let settled = 0;
    const deps = depsOf(3, () => Promise.resolve((settled += 1) > 0), done);
    const refillLease = (): Promise<never> => Promise.reject(new StoreUnavailable('The test took the store away.'));
    await expect(runBatch({ ...deps, refillLease }, BATCH, signals())).rejects.toBeInstanceOf(StoreUnavailable);
    expect(settled).toBe(3);
  });
});

function depsOf(groups: number, settle: (input: SettleInput) => Promise<boolean>, run: FlowRun<JsonObject>): BatchDeps {
  const none = (): never => {
    throw new Error('the test asks for no step');
  };
  return {
    actions: new Proxy(Object.create(null), { get: none }),
    connections: fixedConnections(),
    gates: { check: none, note: none, failed: none, parked: none },
    effects: new Proxy(Object.create(null), { get: none }),
    renewEpoch: none,
    eventAge: none,
    settler: { settle },
    loadLease: () => Promise.resolve(Array.from({ length: groups }, (_unused, n) => toBegun(`k${n}`))),
    refillLease: () => Promise.resolve([]),
    stopTending: () => Promise.resolve(),
    readGroup: (group) => Promise.resolve(toLoaded(group)),
    stopping: new AbortController().signal,
    runOf: () => run,
  };
}

function toBegun(key: string): BegunGroup {
  const ref = { lease: 'L', flow: 'sync', lane: 0, key } as const;
  const event = { eventId: '1', topic: 'order.changed', record: null, connection: 'shop', dedupe: 'ab', receivedAt: new Date(0) };
  const row = { ...ref, ...event, deliveryId: key, epoch: '1', attempts: 3, facts: '{}', bodyBytes: 2, edits: null, generation: 0 };
  return { ref, epoch: '1', rows: [row] };
}

function toLoaded({ ref, epoch, rows }: BegunGroup): LoadedGroup {
  const members = rows.map(({ deliveryId, attempts, eventId: id, connection, topic, record, receivedAt }) => {
    const event = { id, identity: `shop:${deliveryId}`, connection, topic, record, receivedAt: receivedAt.toISOString(), facts: {} };
    return { deliveryId, attempts, edits: null, event };
  });
  return { group: ref, epoch, flow: { do: 'x', options: {} }, members };
}

function failWith(failure: Partial<StepFailure>): FlowRun<JsonObject> {
  const whole = { code: 'unavailable', kind: 'retry', message: 'm', hint: 'h', step: 's', connection: null, retryAfterMs: null } as const;
  return () => Promise.reject(new StepError({ ...whole, ...failure }));
}

function signals(overrides: Partial<BatchSignals> = {}): BatchSignals {
  return { cancelled: new AbortController().signal, heartbeat: () => undefined, isCrowded: () => false, ...overrides };
}
