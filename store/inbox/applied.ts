import type { Queryable } from '../driver/database.ts';

/** A version of a record, as a flow has applied it. Versions compare as text, byte by byte: ISO times, padded numbers. */
export interface AppliedVersion {
  readonly flow: string;
  readonly record: string;
  readonly version: string;
}

/** Notes that a flow applied this version of a record. False: it had applied a newer one; nothing was changed. */
export async function noteApplied(db: Queryable, applied: AppliedVersion): Promise<boolean> {
  const rows = await db.query(
    `insert into applied as a (flow, record, version) values ($1, $2, $3)
     on conflict (flow, record) do update set version = excluded.version where a.version collate "C" <= excluded.version returning 1`,
    [applied.flow, applied.record, applied.version],
  );
  return rows.length > 0;
}

/** The newest version that a flow has applied of a record; null: none. */
export async function findApplied(db: Queryable, flow: string, record: string): Promise<string | null> {
  const [row] = await db.query<{ version: string }>('select version from applied where flow = $1 and record = $2', [flow, record]);
  return row?.version ?? null;
}
