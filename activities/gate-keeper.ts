import { ConnectorError } from '../connectors/errors.ts';
import { StepError } from '../flows/steps.ts';
import { countParked } from '../store/parked-count.ts';
import { closeConnection, listConnectionGates } from '../store/gate.ts';
import { LONGEST_WAIT_MS } from './failure.ts';
import type { ConnectorErrorCode } from '../connectors/errors.ts';
import type { ConnectionGate, GateState } from '../store/gate.ts';
import type { Database } from '../store/database.ts';
import type { StepFailure } from '../flows/steps.ts';

const FRESH_MS = 500;
/** Failures in a row, with no success between, after which a connection counts as down. */
const OUTAGE_FAILURES = 5;
const PROBE_AFTER_MS = 2000;
/** Parked deliveries with one cause, from which on the connection is to blame and not the deliveries. */
const MOST_PARKED = 10;
/** Causes that every further delivery would meet as well. */
const CONNECTION_WIDE: readonly string[] = ['forbidden', 'unsupported', 'missing_ability', 'not_found_by_name'];
const DOWN: readonly ConnectorErrorCode[] = ['unavailable', 'timeout', 'network'];

/** Keeps groups away from connections that cannot serve them, and finds out which those are. */
export interface GateKeeper {
  /** Throws StepError `gate` while the connection's gate is closed. */
  check(connection: string, step: string): Promise<void>;
  /** A call went through. */
  succeeded(connection: string): void;
  /** A call failed; closes the gate where that means more than this one call. Answers the failure the step ends with. */
  failed(error: unknown, failure: StepFailure): Promise<StepFailure>;
  /** A delivery was parked; many with one cause that lies in the connection close its gate until a person opens it. */
  parked(failure: StepFailure): Promise<void>;
}

/** What the gate keeper works with. */
export interface GateKeeperDeps {
  readonly db: Database;
  /** The configured flows that call a connection. */
  flowsOf(connection: string): readonly string[];
  readonly log: { warn(fields: object, message: string): void };
  now?(): number;
}

/** Makes a gate keeper; one a process, so that failures in a row are seen across groups. */
export function createGateKeeper(deps: GateKeeperDeps): GateKeeper {
  const now = deps.now ?? Date.now;
  const inARow = new Map<string, number>();
  let known: ReadonlyMap<string, ConnectionGate> = new Map();
  let reading: Promise<void> | null = null;
  let readAtMs = 0;

  const refresh = async (): Promise<void> => {
    if (now() - readAtMs < FRESH_MS) return;
    reading ??= listConnectionGates(deps.db).then((gates) => {
      known = new Map(gates.map((gate) => [gate.connection, gate]));
      readAtMs = now();
    });
    try {
      await reading;
    } finally {
      reading = null;
    }
  };
  const close = async (connection: string, state: GateState, failure: StepFailure, closedForMs: number | null): Promise<void> => {
    const closedUntil = closedForMs === null ? null : new Date(now() + closedForMs);
    const probeAt = state === 'attention' ? null : new Date(now() + (closedForMs ?? PROBE_AFTER_MS));
    const { code: reason, hint } = failure;
    const first = await closeConnection(deps.db, { connection, state, reason, hint, closedUntil, probeAt }, deps.flowsOf(connection));
    if (first) deps.log.warn({ connection, state, reason, hint }, `the gate of ${connection} is closed`);
    readAtMs = 0;
    // A late failure of before must not close what a probe has opened meanwhile.
    inARow.delete(connection);
  };

  return {
    async check(connection, step) {
      await refresh();
      const gate = known.get(connection);
      if (gate === undefined || !isClosed(gate, now())) return;
      throw new StepError(toGateFailure(gate, step, now()));
    },
    succeeded(connection) {
      inARow.delete(connection);
    },
    async failed(error, failure) {
      if (!(error instanceof ConnectorError)) return failure;
      const { connection, code, retry } = error.data;
      if (retry.kind === 'reauth') {
        await close(connection, 'unauthorized', failure, null);
        return { ...failure, kind: 'gate' };
      }
      if (code === 'throttled' && failure.retryAfterMs !== null && failure.retryAfterMs > LONGEST_WAIT_MS) {
        await close(connection, 'throttled', failure, failure.retryAfterMs);
        return { ...failure, kind: 'gate' };
      }
      if (!DOWN.includes(code)) return failure;
      const count = (inARow.get(connection) ?? 0) + 1;
      inARow.set(connection, count);
      if (count < OUTAGE_FAILURES) return failure;
      await close(connection, 'down', failure, null);
      return { ...failure, kind: 'gate' };
    },
    async parked(failure) {
      const { connection, code } = failure;
      if (connection === null || !CONNECTION_WIDE.includes(code)) return;
      if ((await countParked(deps.db, { connection, code })) >= MOST_PARKED) await close(connection, 'attention', failure, null);
    },
  };
}

function isClosed(gate: ConnectionGate, nowMs: number): boolean {
  return gate.closedUntil === null || gate.closedUntil.getTime() > nowMs;
}

function toGateFailure(gate: ConnectionGate, step: string, nowMs: number): StepFailure {
  return {
    code: `gate_${gate.state}`,
    kind: 'gate',
    message: `The gate of connection ${gate.connection} is closed (${gate.state}: ${gate.reason}).`,
    hint: `${gate.hint} It is tried again by itself; deskbridge connection resume ${gate.connection} opens it by hand.`,
    step,
    connection: gate.connection,
    retryAfterMs: gate.closedUntil === null ? null : Math.max(0, gate.closedUntil.getTime() - nowMs),
  };
}
