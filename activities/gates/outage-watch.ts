import { endFailures, noteFailures } from '../../store/gates/connection-health.ts';
import type { ConnectorError } from '../../connectors/call/errors.ts';
import type { ConnectorErrorCode } from '../../model/step-codes.ts';
import type { CallOutcome } from '../../connectors/call/http.ts';
import type { Database } from '../../store/driver/database.ts';
import type { ConnectionBoard } from './connection-board.ts';

/** Failures in a row of all workers, with no success of any between, after which a connection counts as down. */
const OUTAGE_FAILURES = 5;
/** Failures that are further apart are no run. */
const WITHIN_MS = 600_000;
/** What a connection that is down says, or does not. */
const DOWN: readonly ConnectorErrorCode[] = ['unavailable', 'timeout', 'network'];
/** Refusals of one call by a system that works. */
const WORKS: readonly ConnectorErrorCode[] = ['not_found', 'conflict', 'invalid'];

/**
 * Counts how the calls to each connection end, across workers: failures in the store, as they come; successes only where the store
 * knows of failures, so that a connection that works costs no statement.
 */
export interface OutageWatch {
  /** A call has ended. Returns at once and never throws. */
  note(connection: string, outcome: CallOutcome): void;
  /** Whether a failed call is one of an outage: by now the gate is closed. Throws what the store throws. */
  isOutage(error: ConnectorError): Promise<boolean>;
}

/** What the watch works with. */
export interface OutageWatchDeps {
  readonly db: Database;
  readonly board: ConnectionBoard;
  /** So many calls have failed in a row, this one the last, that the connection is to be closed. */
  onOutage(error: ConnectorError): Promise<void>;
  /** Milliseconds from any origin. */
  nowMs(): number;
}

/** What this process has seen of a connection. */
interface Tally {
  /** Failures that the store does not know yet, and whether writes are among them. */
  failures: number;
  writes: boolean;
  /** Its last successes; null: none since the failures that the store knows. */
  successMs: number | null;
  writeMs: number | null;
  /** The statement that will take those failures along. */
  next: Promise<boolean> | null;
  /** The one before it: one at a time, however many calls fail at once. */
  busy: Promise<unknown>;
}

/** Makes a watch. */
export function createOutageWatch({ db, board, onOutage, nowMs }: OutageWatchDeps): OutageWatch {
  const tallies = new Map<string, Tally>();
  const noted = new WeakMap<ConnectorError, Promise<boolean>>();
  const tallyOf = (connection: string): Tally => {
    const tally = tallies.get(connection) ?? toTally();
    tallies.set(connection, tally);
    return tally;
  };
  const flush = async (error: ConnectorError, tally: Tally): Promise<boolean> => {
    await tally.busy;
    const { failures: count, writes, successMs, writeMs } = tally;
    Object.assign(tally, { ...toTally(), busy: tally.busy });
    // A success has come between: it was no run.
    if (count === 0) return false;
    const { connection } = error.data;
    const since = (atMs: number | null): number | null => (atMs === null ? null : nowMs() - atMs);
    const seen = { connection, count, writes, sinceSuccessMs: since(successMs), sinceWriteMs: since(writeMs), withinMs: WITHIN_MS };
    const noting = noteFailures(db, seen).then(async ({ inARow, closed }) => {
      if (!closed && inARow >= OUTAGE_FAILURES) await onOutage(error);
      return closed || inARow >= OUTAGE_FAILURES;
    });
    tally.busy = noting.catch(() => undefined);
    return noting;
  };
  const failed = (error: ConnectorError, write: boolean): Promise<boolean> => {
    const tally = tallyOf(error.data.connection);
    tally.failures += 1;
    tally.writes ||= write;
    tally.next ??= flush(error, tally);
    // Whoever wants to know asks; the others need not hear that the store was away.
    tally.next.catch(() => undefined);
    noted.set(error, tally.next);
    return tally.next;
  };
  const answered = (connection: string, write: boolean): void => {
    const tally = tallyOf(connection);
    tally.successMs = nowMs();
    if (write) tally.writeMs = tally.successMs;
    if (write || !tally.writes) Object.assign(tally, { failures: 0, writes: false });
    if (!board.endsRun(connection, write)) return;
    board.forgetRun(connection);
    endFailures(db, { connection, write }).catch(() => undefined);
  };

  return {
    note(connection, { error, write }) {
      if (error === null || WORKS.includes(error.data.code)) answered(connection, write);
      else if (DOWN.includes(error.data.code)) void failed(error, write);
    },
    async isOutage(error) {
      if (!DOWN.includes(error.data.code)) return false;
      return noted.get(error) ?? failed(error, !error.data.operation.startsWith('GET '));
    },
  };
}

function toTally(): Tally {
  return { failures: 0, writes: false, successMs: null, writeMs: null, next: null, busy: Promise.resolve() };
}
