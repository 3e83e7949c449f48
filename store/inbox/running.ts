import type { Queryable } from '../driver/database.ts';

/** Leases of one flow whose workflows are still at it. */
export type Running = {
  readonly flow: string;
  /** `delivery` leases handed over lately; older ones are stuck or rest between two tries, and no load. */
  readonly deliveries: number;
  readonly batches: number;
};

/**
 * How much is under way right now, flow by flow; deliveries count for `freshMs` after they were handed over. What waits for a person is
 * left out, and not read: there may be thousands of those.
 */
export async function countRunning(db: Queryable, freshMs: number): Promise<readonly Running[]> {
  return db.query<Running>(
    `select flow, count(*) filter (where kind = 'delivery' and created_at > now() - make_interval(secs => $1::float8 / 1000))::int as deliveries,
       count(*) filter (where kind = 'batch')::int as batches
     from lease where open and not parked and kind <> 'run' group by flow`,
    [freshMs],
  );
}
