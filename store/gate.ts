import { toStoredText } from './stored-text.ts';
import type { Queryable, Row } from './database.ts';

/** Numbers in column `connection_gate.state`. */
export const GATE_STATES = { down: 1, throttled: 2, unauthorized: 3, attention: 4 } as const;
/** Stands for "until somebody opens it": a date that every driver can read. */
const UNTIL_OPENED = '9999-12-31T00:00:00Z';

export type GateState = keyof typeof GATE_STATES;

/** Why a connection takes no calls for now. */
export interface ClosedConnection {
  readonly connection: string;
  readonly state: GateState;
  readonly reason: string;
  /** What a person can do about it. */
  readonly hint: string;
  /** null: until somebody opens it. */
  readonly closedUntil: Date | null;
  /** When to try it next; null: not by ourselves. */
  readonly probeAt: Date | null;
}

/** A closed connection as it is kept. */
export interface ConnectionGate extends ClosedConnection {
  readonly since: Date;
  /** How often it failed since it was closed, the closing included. */
  readonly failures: number;
}

/**
 * Closes a connection and with it the queues of the flows that need it: they stay closed until each of their connections
 * is open. Closing again keeps `since` and counts. True: it was open before, so raise the alarm.
 */
export async function closeConnection(db: Queryable, closed: ClosedConnection, flows: readonly string[]): Promise<boolean> {
  const rows = await db.query<{ failures: number }>(CLOSE, [
    closed.connection,
    GATE_STATES[closed.state],
    toStoredText(closed.reason),
    toStoredText(closed.hint),
    closed.closedUntil?.toISOString() ?? UNTIL_OPENED,
    closed.probeAt?.toISOString() ?? null,
    [...new Set(flows)],
  ]);
  return rows[0]?.failures === 1;
}

/** Opens a connection; the queues it held closed go on, unless another connection of theirs is closed. True: it was closed. */
export async function openConnection(db: Queryable, connection: string): Promise<boolean> {
  const rows = await db.query<{ opened: boolean }>(OPEN, [connection]);
  return rows[0]?.opened ?? false;
}

/**
 * An operator's word: stops (or lets go on) the hand-over of a flow's deliveries, in every lane; what is under way goes on. It outlasts
 * restarts, and wins over what the configuration file says (`applyFlows`).
 */
export async function pauseFlow(db: Queryable, flow: string, paused: boolean): Promise<void> {
  await db.query(
    `insert into gate as g (flow, lane, paused, said_paused)
     select $1, lane, $2::boolean, case when $2::boolean then true end from unnest(array[0, 1]::smallint[]) as lane order by lane
     on conflict (flow, lane) do update set paused = excluded.paused,
       said_paused = case when excluded.paused then true when g.file_paused then false end`,
    [flow, paused],
  );
}

/** Sets how many groups of a flow may be under way at once in a lane; 0 stops it. */
export async function setCredit(db: Queryable, flow: string, lane: number, credit: number): Promise<void> {
  await db.query(
    'insert into gate (flow, lane, credit) values ($1, $2, $3) on conflict (flow, lane) do update set credit = excluded.credit',
    [flow, lane, credit],
  );
}

/** The closed connections; `dueOnly`: those whose probe is due. */
export async function listConnectionGates(db: Queryable, options: { readonly dueOnly?: boolean } = {}): Promise<readonly ConnectionGate[]> {
  const rows = await db.query<StoredGate>(
    `select connection, state, reason, hint, since, nullif(closed_until, $2::timestamptz) as "closedUntil", failures, probe_at as "probeAt"
     from connection_gate where not $1::boolean or probe_at <= now() order by connection`,
    [options.dueOnly ?? false, UNTIL_OPENED],
  );
  return rows.map((row) => ({ ...row, state: STATE_NAMES[row.state] ?? 'down' }));
}

type StoredGate = Row & Omit<ConnectionGate, 'state'> & { readonly state: number };

const STATE_NAMES: readonly (GateState | undefined)[] = [undefined, 'down', 'throttled', 'unauthorized', 'attention'];

const CLOSE = `
with closed as (
  insert into connection_gate as c (connection, state, reason, hint, since, closed_until, failures, probe_at)
  values ($1, $2::smallint, $3, $4, now(), $5::timestamptz, 1, $6::timestamptz)
  on conflict (connection) do update set state = excluded.state, reason = excluded.reason, hint = excluded.hint,
    closed_until = excluded.closed_until, probe_at = excluded.probe_at,
    failures = case when c.closed_until <= now() then 1 else c.failures + 1 end,
    since = case when c.closed_until <= now() then now() else c.since end
  returning failures),
gates as (
  insert into gate as g (flow, lane, closed_until, closed_by)
  select flow, lane, $5::timestamptz, jsonb_build_object($1::text, $5::text)
  from unnest($7::text[]) as flow cross join unnest(array[0, 1]::smallint[]) as lane order by flow, lane
  on conflict (flow, lane) do update set closed_by = g.closed_by || excluded.closed_by,
    closed_until = (select max(value::timestamptz) from jsonb_each_text(g.closed_by || excluded.closed_by)))
select failures from closed`;

const OPEN = `
with opened as (delete from connection_gate where connection = $1 returning connection),
mine as materialized (select flow, lane from gate where closed_by ? $1::text order by flow, lane for update),
gates as (
  update gate g set closed_by = g.closed_by - $1::text,
    closed_until = coalesce((select max(value::timestamptz) from jsonb_each_text(g.closed_by - $1::text)), '-infinity')
  from mine m where g.flow = m.flow and g.lane = m.lane)
select exists (select from opened) as opened`;
