import { fixedConnections } from '../helpers/fixed-connections.ts';
import { describe, expect, it } from 'vitest';
import { runBatch } from '../../activities/steps/run-batch.ts';
import { StepError } from '../../model/step-failure.ts';
import { StoreUnavailable } from '../../store/driver/database.ts';
import type { BatchDeps } from '../../activities/steps/run-batch.ts';
import type { StepFailure } from '../../model/step-failure.ts';
import type { FlowRun } from '../../flows/flow.ts';
import type { JsonObject } from '../../model/json.ts';
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
    loadLease: () => Promise.resolve(Array.from({ length: groups }, (_unused, n) => toLoaded(`k${n}`))),
    runOf: () => run,
  };
}

function toLoaded(key: string): LoadedGroup {
  const event = {
    id: '1',
    identity: `shop:${key}`,
    connection: 'shop',
    topic: 'order.changed',
    record: null,
    receivedAt: '2026-01-01T00:00:00.000Z',
    facts: {},
  };
  return {
    group: { lease: 'L', flow: 'sync', lane: 0, key },
    epoch: '1',
    flow: { do: 'x', options: {} },
    members: [{ deliveryId: key, attempts: 3, edits: null, event }],
  };
}

function failWith(failure: Partial<StepFailure>): FlowRun<JsonObject> {
  const whole = { code: 'unavailable', kind: 'retry', message: 'm', hint: 'h', step: 's', connection: null, retryAfterMs: null } as const;
  return () => Promise.reject(new StepError({ ...whole, ...failure }));
}

function signals(): { cancelled: AbortSignal; heartbeat(): void } {
  return { cancelled: new AbortController().signal, heartbeat: () => undefined };
}
