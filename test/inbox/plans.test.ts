import { expect, it } from 'vitest';
import { beginLease } from '../../store/inbox/begin.ts';
import { claimDeliveries } from '../../store/inbox/claim.ts';
import { settleEffects, writeIntents } from '../../store/effects/effect.ts';
import { markStarted, openLeases } from '../../store/inbox/lease.ts';
import { refillLease } from '../../store/inbox/refill.ts';
import { recordEvents } from '../../store/inbox/record-events.ts';
import { countRunning } from '../../store/inbox/running.ts';
import { settleGroups } from '../../store/inbox/settle.ts';
import { describeOnEachDatabase } from '../helpers/databases.ts';
import { claim, claimAndBegin, toRowFor, toSettlement } from '../helpers/inbox.ts';
import type { Database, Queryable } from '../../store/driver/database.ts';
import type { Refilled } from '../../store/inbox/refill.ts';
import type { BegunRow } from '../../store/inbox/begin.ts';

const AT_ONCE = 16;
/** PostgreSQL keeps to one plan for a prepared statement from its sixth run on. */
const RUNS_UNTIL_PLANNED = 8;
const MANY = 1_500;
/** More than a flow's credit. */
const MANY_PARKED = 320;
let counter = 0;

describeOnEachDatabase('what a statement reads', (open) => {
  it('does not grow with what waits and what is done, whenever it was planned', async () => {
    const db = await open();
    for (let run = 0; run < RUNS_UNTIL_PLANNED; run += 1) await claim(db, 'none', { kind: 'batch' });
    for (let run = 0; run < RUNS_UNTIL_PLANNED; run += 1) await passThrough(db);
    const few = await readRows(db, passThrough);
    await record(db, MANY);
    expect(await readRows(db, passThrough)).toBeLessThanOrEqual(few);
  });

  it('does not grow either where the planner counted rows while nothing waited', async () => {
    const db = await open();
    for (let run = 0; run < MANY / AT_ONCE; run += 1) await passThrough(db);
    await db.query('analyze');
    for (let run = 0; run < RUNS_UNTIL_PLANNED; run += 1) await passThrough(db);
    const few = await readRows(db, passThrough);
    await record(db, MANY);
    expect(await readRows(db, passThrough)).toBeLessThanOrEqual(few);
  });

  it('does not grow with what waits for a person: a look of the dispatcher, and what it finds', async () => {
    const db = await open();
    for (let run = 0; run < RUNS_UNTIL_PLANNED; run += 1) await lookAndPass(db);
    const few = await readRows(db, lookAndPass);
    for (let parked = 0; parked < MANY_PARKED; parked += AT_ONCE) await park(db);
    expect(await readRows(db, lookAndPass)).toBeLessThanOrEqual(few);
  });
});

/** Some events, the whole way, as the dispatcher and the reaper look at what runs meanwhile. */
async function lookAndPass(db: Queryable): Promise<void> {
  await countRunning(db, 30_000);
  await openLeases(db, { olderThanMs: 0, limit: 100, parked: false });
  await passThrough(db);
}

/** Some events, each in a group of its own that is parked. */
async function park(db: Queryable): Promise<void> {
  await record(db, AT_ONCE);
  const prefix = `P${(counter += 1)}`;
  const limits = { lane: 0, groups: AT_ONCE, perGroup: 100, owner: 'test', ttlMs: 0 };
  const leases = new Set((await claimDeliveries(db, { ...limits, leasePrefix: prefix })).map(({ lease }) => lease));
  expect(leases.size).toBe(AT_ONCE);
  for (const lease of leases) {
    const rows = await beginLease(db, lease);
    await settleGroups(db, [toSettlement(lease, rows, { finished: [], then: 'hold', parked: { code: 'invalid' } })]);
  }
}

/** Some events, the whole way. */
async function passThrough(db: Queryable): Promise<void> {
  await record(db, AT_ONCE);
  const lease = `L${(counter += 1)}`;
  const claimed = await claimAndBegin(db, lease, { kind: 'batch', groups: AT_ONCE / 2 });
  const begun = [...claimed, ...(await refill(db, lease)).rows];
  expect(begun).toHaveLength(AT_ONCE);
  await markStarted(db, lease, lease);
  await writeIntents(
    db,
    begun.map((row) => toIntent(row, lease)),
  );
  const settled = begun.map((row) => ({
    intent: row.deliveryId,
    epoch: row.epoch,
    state: 'done' as const,
    remoteId: row.deliveryId,
    result: null,
  }));
  expect(await settleEffects(db, settled)).not.toContain(false);
  const groups = await settleGroups(
    db,
    begun.map((row) => toSettlement(lease, [row])),
  );
  expect(groups.every(({ held }) => held)).toBe(true);
}

function refill(db: Queryable, lease: string): Promise<Refilled> {
  const batch = { lease, flow: 'sync', lane: 0, workflowId: lease, owner: 'test', coalesce: false };
  return refillLease(db, { ...batch, groups: AT_ONCE / 2, perGroup: 100, deliveries: 1000, ttlMs: 60_000, tendMs: 0 });
}

async function record(db: Queryable, count: number): Promise<void> {
  for (let done = 0; done < count; done += AT_ONCE) {
    const rows = Array.from({ length: AT_ONCE }, () => toRowFor(`event ${(counter += 1)}`, 'sync', null));
    await recordEvents(db, rows);
  }
}

function toIntent(row: BegunRow, lease: string): Parameters<typeof writeIntents>[1][number] {
  const { flow, key, lane, epoch, eventId, deliveryId } = row;
  const effect = {
    connection: 'desk',
    kind: 'note',
    target: `conversation:${deliveryId}`,
    class: 'keyed' as const,
    mark: 'm',
    textHash: null,
  };
  return { flow, key, lane, lease, epoch, eventId, intent: deliveryId, ...effect, fingerprint: 'f', sendForMs: 10_000 };
}

/** Rows of tables that the work read, by whichever way. */
async function readRows(db: Database, work: (tx: Queryable) => Promise<void>): Promise<number> {
  return db.transaction(async (tx) => {
    const before = await countReads(tx);
    await work(tx);
    return (await countReads(tx)) - before;
  });
}

/** As PostgreSQL counts them for its session: more than the transaction's own, less what it has reported. */
async function countReads(tx: Queryable): Promise<number> {
  const [row] = await tx.query<{ n: number }>(
    'select coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0)::int as n from pg_stat_xact_user_tables',
  );
  return row?.n ?? 0;
}
