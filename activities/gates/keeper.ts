import { performance } from 'node:perf_hooks';
import { ConnectorError } from '../../connectors/call/errors.ts';
import { StepError } from '../../model/step-failure.ts';
import { addNeed, closeFlow } from '../../store/gates/flow-gate.ts';
import { closeConnection } from '../../store/gates/gate.ts';
import { countParked } from '../../store/gates/parked-count.ts';
import { createConnectionBoard } from './connection-board.ts';
import { LONGEST_WAIT_MS } from '../failure.ts';
import { createOutageWatch } from './outage-watch.ts';
import type { CallOutcome } from '../../connectors/call/http.ts';
import type { StepFailure } from '../../model/step-failure.ts';
import type { Database } from '../../store/driver/database.ts';
import type { GateState } from '../../store/gates/gate.ts';
import type { ClosedGate } from './connection-board.ts';

const PROBE_IN_MS = 2000;
/** So many of a flow parked for one cause within this time, and the flow is to blame and not its deliveries. */
const MOST_PARKED = 10;
const PARKED_WITHIN_MS = 3_600_000;
/** Causes that every further delivery of the flow would meet as well. Other flows of the connection may not: they name other records. */
const FLOW_WIDE: readonly string[] = ['forbidden', 'unsupported', 'missing_ability', 'not_found_by_name'];

/** Keeps groups away from connections that cannot serve them, and finds out which those are. */
export interface GateKeeper {
  /** Throws StepError `gate` while the gate of the connection that this flow's step calls is closed. */
  check(call: { readonly connection: string; readonly flow: string; readonly step: string }): Promise<void>;
  /** A call to a connection has ended. Returns at once and never throws. */
  note(connection: string, outcome: CallOutcome): void;
  /**
   * A step or a probe failed; closes the gate where that says more than that this one call failed. Answers the failure it ends with.
   * Never throws: what failed is told, whether or not our own store answers.
   */
  failed(error: unknown, failure: StepFailure): Promise<StepFailure>;
  /** A delivery of the flow was parked; many with one cause close the flow until a person opens it. Never throws. */
  parked(flow: string, failure: StepFailure): Promise<void>;
}

/** What the gate keeper works with. */
export interface GateKeeperDeps {
  readonly db: Database;
  /** The configured flows that call a connection. */
  flowsOf(connection: string): readonly string[];
  readonly log: { warn(fields: object, message: string): void };
  /** Milliseconds from any origin. */
  nowMs?(): number;
}

/** Makes a gate keeper, one a process. What it counts, it counts in the store, with those of the other processes. */
export function createGateKeeper(deps: GateKeeperDeps): GateKeeper {
  const { db, log } = deps;
  const nowMs = deps.nowMs ?? ((): number => performance.now());
  const board = createConnectionBoard(db, nowMs);
  const close = async (connection: string, state: GateState, why: Pick<StepFailure, 'code' | 'hint' | 'retryAfterMs'>): Promise<void> => {
    const { code: reason, hint, retryAfterMs } = why;
    const closedForMs = state === 'throttled' ? retryAfterMs : null;
    const probeInMs = Math.max(PROBE_IN_MS, retryAfterMs ?? 0);
    const isNews = await closeConnection(db, { connection, state, reason, hint, closedForMs, probeInMs }, deps.flowsOf(connection));
    if (isNews) log.warn({ connection, state, reason, hint }, `the gate of ${connection} is closed`);
    board.expire();
  };
  const watch = createOutageWatch({
    db,
    board,
    nowMs,
    onOutage: ({ data: { connection, code, hint, retry } }) =>
      close(connection, 'down', { code, hint, retryAfterMs: retry.kind === 'after' ? retry.ms : null }),
  });
  /** Whether a gate is closed, by this failure or by those before it. */
  const closes = async (error: ConnectorError, failure: StepFailure): Promise<boolean> => {
    const { connection, code, retry } = error.data;
    const isThrottled = code === 'throttled' && (failure.retryAfterMs ?? 0) > LONGEST_WAIT_MS;
    if (retry.kind !== 'reauth' && !isThrottled) return watch.isOutage(error);
    await close(connection, isThrottled ? 'throttled' : 'unauthorized', failure);
    return true;
  };
  /** The keeper's own trouble with the store must not stand in for what happened. */
  const orElse = async <T>(work: () => Promise<T>, otherwise: T, what: string): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      log.warn({ err: error instanceof Error ? `${error.name}: ${error.message}` : 'unknown' }, `${what}; the next failure tries again`);
      return otherwise;
    }
  };

  return {
    async check({ connection, flow, step }) {
      await board.refresh();
      const gate = board.closedGate(connection);
      if (gate === null) return;
      await orElse(
        () => addNeed(db, flow, connection),
        undefined,
        `the queue of flow ${flow} could not be told that ${connection} is closed`,
      );
      throw new StepError(toGateFailure(gate, step));
    },
    note: (connection, outcome) => watch.note(connection, outcome),
    async failed(error, failure) {
      if (!(error instanceof ConnectorError)) return failure;
      const isClosed = await orElse(() => closes(error, failure), false, `the gate of ${error.data.connection} could not be closed`);
      return isClosed ? { ...failure, kind: 'gate' } : failure;
    },
    async parked(flow, failure) {
      const { connection, code, hint } = failure;
      if (connection === null || !FLOW_WIDE.includes(code)) return;
      const judgeFlow = async (): Promise<void> => {
        if ((await countParked(db, { flow, connection, code, withinMs: PARKED_WITHIN_MS })) < MOST_PARKED) return;
        if (await closeFlow(db, flow, { code, connection, hint }))
          log.warn(
            { flow, connection, reason: code, hint },
            `the gate of flow ${flow} is closed: ${MOST_PARKED} of its deliveries are parked for one cause`,
          );
      };
      await orElse(judgeFlow, undefined, `the gate of flow ${flow} could not be judged`);
    },
  };
}

function toGateFailure(gate: ClosedGate, step: string): StepFailure {
  return {
    code: `gate_${gate.state}`,
    kind: 'gate',
    message: `The gate of connection ${gate.connection} is closed (${gate.state}: ${gate.reason}).`,
    hint: `${gate.hint} ${gate.state === 'operator' ? '' : 'It is tried again by itself; '}deskbridge connection resume ${gate.connection} opens it by hand.`,
    step,
    connection: gate.connection,
    retryAfterMs: gate.leftMs,
  };
}
