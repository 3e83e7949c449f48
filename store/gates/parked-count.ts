import type { Queryable } from '../driver/database.ts';

/** A cause for which deliveries of a flow are parked. */
export interface ParkedCause {
  readonly flow: string;
  readonly connection: string;
  readonly code: string;
  /** Milliseconds: those that were handed over longer ago are left out. */
  readonly withinMs: number;
}

/** How many deliveries of the flow were parked for this cause lately, and still are. */
export async function countParked(db: Queryable, cause: ParkedCause): Promise<number> {
  const [row] = await db.query<{ count: number }>(
    `select count(*)::int as count from delivery d join lease l on l.id = d.lease
     where d.flow = $1 and d.parked is not null and d.parked->>'connection' = $2 and d.parked->>'code' = $3
       and l.created_at > now() - make_interval(secs => $4::float8 / 1000)`,
    [cause.flow, cause.connection, cause.code, cause.withinMs],
  );
  return row?.count ?? 0;
}
