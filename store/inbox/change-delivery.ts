import { toStoredJson, toStoredText } from '../driver/stored-text.ts';
import type { JsonObject } from '../../model/json.ts';
import type { Queryable } from '../driver/database.ts';

/** `under_way`: a workflow has it, ask that one. */
export type Change = 'changed' | 'under_way' | 'settled' | 'missing';

/** Skips a delivery that waits. One that is handed over is skipped by an update to its workflow. */
export async function skipDelivery(db: Queryable, skip: { readonly deliveryId: string; readonly text: string }): Promise<Change> {
  const rows = await db.query(SKIP, [skip.deliveryId, toStoredText(skip.text)]);
  return rows.length > 0 ? 'changed' : explain(db, skip.deliveryId);
}

/** Ends the pause before the next attempt at a waiting delivery's key. False: there is none, or it does not wait. */
export async function endPause(db: Queryable, deliveryId: string): Promise<boolean> {
  const rows = await db.query(
    `update queue_key k set not_before = '-infinity' from delivery d
     where d.id = $1 and d.state = 0 and d.flow = k.flow and d.key = k.key and d.lane = k.lane and k.lease is null and k.not_before > now() returning 1`,
    [deliveryId],
  );
  return rows.length > 0;
}

/** Sets values for the unsent effects of a delivery that waits or is parked; added to those set before. */
export async function editDelivery(db: Queryable, edit: { readonly deliveryId: string; readonly edits: JsonObject }): Promise<Change> {
  const rows = await db.query(
    `update delivery set edits = coalesce(edits, '{}') || $2::jsonb where id = $1 and (state = 0 or (state = 1 and parked is not null)) returning 1`,
    [edit.deliveryId, toStoredJson(edit.edits)],
  );
  return rows.length > 0 ? 'changed' : explain(db, edit.deliveryId);
}

/** Like `editDelivery`, for the workflow that holds the delivery. False: the lease is lost. */
export async function saveEdits(
  db: Queryable,
  edit: { readonly lease: string; readonly deliveryId: string; readonly edits: JsonObject },
): Promise<boolean> {
  const rows = await db.query(
    `update delivery set edits = coalesce(edits, '{}') || $3::jsonb where id = $1 and lease = $2 and state = 1 returning 1`,
    [edit.deliveryId, edit.lease, toStoredJson(edit.edits)],
  );
  return rows.length > 0;
}

/** An operator's word, never ours: skips what waits for a flow that was removed, at most `limit` deliveries at once. Answers how many. */
export async function skipRemovedFlow(db: Queryable, flow: string, limit: number): Promise<number> {
  const waiting = await db.query<{ id: string }>(
    'select id::text as id from delivery where flow = $1 and state::int = 0 order by id limit $2',
    [flow, limit],
  );
  let skipped = 0;
  for (const { id } of waiting) {
    const rows = await db.query(SKIP, [
      id,
      `flow ${toStoredText(flow)} was removed from the configuration; an operator skipped what waited for it`,
    ]);
    skipped += rows.length;
  }
  return skipped;
}

/**
 * A free key's epoch goes up, so that a claim whose snapshot still shows the delivery waiting leaves the key alone. A held
 * key keeps its own, or the attempt that runs would be fenced off.
 */
const SKIP = `
with held as materialized (
  select k.flow, k.key, k.lane from queue_key k join delivery d on d.flow = k.flow and d.key = k.key and d.lane = k.lane
  where d.id = $1 and d.state = 0 for update of k),
skipped as (
  update delivery d set state = 4, outcome = $2, settled_at = now() from held h
  where d.id = $1 and d.state = 0 and d.flow = h.flow and d.key = h.key and d.lane = h.lane returning d.id),
counted as (
  update queue_key k set waiting = k.waiting - 1, epoch = case when k.lease is null then nextval('epoch') else k.epoch end from held h
  where k.flow = h.flow and k.key = h.key and k.lane = h.lane and exists (select from skipped))
select id from skipped`;

async function explain(db: Queryable, deliveryId: string): Promise<Change> {
  const [row] = await db.query<{ state: number }>('select state from delivery where id = $1', [deliveryId]);
  if (row === undefined) return 'missing';
  return row.state <= 1 ? 'under_way' : 'settled';
}
