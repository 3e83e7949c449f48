import { expect, it } from 'vitest';
import { findCounterDrift } from '../../store/inbox/counter-drift.ts';
import { listDeliveries } from '../../store/inbox/query-deliveries.ts';
import { makeReplay, planReplay } from '../../store/inbox/replay.ts';
import {
  eraseBodies,
  reclaimSpace,
  sweepBodies,
  sweepEvents,
  sweepKeys,
  sweepLeases,
  sweepParkedRequests,
} from '../../store/inbox/retention.ts';
import { recordEvents } from '../../store/inbox/record-events.ts';
import { settleGroup } from '../../store/inbox/settle.ts';
import { parkRequest } from '../../store/inbox/parked-requests.ts';
import { describeOnEachDatabase } from '../helpers/databases.ts';
import { claim, claimAndBegin, countRows, recordEach, toRow, toSettlement } from '../helpers/inbox.ts';
import type { Database } from '../../store/driver/database.ts';

async function settleAll(db: Database, lease: string, lane: 0 | 1): Promise<number> {
  const rows = await claimAndBegin(db, lease, { lane });
  for (const row of rows) await settleGroup(db, toSettlement(lease, [row]));
  return rows.length;
}

describeOnEachDatabase('a replay', (open) => {
  it('is planned by flow: what would run, what is under way, what has no body', async () => {
    const db = await open();
    await recordEach(db, 'sync', null, ['one', 'two']);
    await settleAll(db, 'L1', 0);
    await recordEach(db, 'sync', null, ['three']);
    const [newest] = await listDeliveries(db, { state: 'done' });
    await eraseBodies(db, [newest?.eventId ?? '']);
    expect(await planReplay(db, { flow: 'sync' })).toEqual([{ flow: 'sync', replayable: 2, underWay: 1, withoutBody: 1 }]);
    expect(await planReplay(db, { flow: 'other' })).toEqual([]);
  });

  it('runs on its own lane with the same generation, so that effects done are not repeated', async () => {
    const db = await open();
    await recordEach(db, 'sync', 'k', ['one', 'two']);
    await settleGroup(db, toSettlement('L1', await claimAndBegin(db, 'L1')));
    await recordEach(db, 'sync', 'k', ['three']);
    expect(await makeReplay(db, { flow: 'sync' }, { again: false })).toEqual({ made: 2 });
    const rows = await claimAndBegin(db, 'L2', { lane: 1 });
    expect(rows.map((row) => [row.lane, row.generation, row.key])).toEqual([
      [1, 0, 'k'],
      [1, 0, 'k'],
    ]);
    expect((await listDeliveries(db, { lane: 1 })).every((one) => one.replayOf !== null)).toBe(true);
    expect(await findCounterDrift(db)).toEqual([]);
  });

  it('can be asked for again when it is over, and makes nothing new while it is under way', async () => {
    const db = await open();
    await recordEach(db, 'sync', null, ['one', 'two']);
    await settleAll(db, 'L1', 0);
    expect(await makeReplay(db, {}, { again: false })).toEqual({ made: 2 });
    expect(await makeReplay(db, {}, { again: false })).toEqual({ made: 0 });
    expect(await settleAll(db, 'L2', 1)).toBe(2);
    expect(await makeReplay(db, {}, { again: false })).toEqual({ made: 2 });
    expect(await settleAll(db, 'L3', 1)).toBe(2);
    expect(await countRows(db, 'delivery')).toBe(4);
    expect(await findCounterDrift(db)).toEqual([]);
  });

  it('asked to do all again takes a new generation each time', async () => {
    const db = await open();
    await recordEach(db, 'sync', null, ['one']);
    await settleAll(db, 'L1', 0);
    expect(await makeReplay(db, {}, { again: true })).toEqual({ made: 1 });
    expect(await claimAndBegin(db, 'L2', { lane: 1 })).toMatchObject([{ generation: 1 }]);
    expect(await makeReplay(db, {}, { again: true })).toEqual({ made: 0 });
  });

  it('of more than one chunk makes each delivery once', async () => {
    const db = await open();
    const rows = Array.from({ length: 1_200 }, (_unused, n) => toRow(`event ${n}`, { deliveries: [{ flow: 'sync', key: null, lane: 0 }] }));
    await recordEvents(db, rows);
    await db.query('update delivery set state = 2');
    await db.query('update queue_key set waiting = 0');
    expect(await makeReplay(db, { since: new Date(0) }, { again: false })).toEqual({ made: 1_200 });
    expect(await countRows(db, 'delivery', 'lane = 1 and state = 0')).toBe(1_200);
    expect(await findCounterDrift(db)).toEqual([]);
  });

  it('takes only what its filter names', async () => {
    const db = await open();
    await recordEach(db, 'a', null, ['one']);
    await recordEach(db, 'b', null, ['two']);
    await settleAll(db, 'L1', 0);
    await settleAll(db, 'L2', 0);
    expect(await makeReplay(db, { flow: 'a', state: 'done' }, { again: false })).toEqual({ made: 1 });
    expect((await listDeliveries(db, { lane: 1 })).map((one) => one.flow)).toEqual(['a']);
  });
});

describeOnEachDatabase('retention', (open, kind) => {
  const LONG_AGO = new Date(Date.now() - 100 * 24 * 60 * 60 * 1_000);

  it('never removes a body or an event that a delivery waits or runs for', async () => {
    const db = await open();
    const old = { receivedAt: LONG_AGO, deliveries: [{ flow: 'sync', key: null, lane: 0 as const }] };
    await recordEvents(
      db,
      ['done', 'handed', 'waiting'].map((name) => toRow(name, old)),
    );
    await settleGroup(db, toSettlement('L1', await claimAndBegin(db, 'L1', { groups: 1 })));
    await claim(db, 'L2', { groups: 1 });
    await recordEvents(db, [toRow('young')]);
    expect(await sweepBodies(db, { olderThanDays: 30 })).toBe(1);
    expect(await sweepEvents(db, { olderThanDays: 60 })).toBe(1);
    expect(await countRows(db, 'body')).toBe(3);
    expect(await countRows(db, 'event')).toBe(3);
    expect(await countRows(db, 'delivery')).toBe(3);
    expect(await findCounterDrift(db)).toEqual([]);
  });

  it('goes in chunks until nothing is left', async () => {
    const db = await open();
    await recordEvents(
      db,
      Array.from({ length: 5 }, (_unused, n) => toRow(`event ${n}`, { receivedAt: LONG_AGO, deliveries: [] })),
    );
    const swept = [];
    for (let n = 0; n < 4; n += 1) swept.push(await sweepEvents(db, { olderThanDays: 30, chunk: 2 }));
    expect(swept).toEqual([2, 2, 1, 0]);
  });

  it('keeps hashes for at least 30 days', async () => {
    const db = await open();
    await expect(sweepEvents(db, { olderThanDays: 29 })).rejects.toThrow(/at least 30/);
  });

  it('removes idle keys, and only those', async () => {
    const db = await open();
    await recordEach(db, 'sync', null, ['one', 'two', 'three']);
    await settleGroup(db, toSettlement('L1', await claimAndBegin(db, 'L1', { groups: 1 })));
    await claim(db, 'L2', { groups: 1 });
    expect(await sweepKeys(db)).toBe(1);
    expect(await countRows(db, 'queue_key')).toBe(2);
    expect(await findCounterDrift(db)).toEqual([]);
  });

  it('removes closed leases and parked requests of old, and only those', async () => {
    const db = await open();
    await recordEach(db, 'sync', null, ['one', 'two']);
    await settleGroup(db, toSettlement('L1', await claimAndBegin(db, 'L1', { groups: 1 })));
    await claim(db, 'L2', { groups: 1 });
    await parkRequest(db, { connection: 'shop', problem: 'not JSON', raw: Buffer.from('x') });
    await db.query("update lease set created_at = now() - interval '9 days'");
    expect(await sweepLeases(db, { olderThanDays: 7 })).toBe(1);
    expect(await sweepParkedRequests(db, { olderThanDays: 7 })).toBe(0);
    await db.query("update parked_request set received_at = now() - interval '9 days'");
    expect(await sweepParkedRequests(db, { olderThanDays: 7 })).toBe(1);
    expect(await countRows(db, 'lease', 'open')).toBe(1);
  });

  if (kind === 'pglite')
    it('makes the space of what was removed usable again, where no autovacuum does', async () => {
      const db = await open();
      const size = async (): Promise<number> =>
        (await db.query<{ bytes: number }>("select pg_relation_size('event')::int as bytes"))[0]?.bytes ?? 0;
      const sizes: number[] = [];
      for (let round = 0; round < 3; round += 1) {
        await recordEvents(
          db,
          Array.from({ length: 400 }, (_unused, n) => toRow(`round ${round}, event ${n}`, { receivedAt: LONG_AGO, deliveries: [] })),
        );
        expect(await sweepEvents(db, { olderThanDays: 30 })).toBe(400);
        await reclaimSpace(db);
        sizes.push(await size());
      }
      expect(Math.max(...sizes.slice(1))).toBeLessThanOrEqual(sizes[0] ?? 0);
    });
});
