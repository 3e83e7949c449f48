import type { Database, Queryable, StatementOptions } from '../driver/database.ts';

const FEWEST_EVENT_DAYS = 30;
const CHUNK_ROWS = 2_000;
/** Sweeps look for what is old where no index helps, at tables of any size; nobody waits for them. */
const SWEEP: StatementOptions = { limitMs: 2 * 60 * 1000 };
const VACUUM: StatementOptions = { limitMs: 15 * 60 * 1000 };

/** One chunk: at most so many rows are removed (default 2,000). Call again until the answer is 0. */
export interface SweepSettings {
  readonly olderThanDays: number;
  readonly chunk?: number;
}

/** Removes bodies of events received longer ago, but none that a delivery still waits or runs for. Answers how many. */
export async function sweepBodies(db: Queryable, settings: SweepSettings): Promise<number> {
  const rows = await db.query(
    `delete from body where event_id in (
       select b.event_id from body b join event e on e.id = b.event_id
       where e.received_at < now() - make_interval(days => $1::int)
         and not exists (select from delivery d where d.event_id = b.event_id and d.state < 2)
       order by b.event_id limit $2) returning 1`,
    [settings.olderThanDays, settings.chunk ?? CHUNK_ROWS],
    SWEEP,
  );
  return rows.length;
}

/**
 * Removes events with their bodies and deliveries, but none of which a delivery waits or runs. Answers how many events.
 * Throws RangeError below 30 days: their hashes are what duplicates are known by.
 */
export async function sweepEvents(db: Database, settings: SweepSettings): Promise<number> {
  if (settings.olderThanDays < FEWEST_EVENT_DAYS) {
    throw new RangeError(
      `Events can't be removed after ${settings.olderThanDays} days; expected at least ${FEWEST_EVENT_DAYS}, for senders repeat events for that long. Set a longer retention.`,
    );
  }
  return db.transaction(async (tx) => {
    const old = await tx.query<{ id: string }>(LOCK_OLD, [settings.olderThanDays, settings.chunk ?? CHUNK_ROWS]);
    // A statement of its own: its snapshot shows a replay that was made before the rows were locked.
    const rows = await tx.query(REMOVE, [old.map((row) => row.id)]);
    return rows.length;
  }, SWEEP);
}

/** Removes keys of the queue that nothing waits for and nothing holds. Answers how many. */
export async function sweepKeys(db: Queryable, chunk: number = CHUNK_ROWS): Promise<number> {
  const rows = await db.query(
    `delete from queue_key k using (
       select flow, key, lane from queue_key where waiting = 0 and lease is null limit $1 for update skip locked) idle
     where k.flow = idle.flow and k.key = idle.key and k.lane = idle.lane and k.waiting = 0 and k.lease is null returning 1`,
    [chunk],
    SWEEP,
  );
  return rows.length;
}

/** Removes closed leases made longer ago. Answers how many. */
export async function sweepLeases(db: Queryable, settings: SweepSettings): Promise<number> {
  const rows = await db.query(
    `delete from lease where id in (
       select id from lease where not open and created_at < now() - make_interval(days => $1::int) limit $2) returning 1`,
    [settings.olderThanDays, settings.chunk ?? CHUNK_ROWS],
    SWEEP,
  );
  return rows.length;
}

/** Removes parked requests received longer ago. Answers how many. */
export async function sweepParkedRequests(db: Queryable, settings: SweepSettings): Promise<number> {
  const rows = await db.query(
    `delete from parked_request where id in (
       select id from parked_request where received_at < now() - make_interval(days => $1::int) order by id limit $2) returning 1`,
    [settings.olderThanDays, settings.chunk ?? CHUNK_ROWS],
    SWEEP,
  );
  return rows.length;
}

/** Makes the space of removed rows usable again where nobody else does: PostgreSQL does it by itself, PGlite has no autovacuum. */
export async function reclaimSpace(db: Database): Promise<void> {
  if (db.kind === 'pglite') await db.query('vacuum', [], VACUUM);
}

/** Erases the bodies of these events, whatever their state; their hashes stay, so that they are not taken in again. Answers how many. */
export async function eraseBodies(db: Queryable, eventIds: readonly string[]): Promise<number> {
  const rows = await db.query('delete from body where event_id = any($1::bigint[]) returning 1', [[...eventIds]], SWEEP);
  return rows.length;
}

const LOCK_OLD = `
select e.id::text as id from event e
where e.received_at < now() - make_interval(days => $1::int)
  and not exists (select from delivery d where d.event_id = e.id and d.state < 2)
order by e.id limit $2 for update of e skip locked`;

const REMOVE = `
with idle as materialized (
  select id from unnest($1::bigint[]) as old (id) where not exists (select from delivery d where d.event_id = old.id and d.state < 2)),
bodies as (delete from body where event_id in (select id from idle)),
deliveries as (delete from delivery where event_id in (select id from idle))
delete from event where id in (select id from idle) returning 1`;
