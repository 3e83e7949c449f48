import { expect, it } from 'vitest';
import { claimDeliveries } from '../../store/inbox/claim.ts';
import { beginLease } from '../../store/inbox/begin.ts';
import { findCounterDrift } from '../../store/inbox/counter-drift.ts';
import { closeConnection, openConnection, pauseFlow, setCredit } from '../../store/gates/gate.ts';
import { listDeliveries } from '../../store/inbox/query-deliveries.ts';
import { recordEvents } from '../../store/inbox/record-events.ts';
import { settleGroup } from '../../store/inbox/settle.ts';
import { describeOnEachDatabase } from '../helpers/databases.ts';
import { claim, claimAndBegin, countRows, recordEach, toRowFor, toSettlement } from '../helpers/inbox.ts';
import type { Queryable } from '../../store/driver/database.ts';

const EACH = { lane: 0, groups: 64, perGroup: 100, owner: 'test', ttlMs: 60_000 } as const;

describeOnEachDatabase('claiming', (open, kind) => {
  it('takes all that waits for a key, in the order of recording, as a first attempt', async () => {
    const db = await open();
    await recordEach(db, 'sync', 'k', ['one', 'two', 'three']);
    const rows = await claim(db, 'L1');
    expect(rows.map((row) => BigInt(row.deliveryId))).toEqual(rows.map((row) => BigInt(row.deliveryId)).sort((a, b) => Number(a - b)));
    expect(rows).toHaveLength(3);
    expect(rows[0]).toMatchObject({
      flow: 'sync',
      key: 'k',
      lane: 0,
      lease: 'L1',
      attempts: 1,
      topic: 'order.changed',
      record: 'order:1',
      connection: 'shop',
    });
    expect(await findCounterDrift(db)).toEqual([]);
  });

  it('never gives a key to two leases; what comes meanwhile waits for the next', async () => {
    const db = await open();
    await recordEach(db, 'sync', 'k', ['one']);
    const first = await claimAndBegin(db, 'L1');
    await recordEach(db, 'sync', 'k', ['two']);
    expect(await claim(db, 'L2')).toEqual([]);
    await settleGroup(db, toSettlement('L1', first));
    expect(await claim(db, 'L3')).toHaveLength(1);
    expect(await findCounterDrift(db)).toEqual([]);
  });

  it('gives each key once to many claims at the same moment', async () => {
    const db = await open();
    await recordEvents(
      db,
      Array.from({ length: 200 }, (_unused, n) => toRowFor(`event ${n}`, `flow ${n % 3}`, `k${n % 50}`)),
    );
    const claims = await Promise.all(
      Array.from({ length: 8 }, (_unused, n) => claimDeliveries(db, { ...EACH, groups: 30, leasePrefix: `P${n}` })),
    );
    const held = new Map<string, string>();
    for (const row of claims.flat()) {
      const id = `${row.flow}/${row.key}`;
      expect(held.get(id) ?? row.lease).toBe(row.lease);
      held.set(id, row.lease);
    }
    expect(new Set(claims.flat().map((row) => row.deliveryId)).size).toBe(claims.flat().length);
    expect(await findCounterDrift(db)).toEqual([]);
  });

  it('gives each group a lease of its own in one statement', async () => {
    const db = await open();
    await recordEach(db, 'sync', null, ['one', 'two']);
    await recordEach(db, 'other', null, ['three']);
    const rows = await claimDeliveries(db, { ...EACH, leasePrefix: 'P' });
    expect(rows.map((row) => row.lease).sort()).toEqual(['P-1', 'P-2', 'P-3']);
    expect(await countRows(db, 'lease', 'open and held = 1')).toBe(3);
  });

  it('leaves the rest of a long group waiting, and takes it next', async () => {
    const db = await open();
    await recordEach(db, 'sync', 'k', ['one', 'two', 'three']);
    const first = await claimAndBegin(db, 'L1', { perGroup: 2 });
    expect(first).toHaveLength(2);
    await settleGroup(db, toSettlement('L1', first));
    const rest = await claim(db, 'L2', { perGroup: 2 });
    expect(rest).toHaveLength(1);
    expect(Number(rest[0]?.deliveryId)).toBeGreaterThan(Number(first[1]?.deliveryId));
  });

  it('takes flows by turns, also when one has a long backlog', async () => {
    const db = await open();
    await recordEach(
      db,
      'busy',
      null,
      Array.from({ length: 12 }, (_unused, n) => `busy ${n}`),
    );
    await recordEach(db, 'calm', null, ['calm']);
    const rows = await claimDeliveries(db, { ...EACH, groups: 2, leasePrefix: 'P' });
    expect(rows.map((row) => row.flow).sort()).toEqual(['busy', 'calm']);
  });

  it('makes a batch of one flow: the one that was served longest ago', async () => {
    const db = await open();
    await recordEach(
      db,
      'a',
      null,
      Array.from({ length: 6 }, (_unused, n) => `a ${n}`),
    );
    await recordEach(
      db,
      'b',
      null,
      Array.from({ length: 6 }, (_unused, n) => `b ${n}`),
    );
    const flows: string[][] = [];
    for (const n of [1, 2, 3, 4]) {
      const rows = await claim(db, `B${n}`, { kind: 'batch', groups: 2 });
      flows.push([...new Set(rows.map((row) => row.flow))]);
      await settleEach(db, `B${n}`);
    }
    expect(flows).toEqual([['a'], ['b'], ['a'], ['b']]);
  });

  it('takes no more groups than the flow’s credit, counting those under way', async () => {
    const db = await open();
    await setCredit(db, 'sync', 0, 2);
    await recordEach(db, 'sync', null, ['one', 'two', 'three', 'four']);
    const first = await claimAndBegin(db, 'L1');
    expect(first).toHaveLength(2);
    expect(await claim(db, 'L2')).toEqual([]);
    await settleGroup(db, toSettlement('L1', first));
    expect(await claim(db, 'L3')).toHaveLength(1);
    expect(await findCounterDrift(db)).toEqual([]);
  });

  it('leaves a paused flow alone until it is resumed, and others not', async () => {
    const db = await open();
    await recordEach(db, 'sync', null, ['one']);
    await recordEach(db, 'other', null, ['two']);
    await pauseFlow(db, 'sync', true);
    expect((await claim(db, 'L1')).map((row) => row.flow)).toEqual(['other']);
    expect(await claim(db, 'L2')).toEqual([]);
    await pauseFlow(db, 'sync', false);
    expect(await claim(db, 'L3')).toHaveLength(1);
  });

  it('leaves a flow alone while one of its connections is closed', async () => {
    const db = await open();
    await recordEach(db, 'sync', null, ['one']);
    const closed = { state: 'down', reason: 'unavailable', hint: 'Wait.', closedForMs: null, probeInMs: null } as const;
    expect(await closeConnection(db, { ...closed, connection: 'shop' }, ['sync'])).toBe(true);
    expect(await closeConnection(db, { ...closed, connection: 'shop' }, ['sync'])).toBe(false);
    await closeConnection(db, { ...closed, connection: 'chat' }, ['sync']);
    expect(await openConnection(db, 'shop')).toBe(true);
    expect(await claim(db, 'L1')).toEqual([]);
    expect(await openConnection(db, 'chat')).toBe(true);
    expect(await openConnection(db, 'chat')).toBe(false);
    expect(await claim(db, 'L2')).toHaveLength(1);
  });

  it('opens a gate by itself when its time is up', async () => {
    const db = await open();
    await recordEach(db, 'sync', null, ['one']);
    await closeConnection(
      db,
      { connection: 'shop', state: 'throttled', reason: 'throttled', hint: 'Wait.', closedForMs: 600_000, probeInMs: null },
      ['sync'],
    );
    expect(await claim(db, 'L0')).toEqual([]);
    await db.query(`update connection_gate set closed_until = now() - interval '1 ms'`);
    expect(await claim(db, 'L1')).toHaveLength(1);
  });

  it('collapses a coalescing flow’s group to its newest delivery', async () => {
    const db = await open();
    await recordEach(db, 'sync', 'k', ['one', 'two', 'three', 'four']);
    await recordEach(db, 'log', 'k', ['five', 'six']);
    const rows = await claimDeliveries(db, { ...EACH, perGroup: 2, leasePrefix: 'P', coalesce: ['sync'] });
    const synced = rows.filter((row) => row.flow === 'sync');
    expect(synced).toHaveLength(1);
    expect(rows.filter((row) => row.flow === 'log')).toHaveLength(2);
    const older = await listDeliveries(db, { flow: 'sync', state: 'superseded' });
    expect(older).toHaveLength(3);
    expect(older[0]).toMatchObject({ outcome: `superseded by delivery ${synced[0]?.deliveryId}`, lease: null, attempts: 0 });
    expect(await findCounterDrift(db)).toEqual([]);
  });

  it('keeps lanes apart: a replay of a key runs beside its live group', async () => {
    const db = await open();
    await recordEach(db, 'sync', 'k', ['live']);
    await recordEach(db, 'sync', 'k', ['replay'], 1);
    expect(await claim(db, 'L1')).toMatchObject([{ lane: 0 }]);
    expect(await claim(db, 'L2', { lane: 1 })).toMatchObject([{ lane: 1 }]);
    expect(await findCounterDrift(db)).toEqual([]);
  });

  it('claims only the flow that is asked for', async () => {
    const db = await open();
    await recordEach(db, 'a', null, ['one']);
    await recordEach(db, 'b', null, ['two']);
    expect((await claim(db, 'L1', { flow: 'b' })).map((row) => row.flow)).toEqual(['b']);
  });

  // Needs two connections, which PGlite has not.
  if (kind !== 'postgres') return;

  it('passes a key by that was claimed, settled and filled again since its snapshot (ABA)', async () => {
    const db = await open();
    await recordEach(db, 'sync', 'k', ['one']);
    const late = await db.transaction(async (tx) => {
      await tx.query('select pg_advisory_xact_lock($1)', [PAUSE_LOCK]);
      const claiming = claim(pauseAfterSnapshot(db), 'LATE');
      while ((await countRows(db, 'pg_locks', "locktype = 'advisory' and not granted")) === 0);
      const begun = await claimAndBegin(db, 'L1');
      await recordEach(db, 'sync', 'k', ['two']);
      await settleGroup(db, toSettlement('L1', begun));
      return { claiming };
    });
    expect(await late.claiming).toEqual([]);
    expect(await findCounterDrift(db)).toEqual([]);
    expect(await claim(db, 'L2')).toHaveLength(1);
  });
});

const PAUSE_LOCK = 42;

/** The claim's own statement, which waits for a lock once its snapshot is taken. */
function pauseAfterSnapshot(db: Queryable): Queryable {
  const candidates = 'from open o cross join lateral';
  return {
    query: (text, values) => {
      expect(text).toContain(candidates);
      return db.query(
        text
          .replace('/* prepare: claim */', '')
          .replace(candidates, `from (select *, pg_advisory_xact_lock_shared(${PAUSE_LOCK}) from open) o cross join lateral`),
        values,
      );
    },
  };
}

async function settleEach(db: Queryable, lease: string): Promise<void> {
  const rows = await beginLease(db, lease);
  for (const row of rows) await settleGroup(db, toSettlement(lease, [row]));
}
