import { toStoredText } from '../driver/stored-text.ts';
import type { Queryable, Row } from '../driver/database.ts';

/** Numbers in column `connection_gate.state`, which are ranks too: a closing never takes the place of one of a higher rank. 0: open. */
export const GATE_STATES = { down: 1, throttled: 2, unauthorized: 3, operator: 4 } as const;
/** Stands for "until somebody opens it": a date that every driver can read. */
const UNTIL_OPENED = '9999-12-31T00:00:00Z';
/** An outage that is back this soon after a probe opened the gate is the same outage: no other alarm, and probes stay rare. */
const RELAPSE_MS = 60_000;
const LONGEST_RELAPSE_PROBE_MS = 30_000;

export type GateState = keyof typeof GATE_STATES;

/** Why a connection takes no calls for now. Times are durations: the store adds them to its own clock. */
export interface ClosedConnection {
  readonly connection: string;
  readonly state: GateState;
  readonly reason: string;
  /** What a person can do about it. */
  readonly hint: string;
  /** Milliseconds; null: until somebody opens it. */
  readonly closedForMs: number | null;
  /** Milliseconds until it is tried; null: not by ourselves. */
  readonly probeInMs: number | null;
}

/** A closed connection as it is kept; dates are those of the store's clock. */
export interface ConnectionGate {
  readonly connection: string;
  readonly state: GateState;
  readonly reason: string;
  readonly hint: string;
  readonly since: Date;
  /** null: until somebody opens it. */
  readonly closedUntil: Date | null;
  /** null: it is not tried by ourselves. */
  readonly probeAt: Date | null;
  /** How often it failed since it was closed, the closing included. */
  readonly failures: number;
}

/**
 * Closes a connection and with it the queues of the flows that need it: those named here, and those known to. Where it is closed
 * already by a higher rank it only counts; by the same it keeps `since`, and the later of both ends. True: raise the alarm, for it
 * was open, or was closed by a lower rank.
 */
export async function closeConnection(db: Queryable, closed: ClosedConnection, flows: readonly string[]): Promise<boolean> {
  const rows = await db.query<{ failures: number }>(CLOSE, [
    closed.connection,
    GATE_STATES[closed.state],
    toStoredText(closed.reason),
    toStoredText(closed.hint),
    closed.closedForMs,
    closed.probeInMs,
    [...new Set(flows)],
  ]);
  return rows[0]?.failures === 1;
}

/** Opens a connection, whoever closed it; the queues it held go on, unless another connection of theirs is closed. True: it was closed. */
export async function openConnection(db: Queryable, connection: string): Promise<boolean> {
  const rows = await db.query<{ closed: boolean }>(
    'delete from connection_gate where connection = $1 returning closed_until > now() as closed',
    [connection],
  );
  return rows[0]?.closed ?? false;
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

/** The closed connections. */
export async function listConnectionGates(db: Queryable): Promise<readonly ConnectionGate[]> {
  const rows = await db.query<StoredGate>(
    `select connection, state, reason, hint, since, nullif(closed_until, $1::timestamptz) as "closedUntil", failures, probe_at as "probeAt"
     from connection_gate where closed_until > now() order by connection`,
    [UNTIL_OPENED],
  );
  return rows.map((row) => ({ ...row, state: toGateState(row.state) }));
}

/** The name of a number in column `state`. */
export function toGateState(state: number): GateState {
  return STATE_NAMES[state] ?? 'down';
}

type StoredGate = Row & Omit<ConnectionGate, 'state'> & { readonly state: number };

const STATE_NAMES: readonly (GateState | undefined)[] = [undefined, 'down', 'throttled', 'unauthorized', 'operator'];

/** `failures` is 1 where the alarm is to be raised; a lower rank than the one in force changes nothing but the count. */
const CLOSE = `
with closed as (
  insert into connection_gate as c (connection, state, reason, hint, since, closed_until, failures, probe_at)
  values ($1, $2::smallint, $3, $4, now(), coalesce(now() + make_interval(secs => $5::float8 / 1000), '${UNTIL_OPENED}'), 1,
    now() + make_interval(secs => $6::float8 / 1000))
  on conflict (connection) do update set state = excluded.state, reason = excluded.reason, hint = excluded.hint,
    closed_until = case when c.state = excluded.state then greatest(c.closed_until, excluded.closed_until) else excluded.closed_until end,
    probe_at = case when c.state = excluded.state then greatest(c.probe_at, excluded.probe_at)
      when ${relapsed('c')} then greatest(excluded.probe_at, now() + least(now() - c.since, interval '${LONGEST_RELAPSE_PROBE_MS} milliseconds'))
      else excluded.probe_at end,
    failures = case when (c.closed_until > now() and c.state = excluded.state) or ${relapsed('c')} then c.failures + 1 else 1 end,
    since = case when c.closed_until > now() or ${relapsed('c')} then c.since else now() end
  where c.closed_until <= now() or c.state <= excluded.state
  returning failures),
counted as (
  update connection_gate set failures = failures + 1 where connection = $1 and not exists (select from closed)),
needing as (
  insert into gate as g (flow, lane, needs)
  select flow, lane, array[$1::text] from unnest($7::text[]) as flow cross join unnest(array[0, 1]::smallint[]) as lane
  where not exists (select from gate k where k.flow = flow and k.lane = lane and k.needs @> array[$1::text]) order by flow, lane
  on conflict (flow, lane) do update set needs = g.needs || excluded.needs where not g.needs @> excluded.needs)
select failures from closed`;

/** Whether an outage is back soon after a probe ended it. */
function relapsed(row: string): string {
  return `(${row}.state = 0 and excluded.state = ${GATE_STATES.down} and coalesce(${row}.opened_at > now() - interval '${RELAPSE_MS} milliseconds', false))`;
}
