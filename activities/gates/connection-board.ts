import { readHealth } from '../../store/gates/connection-health.ts';
import type { ConnectionHealth } from '../../store/gates/connection-health.ts';
import type { Database } from '../../store/driver/database.ts';
import type { GateState } from '../../store/gates/gate.ts';

const FRESH_MS = 500;

/** A gate as it is closed right now, by this process's clock. */
export interface ClosedGate {
  readonly connection: string;
  readonly state: GateState;
  readonly reason: string;
  readonly hint: string;
  /** Milliseconds until it opens by itself; null: somebody or a probe must open it. */
  readonly leftMs: number | null;
}

/** What the store says of connections, read at most twice a second however many steps ask. */
export interface ConnectionBoard {
  /** Reads where what is known is too old. Throws what the store throws. */
  refresh(): Promise<void>;
  /** The next refresh reads. */
  expire(): void;
  /** null: open, as far as is known. */
  closedGate(connection: string): ClosedGate | null;
  /** Whether a success, of a read or of a write, ends a run of failures, by the last reading; false until the next one after `forgetRun`. */
  endsRun(connection: string, write: boolean): boolean;
  forgetRun(connection: string): void;
}

/** Makes a board. `nowMs` tells the time in milliseconds, from any origin. */
export function createConnectionBoard(db: Database, nowMs: () => number): ConnectionBoard {
  let known: ReadonlyMap<string, ConnectionHealth> = new Map();
  let forgotten = new Set<string>();
  let reading: Promise<void> | null = null;
  let readAtMs: number | null = null;

  const read = async (): Promise<void> => {
    const atMs = nowMs();
    known = new Map((await readHealth(db)).map((one) => [one.connection, one]));
    forgotten = new Set();
    readAtMs = atMs;
  };
  return {
    async refresh() {
      if (readAtMs !== null && nowMs() - readAtMs < FRESH_MS) return;
      reading ??= read().finally(() => {
        reading = null;
      });
      await reading;
    },
    expire() {
      readAtMs = null;
    },
    closedGate(connection) {
      const closed = known.get(connection)?.closed ?? null;
      if (closed === null || readAtMs === null) return null;
      const leftMs = closed.leftMs === null ? null : closed.leftMs - (nowMs() - readAtMs);
      return leftMs !== null && leftMs <= 0 ? null : { ...closed, connection, leftMs };
    },
    endsRun(connection, write) {
      const health = known.get(connection);
      return health !== undefined && health.inARow > 0 && (write || !health.writes) && !forgotten.has(connection);
    },
    forgetRun: (connection) => void forgotten.add(connection),
  };
}
