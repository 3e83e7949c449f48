import { createHash } from 'node:crypto';
import { beginLease } from '../../store/inbox/begin.ts';
import { claimGroups } from '../../store/inbox/claim.ts';
import { recordEvents } from '../../store/inbox/record-events.ts';
import type { BegunRow } from '../../store/inbox/begin.ts';
import type { ClaimedRow, GroupClaim } from '../../store/inbox/claim.ts';
import type { Queryable } from '../../store/driver/database.ts';
import type { RecordRow } from '../../store/inbox/record-events.ts';
import type { GroupSettlement } from '../../store/inbox/settle.ts';

/** A row to record; `name` makes its dedupe hash. */
export function toRow(name: string, overrides: Partial<RecordRow> = {}): RecordRow {
  return {
    connection: 'shop',
    dedupe: createHash('sha256').update(name).digest(),
    topic: 'order.changed',
    record: 'order:1',
    raw: Buffer.from(`{"name":"${name}"}`),
    deliveries: [{ flow: 'sync', key: 'order:1', lane: 0 }],
    ...overrides,
  };
}

/** A row for one delivery of this flow and key. */
export function toRowFor(name: string, flow: string, key: string | null, lane: 0 | 1 = 0): RecordRow {
  return toRow(name, { deliveries: [{ flow, key, lane }] });
}

/** Records one delivery for each name, in order, each in a commit of its own. */
export async function recordEach(
  db: Queryable,
  flow: string,
  key: string | null,
  names: readonly string[],
  lane: 0 | 1 = 0,
): Promise<void> {
  for (const name of names) await recordEvents(db, [toRowFor(name, flow, key, lane)]);
}

/** Claims with limits that rarely matter. */
export async function claim(db: Queryable, lease: string, overrides: Partial<GroupClaim> = {}): Promise<readonly ClaimedRow[]> {
  return claimGroups(db, { lease, kind: 'delivery', lane: 0, groups: 64, perGroup: 100, owner: 'test', ttlMs: 60_000, ...overrides });
}

/** Claims and begins; the first row tells the group's epoch. */
export async function claimAndBegin(db: Queryable, lease: string, overrides: Partial<GroupClaim> = {}): Promise<readonly BegunRow[]> {
  await claim(db, lease, overrides);
  return beginLease(db, lease);
}

/** Settles the group of the first row: all done, freed; overrides say otherwise. */
export function toSettlement(lease: string, rows: readonly BegunRow[], overrides: Partial<GroupSettlement> = {}): GroupSettlement {
  const [first] = rows;
  if (first === undefined) throw new Error('Nothing was begun; expected a group to settle.');
  const { flow, key, lane, epoch } = first;
  const mine = rows.filter((row) => row.flow === flow && row.key === key && row.lane === lane);
  return {
    lease,
    flow,
    key,
    lane,
    epoch,
    finished: mine.map((row) => ({ deliveryId: row.deliveryId, state: 'done', text: 'done' })),
    then: 'free',
    notBeforeMs: 0,
    reason: null,
    parked: null,
    retrying: false,
    ...overrides,
  };
}

/** Counts the rows of a table that meet a condition. */
export async function countRows(db: Queryable, table: string, condition = 'true'): Promise<number> {
  const [row] = await db.query<{ n: number }>(`select count(*)::int as n from ${table} where ${condition}`);
  return row?.n ?? 0;
}
