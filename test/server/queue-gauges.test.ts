import { expect, it, onTestFinished } from 'vitest';
import { createServerProcess } from '../../server/create-server.ts';
import { createMetrics } from '../../server/metrics.ts';
import { noteAlarm } from '../../store/inbox/lease.ts';
import { makeDatabase } from '../helpers/databases.ts';
import { eventually } from '../helpers/eventually.ts';
import { claim, recordEach } from '../helpers/inbox.ts';
import type { WorkflowStarter } from '../../inbox/starter.ts';
import type { Database } from '../../store/driver/database.ts';

const STARTER: WorkflowStarter = {
  startDelivery: () => Promise.resolve('workflow'),
  startBatch: () => Promise.resolve('workflow'),
  startIntake: () => Promise.resolve(),
  stateOf: () => Promise.resolve('running'),
};

async function makeStore(): Promise<Database> {
  const made = await makeDatabase();
  onTestFinished(() => made.remove());
  return made.db;
}

/** A server process that has this one flow; answers its metrics. */
async function start(db: Database, prepareStore?: () => Promise<void>): Promise<() => Promise<string>> {
  const metrics = createMetrics();
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const server = await createServerProcess({
    db,
    starter: STARTER,
    ...(prepareStore === undefined ? {} : { prepareStore }),
    probeTemporal: () => Promise.resolve(),
    connections: [],
    flows: [{ name: 'known', coalesce: false, credit: null, paused: false }],
    route: () => [],
    host: '127.0.0.1',
    port: 0,
    limits: {},
    owner: 'test',
    metrics,
    log,
    now: Date.now,
  });
  onTestFinished(() => server.close());
  return () => metrics.text();
}

it('the metrics show what waits for a flow that this replica lacks, and what is stuck', async () => {
  const db = await makeStore();
  await recordEach(db, 'unknown', null, ['one', 'two']);
  await recordEach(db, 'known', 'k', ['three']);
  await claim(db, 'L1', { flow: 'known' });
  await noteAlarm(db, 'L1', 'its workflow task fails again and again');
  const read = await start(db);
  const text = await read();
  expect(text).toContain('deskbridge_queue_unknown{flow="unknown",lane="0"} 2');
  expect(text).toContain('deskbridge_queue_unknown{flow="known",lane="0"} 0');
  expect(text).toContain('deskbridge_queue_stuck{flow="known",lane="0"} 1');
});

it('the metrics show how long ago the dispatcher and the reaper last got round, also where they have never begun', async () => {
  const working = await start(await makeStore());
  await eventually(async () => expect(ageOf(await working(), 'dispatcher')).toBeLessThan(30));
  expect(ageOf(await working(), 'reaper')).toBeLessThan(30);
  const waiting = await start(await makeStore(), () => Promise.reject(new Error('the store is away')));
  const before = ageOf(await waiting(), 'dispatcher');
  await eventually(async () => expect(ageOf(await waiting(), 'dispatcher')).toBeGreaterThan(before));
});

function ageOf(text: string, loop: string): number {
  return Number(new RegExp(`deskbridge_loop_age_seconds\\{loop="${loop}"\\} (\\S+)`).exec(text)?.[1]);
}
