import { GATE_STATES, toGateState } from './gate.ts';
import type { GateState } from './gate.ts';
import type { Queryable, Row } from '../driver/database.ts';

/** A closed connection whose time to be tried again has come. */
export interface DueProbe {
  readonly connection: string;
  readonly state: GateState;
  /** How long it has been closed. */
  readonly closedForMs: number;
  /** Proof of being the probe that is out: void once the gate was closed anew, by whomever. */
  readonly ticket: string;
}

/**
 * Takes the probes of these connections that are due, each by one process: it is due again after `leaseMs`, should that process die.
 * What a process does not know it leaves to others.
 */
export async function claimProbes(
  db: Queryable,
  { connections, leaseMs }: { readonly connections: readonly string[]; readonly leaseMs: number },
): Promise<readonly DueProbe[]> {
  const rows = await db.query<Row & Omit<DueProbe, 'state'> & { readonly state: number }>(
    `update connection_gate set probe_at = now() + make_interval(secs => $1::float8 / 1000), failures = failures + 1
     where probe_at <= now() and connection = any($2::text[])
     returning connection, state, (extract(epoch from now() - since) * 1000)::float8 as "closedForMs", probe_at::text as ticket`,
    [leaseMs, connections],
  );
  return rows.map((row) => ({ ...row, state: toGateState(row.state) }));
}

/**
 * Opens a connection that its probe found working; the queues it held go on, unless another connection of theirs is closed. False: it was
 * closed anew or opened while the probe was out, for instance by an operator: nothing is changed.
 */
export async function openProbed(db: Queryable, probe: Pick<DueProbe, 'connection' | 'ticket'>): Promise<boolean> {
  const rows = await db.query(
    `update connection_gate set opened_at = case when state = ${GATE_STATES.down} then now() end,
       state = 0, closed_until = 'epoch', probe_at = null, in_a_row = 0
     where connection = $1 and probe_at = $2::timestamptz returning 1`,
    [probe.connection, probe.ticket],
  );
  return rows.length > 0;
}

/** Notes when a connection that still does not answer is tried again; nothing where it was closed anew or opened meanwhile. */
export async function postponeProbe(
  db: Queryable,
  probe: Pick<DueProbe, 'connection' | 'ticket'> & { readonly forMs: number },
): Promise<void> {
  await db.query(
    'update connection_gate set probe_at = now() + make_interval(secs => $3::float8 / 1000) where connection = $1 and probe_at = $2::timestamptz',
    [probe.connection, probe.ticket, probe.forMs],
  );
}
