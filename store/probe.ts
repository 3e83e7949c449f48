import type { Queryable } from './database.ts';

/** A closed connection whose time to be tried again has come. */
export type DueProbe = {
  readonly connection: string;
  /** How long it has been closed. */
  readonly closedForMs: number;
};

/** Takes the probes that are due, each by one process: it is due again after `leaseMs`, should that process die. */
export async function claimProbes(db: Queryable, { leaseMs }: { readonly leaseMs: number }): Promise<readonly DueProbe[]> {
  return db.query<DueProbe>(
    `update connection_gate set probe_at = now() + make_interval(secs => $1::float8 / 1000), failures = failures + 1
     where probe_at <= now() returning connection, (extract(epoch from now() - since) * 1000)::float8 as "closedForMs"`,
    [leaseMs],
  );
}

/** Notes when a connection that still does not answer is tried again. */
export async function postponeProbe(
  db: Queryable,
  { connection, forMs }: { readonly connection: string; readonly forMs: number },
): Promise<void> {
  await db.query('update connection_gate set probe_at = now() + make_interval(secs => $2::float8 / 1000) where connection = $1', [
    connection,
    forMs,
  ]);
}
