import { expect, it } from 'vitest';
import { findCounterDrift, repairUnderWay } from '../../store/inbox/counter-drift.ts';
import { setCredit } from '../../store/gates/gate.ts';
import { releaseLease } from '../../store/inbox/lease.ts';
import { listQueues } from '../../store/inbox/query-queues.ts';
import { countRunning } from '../../store/inbox/running.ts';
import { recordEvents } from '../../store/inbox/record-events.ts';
import { settleGroup } from '../../store/inbox/settle.ts';
import { beginLease } from '../../store/inbox/begin.ts';
import { describeOnEachDatabase } from '../helpers/databases.ts';
import { claim, claimAndBegin, recordEach, toRowFor, toSettlement } from '../helpers/inbox.ts';
import type { Database } from '../../store/driver/database.ts';
import type { GroupSettlement } from '../../store/inbox/settle.ts';

const FLOW = 'sync';
const PARK = { finished: [], then: 'hold', parked: { code: 'invalid' }, retrying: true } as const;
/** More than any flow's credit, and than the default. */
const MANY = 300;

describeOnEachDatabase('a parked group', (open) => {
  it('does not use up its flow’s credit: other keys go on, as many as the credit says', async () => {
    const db = await open();
    await setCredit(db, FLOW, 0, 1);
    for (const key of ['a', 'b']) await park(db, key);
    await recordEach(db, FLOW, 'c', ['c']);
    await recordEach(db, FLOW, 'd', ['d']);
    expect((await claim(db, 'running')).map((row) => row.key)).toEqual(['c']);
    expect(await claim(db, 'one too many')).toEqual([]);
    expect(await listQueues(db)).toMatchObject([{ underWay: 1, parked: 2 }]);
    expect(await findCounterDrift(db)).toEqual([]);
  });

  it('does not use up the default credit either, however many there are', async () => {
    const db = await open();
    await recordEvents(
      db,
      Array.from({ length: MANY }, (_unused, n) => toRowFor(`event ${n}`, FLOW, `k${n}`)),
    );
    for (let lease = 0; lease * 64 < MANY; lease += 1) {
      const rows = await claimAndBegin(db, `L${lease}`);
      for (const row of rows) await settleGroup(db, toSettlement(`L${lease}`, [row], PARK));
    }
    await recordEach(db, FLOW, 'fresh', ['fresh']);
    expect(await claim(db, 'fresh')).toHaveLength(1);
    expect(await findCounterDrift(db)).toEqual([]);
  });

  it('still holds its key', async () => {
    const db = await open();
    await park(db, 'a');
    await recordEach(db, FLOW, 'a', ['later']);
    expect(await claim(db, 'L2')).toEqual([]);
  });

  it.each<[string, (db: Database) => Promise<unknown>]>([
    ['is retried', (db) => settleAgain(db, 'a', { finished: [], retrying: true })],
    ['is skipped', (db) => settleAgain(db, 'a', {})],
    ['parks again', (db) => settleAgain(db, 'a', PARK)],
    ['is given back by the reaper', (db) => releaseLease(db, 'a', { reason: 'its workflow failed' })],
    ['is terminated', (db) => releaseLease(db, 'a', { reason: 'by hand', state: 'terminated' })],
  ])('that %s is not counted out a second time', async (_what, end) => {
    const db = await open();
    await setCredit(db, FLOW, 0, 2);
    await park(db, 'a');
    await recordEach(db, FLOW, 'b', ['b']);
    await claim(db, 'b');
    await end(db);
    expect(await listQueues(db)).toMatchObject([{ underWay: 1 }]);
    expect(await findCounterDrift(db)).toEqual([]);
    await claim(db, 'again', { flow: FLOW });
    expect(await findCounterDrift(db)).toEqual([]);
  });

  it('is no load, however lately it was parked: what decides between step by step and batches leaves it out', async () => {
    const db = await open();
    await park(db, 'a');
    await recordEach(db, FLOW, 'b', ['b']);
    await claim(db, 'b');
    expect(await countRunning(db, 30_000)).toEqual([{ flow: FLOW, deliveries: 1, batches: 0 }]);
  });
});

/** Records one delivery of the key, hands it over under a lease of the key's name, and parks it. */
async function park(db: Database, key: string): Promise<void> {
  await recordEach(db, FLOW, key, [`parked ${key}`]);
  const rows = await claimAndBegin(db, key);
  expect(await settleGroup(db, toSettlement(key, rows, PARK))).toMatchObject({ held: true });
}

async function settleAgain(db: Database, lease: string, how: Partial<GroupSettlement>): Promise<void> {
  const rows = await beginLease(db, lease);
  expect(await settleGroup(db, toSettlement(lease, rows, how))).toMatchObject({ held: true });
}

describeOnEachDatabase('the count of groups under way', (open) => {
  it('is put right after a release ran that freed parked keys as if they were counted', async () => {
    const db = await open();
    await park(db, 'a');
    await recordEach(db, FLOW, 'b', ['b']);
    await claim(db, 'b');
    // What the release before this one did when it freed a key.
    await db.query(`update queue_key set lease = null where key = 'a'`);
    await db.query('update gate set under_way = under_way - 1');
    expect(await repairUnderWay(db)).toEqual([{ flow: FLOW, lane: 0 }]);
    expect(await listQueues(db)).toMatchObject([{ underWay: 1 }]);
    expect(await repairUnderWay(db)).toEqual([]);
  });

  it('is put right once by two replicas at the same moment, while others count', async () => {
    const db = await open();
    await recordEvents(
      db,
      Array.from({ length: 20 }, (_unused, n) => toRowFor(`event ${n}`, FLOW, `k${n}`)),
    );
    await db.query('insert into gate (flow, lane, under_way) values ($1, 0, 7)', [FLOW]);
    const claims = Array.from({ length: 10 }, (_unused, n) => claim(db, `L${n}`, { groups: 1 }));
    await Promise.all([repairUnderWay(db), ...claims, repairUnderWay(db)]);
    expect((await findCounterDrift(db)).filter(({ counter }) => counter === 'gate.under_way')).toEqual([]);
  });
});
