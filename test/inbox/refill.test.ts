import { expect, it } from 'vitest';
import { findCounterDrift } from '../../store/inbox/counter-drift.ts';
import { closeFlow, openFlows } from '../../store/gates/flow-gate.ts';
import { closeConnection, openConnection, pauseFlow, setCredit } from '../../store/gates/gate.ts';
import { releaseLease } from '../../store/inbox/lease.ts';
import { recordEvents } from '../../store/inbox/record-events.ts';
import { refillLease, stopTending } from '../../store/inbox/refill.ts';
import { settleGroups } from '../../store/inbox/settle.ts';
import { describeOnEachDatabase } from '../helpers/databases.ts';
import { eventually } from '../helpers/eventually.ts';
import { claim, claimAndBegin, countRows, recordEach, toRow, toRowFor, toSettlement } from '../helpers/inbox.ts';
import type { BegunRow } from '../../store/inbox/begin.ts';
import type { Database, Queryable } from '../../store/driver/database.ts';
import type { Refill, Refilled } from '../../store/inbox/refill.ts';

const TEND_MS = 60_000;
const WAITS = "datname = current_database() and wait_event_type = 'Lock'";

describeOnEachDatabase('a batch that refills itself', (open, kind) => {
  it('takes further groups of its flow under its own lease, begun and with their facts', async () => {
    const db = await open();
    await recordKeys(db, 5);
    await recordEvents(db, [toRow('with facts', { facts: '{"order.id":"7"}', deliveries: [{ flow: 'sync', key: 'last', lane: 0 }] })]);
    const first = await claimAndBegin(db, 'L1', { kind: 'batch', groups: 2 });
    const { rows } = await refill(db, { groups: 10 });
    expect(rows.map((row) => row.key).sort()).toEqual(['k2', 'k3', 'k4', 'last']);
    expect(rows.find((row) => row.key === 'last')).toMatchObject({ facts: '{"order.id":"7"}', bodyBytes: 21, attempts: 1 });
    expect(await findCounterDrift(db)).toEqual([]);
    const settled = await settleGroups(
      db,
      [...first, ...rows].map((row) => toSettlement('L1', [row])),
    );
    expect(settled.every(({ held, finished }) => held && finished === 1)).toBe(true);
    expect(await findCounterDrift(db)).toEqual([]);
  });

  it('takes nothing of other flows, other lanes, paused flows, closed gates, keys that run alone, and beyond the credit', async () => {
    const db = await open();
    await recordEach(db, 'other', 'k', ['other']);
    await recordEach(db, 'sync', 'replayed', ['replayed'], 1);
    await recordEach(db, 'sync', 'alone', ['alone']);
    await claim(db, 'L0', { kind: 'batch' });
    await claim(db, 'L0b', { kind: 'batch' });
    await releaseLease(db, 'L0', { reason: 'failed', retrying: true });
    await releaseLease(db, 'L0b', { reason: 'failed', retrying: true });
    expect((await refill(db)).rows).toEqual([]);
    await recordKeys(db, 3);
    await pauseFlow(db, 'sync', true);
    expect((await refill(db)).rows).toEqual([]);
    await pauseFlow(db, 'sync', false);
    await setCredit(db, 'sync', 0, 2);
    expect((await refill(db)).rows).toHaveLength(2);
    await setCredit(db, 'sync', 0, 100);
    expect(await closeFlow(db, 'sync', { code: 'not_found', connection: 'desk', hint: 'Look.' })).toBe(true);
    expect(await refill(db)).toEqual({ rows: [], tends: false });
    await openFlows(db, { flow: 'sync' });
    await closeConnection(db, { connection: 'desk', state: 'down', reason: 'down', hint: 'wait', closedForMs: null, probeInMs: null }, [
      'sync',
    ]);
    expect(await refill(db)).toEqual({ rows: [], tends: false });
    await openConnection(db, 'desk');
    expect((await refill(db)).rows).toHaveLength(1);
    expect(await findCounterDrift(db)).toEqual([]);
  });

  it('keeps the order of a key: what waits behind a group is taken only when that is settled', async () => {
    const db = await open();
    await recordEach(db, 'sync', 'k', ['one', 'two', 'three']);
    const { rows } = await refill(db, { perGroup: 2 });
    expect(rows).toHaveLength(2);
    expect((await refill(db)).rows).toEqual([]);
    await settleGroups(db, [toSettlement('L1', rows)]);
    expect((await refill(db)).rows).toHaveLength(1);
  });

  it('begins with no key more when it has as many deliveries as it may, however many keys wait', async () => {
    const db = await open();
    for (const key of ['a', 'b', 'c']) await recordEach(db, 'sync', key, [`${key}1`, `${key}2`]);
    const { rows, tends } = await refill(db, { deliveries: 3 });
    expect(rows.map((row) => row.key)).toEqual(['a', 'a', 'b', 'b']);
    expect(tends).toBe(false);
    expect(await refill(db, { deliveries: 3 })).toMatchObject({ rows: [{ key: 'c' }, { key: 'c' }], tends: true });
  });

  it('takes no replays while live deliveries of the flow wait', async () => {
    const db = await open();
    await recordEach(db, 'sync', 'k', ['replayed'], 1);
    await recordEach(db, 'sync', 'k', ['live']);
    expect(await refill(db, { lane: 1 })).toEqual({ rows: [], tends: false });
    await claim(db, 'L5', { kind: 'batch' });
    expect((await refill(db, { lane: 1 })).rows).toHaveLength(1);
  });

  it('collapses a group of a coalescing flow to its newest delivery', async () => {
    const db = await open();
    await recordEach(db, 'sync', 'k', ['one', 'two', 'three']);
    expect((await refill(db, { coalesce: true })).rows).toHaveLength(1);
    const states = await db.query<{ state: number }>('select state from delivery order by id');
    expect(states.map(({ state }) => state)).toEqual([3, 3, 1]);
    expect(await findCounterDrift(db)).toEqual([]);
  });

  it('tends its flow where less was there than it asked for: the dispatcher takes nothing but what runs alone', async () => {
    const db = await open();
    await recordKeys(db, 2);
    expect((await refill(db, { groups: 2 })).tends).toBe(false);
    expect(await refill(db, { groups: 2 })).toEqual({ rows: [], tends: true });
    await recordEach(db, 'sync', 'new', ['new']);
    expect(await claim(db, 'L2', { kind: 'batch' })).toEqual([]);
    expect(await claim(db, 'L3', { kind: 'delivery' })).toEqual([]);
    expect((await refill(db, { lease: 'L9', groups: 2 })).tends).toBe(false);
    await stopTending(db, { lease: 'L1', flow: 'sync', lane: 0 });
    await recordEach(db, 'sync', 'newer', ['newer']);
    expect(await claim(db, 'L4', { kind: 'batch' })).toHaveLength(1);
  });

  it('gives the whole lease back at once when its worker is lost, refills included', async () => {
    const db = await open();
    await recordKeys(db, 4);
    await claimAndBegin(db, 'L1', { kind: 'batch', groups: 2 });
    await refill(db);
    expect(await releaseLease(db, 'L1', { reason: 'lost' })).toEqual({ groups: 4, deliveries: 4 });
    expect(await findCounterDrift(db)).toEqual([]);
  });

  // Needs several connections, which PGlite has not.
  if (kind !== 'postgres') return;

  it.each<[string, (db: Database, begun: readonly BegunRow[]) => Promise<unknown>]>([
    ['taking more', (db) => refill(db)],
    ['settling', (db, begun) => settleGroups(db, [toSettlement('L1', begun)])],
    ['being given back', (db) => releaseLease(db, 'L1', { reason: 'lost' })],
  ])('locks its lease before its flow’s gate when %s, so that none of these waits for another in a ring', async (_what, work) => {
    const db = await open();
    await recordKeys(db, 4);
    const begun = await claimAndBegin(db, 'L1', { kind: 'batch', groups: 2 });
    const working = await db.transaction(async (tx) => {
      await tx.query('select from gate for update');
      const blocked = work(db, begun);
      await eventually(async () => expect(await countRows(db, 'pg_stat_activity', WAITS)).toBeGreaterThan(0));
      expect(await db.query('select id from lease for update skip locked')).toEqual([]);
      return { blocked };
    });
    await working.blocked;
    expect(await findCounterDrift(db)).toEqual([]);
  });
});

function refill(db: Queryable, overrides: Partial<Refill> = {}): Promise<Refilled> {
  const usual = {
    lease: 'L1',
    flow: 'sync',
    lane: 0,
    workflowId: 'batch/sync/L1',
    owner: 'test',
    groups: 64,
    perGroup: 100,
    deliveries: 1000,
  };
  return refillLease(db, { ...usual, coalesce: false, ttlMs: 60_000, tendMs: TEND_MS, ...overrides });
}

async function recordKeys(db: Queryable, count: number): Promise<void> {
  await recordEvents(
    db,
    Array.from({ length: count }, (_unused, n) => toRowFor(`event ${n}`, 'sync', `k${n}`)),
  );
}
