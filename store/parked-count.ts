import type { Queryable } from './database.ts';

/** How many deliveries are parked for the same cause at the same connection. */
export async function countParked(db: Queryable, cause: { readonly connection: string; readonly code: string }): Promise<number> {
  const [row] = await db.query<{ count: number }>(
    `select count(*)::int as count from delivery where parked is not null and parked->>'connection' = $1 and parked->>'code' = $2`,
    [cause.connection, cause.code],
  );
  return row?.count ?? 0;
}
