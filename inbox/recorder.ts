import { recordEvents } from '../store/inbox/record-events.ts';
import { createGroupCommit } from '../store/group-commit.ts';
import type { Queryable } from '../store/driver/database.ts';
import type { RecordedRow, RecordRow } from '../store/inbox/record-events.ts';
import type { GroupCommit } from '../store/group-commit.ts';

/** NOTIFY channel that tells other replicas of new deliveries: a hint, they also poll. */
export const INBOX_CHANNEL = 'deskbridge_inbox';

const NOTIFY_EVERY_MS = 200;
/** While the store works on one commit, the next one is received. */
const COMMITS_AT_ONCE = 2;
const LEAST_BESIDE = 16;
/** What a row costs beside its body and its facts. */
const ROW_OVERHEAD_BYTES = 512;
/** Bytes of one commit, which is to be over well within a sender's time; a larger event is committed alone. */
const MAX_COMMIT_BYTES = 8 * 1024 * 1024;
const DEFAULT_LIMITS = { maxRows: 256, maxQueuedRows: 5_000, maxQueuedBytes: 64 * 1024 * 1024 } as const;

/** Bounds of the queue before the store, and of the wait for it. */
export interface RecorderLimits {
  /** Events of one commit at most; default 256. */
  readonly maxRows: number;
  /** Default 5,000. */
  readonly maxQueuedRows: number;
  /** Default 64 MiB. */
  readonly maxQueuedBytes: number;
  /** Milliseconds of one commit; left out: what the store grants a statement. Less than what was promised to those who wait. */
  readonly commitMs: number;
}

/** What the recorder works with. */
export interface RecorderSettings {
  readonly db: Queryable;
  /** Milliseconds since 1970: when an event without a time of its own was received. */
  readonly now: () => number;
  /** Called after each commit that made deliveries, with the flows they are for. */
  readonly onRecorded?: (flows: ReadonlySet<string>) => void;
  readonly limits?: Partial<RecorderLimits>;
  /** Whether other processes share the store and want a hint; default true. */
  readonly shared?: boolean;
}

/** Puts events into the inbox. */
export interface Recorder {
  /**
   * Resolves when every row is on disk. Rejects with QueueFull, StoreUnavailable (the outcome is unknown; recording again
   * is harmless), or the error of a row that cannot be stored; the others of the call are stored then.
   */
  record(rows: readonly RecordRow[]): Promise<readonly RecordedRow[]>;
  /** Events that wait for their commit. */
  depth(): number;
  /** Resolves when everything is recorded and no hint is due. */
  drain(): Promise<void>;
}

/** Builds the recorder: concurrent requests share one commit. */
export function createRecorder(settings: RecorderSettings): Recorder {
  const notifier = createNotifier(settings.db);
  const { commitMs, ...limits } = settings.limits ?? {};
  const patience = commitMs === undefined ? {} : { limitMs: commitMs };
  const commits: GroupCommit<RecordRow, RecordedRow> = createGroupCommit({
    maxBatchBytes: MAX_COMMIT_BYTES,
    ...DEFAULT_LIMITS,
    ...limits,
    ...patience,
    sizeOf: (row: RecordRow) => row.raw.length + (row.facts?.length ?? 0) + ROW_OVERHEAD_BYTES,
    beside: { commits: COMMITS_AT_ONCE, leastRows: LEAST_BESIDE, keysOf },
    commit: async (batch: readonly RecordRow[]) => {
      const recorded = await recordEvents(settings.db, batch, patience);
      const flows = new Set(
        batch.flatMap((row, index) => (recorded[index]?.fresh === true ? row.deliveries.map((delivery) => delivery.flow) : [])),
      );
      if (flows.size > 0) {
        settings.onRecorded?.(flows);
        if (settings.shared ?? true) notifier.hint();
      }
      return recorded;
    },
  });
  return {
    record: (rows) => Promise.all(rows.map((row) => commits.add({ ...row, receivedAt: row.receivedAt ?? new Date(settings.now()) }))),
    depth: () => commits.depth(),
    drain: async () => {
      await commits.drain();
      await notifier.drain();
    },
  };
}

/** Events of one key, and copies of one event, are recorded in the order in which they came. */
function keysOf({ connection, dedupe, deliveries }: RecordRow): readonly string[] {
  const keys = deliveries.flatMap(({ flow, key }) => (key === null ? [] : [`${flow}\n${key}`]));
  return [...keys, `${connection}\n${dedupe.toString('latin1')}`];
}

/** Sends at most one NOTIFY every few milliseconds. */
function createNotifier(db: Queryable): { hint(): void; drain(): Promise<void> } {
  let due: Promise<void> | null = null;

  async function send(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, NOTIFY_EVERY_MS));
    due = null;
    // Only a hint: whoever misses it polls.
    await db.query('select pg_notify($1, $2)', [INBOX_CHANNEL, '']).catch(() => undefined);
  }

  return {
    hint: () => {
      due ??= send();
    },
    drain: async () => {
      await due;
    },
  };
}
