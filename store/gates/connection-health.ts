import { toGateState } from './gate.ts';
import type { GateState } from './gate.ts';
import type { Queryable, Row } from '../driver/database.ts';

/** A connection that is closed, or that has failed since it last answered; the others have no row, or one that says nothing. */
export interface ConnectionHealth {
  readonly connection: string;
  /** null: it is open. */
  readonly closed: null | {
    readonly state: GateState;
    readonly reason: string;
    readonly hint: string;
    /** Milliseconds until it opens by itself; null: somebody or a probe must open it. */
    readonly leftMs: number | null;
  };
  /** Failures of any worker since the last success of any worker. */
  readonly inARow: number;
  /** Whether writes are among them: then only a write that succeeds ends the run, for reading may work where writing does not. */
  readonly writes: boolean;
}

/** Failures that one process has seen, with no success of its own between. */
export interface FailuresSeen {
  readonly connection: string;
  readonly count: number;
  readonly writes: boolean;
  /** Milliseconds since its own last success; null: none since it last told of failures. A run that began before it ends there. */
  readonly sinceSuccessMs: number | null;
  /** The same of writes, which end a run of writes. */
  readonly sinceWriteMs: number | null;
  /** Milliseconds: a run ends where none follows for so long. */
  readonly withinMs: number;
}

/** What is to be known of connections before one is called. */
export async function readHealth(db: Queryable): Promise<readonly ConnectionHealth[]> {
  const rows = await db.query<HealthRow>(
    `select connection, state, reason, hint, closed_until > now() as closed, in_a_row as "inARow", run_writes as writes,
       case when closed_until < '9999-01-01' then (extract(epoch from closed_until - now()) * 1000)::float8 end as "leftMs"
     from connection_gate where closed_until > now() or in_a_row > 0`,
  );
  return rows.map(({ connection, closed, state, reason, hint, leftMs, ...run }) => ({
    connection,
    closed: closed ? { state: toGateState(state), reason, hint, leftMs } : null,
    ...run,
  }));
}

/** Adds failures to the connection's run, which all workers share. Answers how long the run is, and whether the gate is closed already. */
export async function noteFailures(db: Queryable, seen: FailuresSeen): Promise<{ readonly inARow: number; readonly closed: boolean }> {
  const [row] = await db.query<{ inARow: number; closed: boolean }>(NOTE, [
    seen.connection,
    seen.count,
    seen.withinMs,
    seen.writes,
    seen.sinceSuccessMs,
    seen.sinceWriteMs,
  ]);
  return row ?? { inARow: seen.count, closed: false };
}

/** Ends the run of an open connection at which a read, or a write, has succeeded. */
export async function endFailures(db: Queryable, succeeded: { readonly connection: string; readonly write: boolean }): Promise<void> {
  await db.query(
    'update connection_gate set in_a_row = 0 where connection = $1 and closed_until <= now() and in_a_row > 0 and (not run_writes or $2::boolean)',
    [succeeded.connection, succeeded.write],
  );
}

type HealthRow = Row & {
  readonly connection: string;
  readonly state: number;
  readonly reason: string;
  readonly hint: string;
  readonly closed: boolean;
  readonly leftMs: number | null;
  readonly inARow: number;
  readonly writes: boolean;
};

/** An open connection's row says by its date that it is open: processes of the version before know no state 0. */
const NOTE = `
insert into connection_gate as c (connection, state, reason, hint, since, closed_until, failures, in_a_row, run_writes, run_at, failed_at)
values ($1, 0, '', '', now(), 'epoch', 0, $2::int, $4::boolean, now(), now())
on conflict (connection) do update set
  in_a_row = $2::int + case when ${goesOn('c')} then c.in_a_row else 0 end,
  run_writes = $4::boolean or (${goesOn('c')} and c.run_writes),
  run_at = case when ${goesOn('c')} then c.run_at else now() end,
  failed_at = now(),
  failures = c.failures + case when c.closed_until > now() then $2::int else 0 end
returning in_a_row as "inARow", closed_until > now() as closed`;

/** Whether the run that a row tells of goes on with a failure that comes now. */
function goesOn(row: string): string {
  const sinceMs = `case when ${row}.run_writes then $6::float8 else $5::float8 end`;
  return `(${row}.in_a_row > 0 and ${row}.failed_at > now() - make_interval(secs => $3::float8 / 1000)
    and coalesce(${row}.run_at > now() - make_interval(secs => (${sinceMs}) / 1000), true))`;
}
