import { QueueFull } from '../store/group-commit.ts';
import { StoreUnavailable } from '../store/driver/database.ts';
import { isBadRow } from '../store/driver/sql-failure.ts';
import { TimeLimitExceeded, withTimeLimit } from './time-limit.ts';
import type { Log, ReceiverLimits, RecordedRow, RecordRow, Stores } from './ports.ts';

/** Milliseconds between two looks at a store that is down. */
const PROBE_EVERY_MS = 500;
/** Milliseconds a probe may take. */
const PROBE_MS = 1_000;

/** Where rows ended up. */
export type Recorded =
  | { readonly kind: 'stored'; readonly rows: readonly RecordedRow[] }
  /** Taken by the fallback; whether they are new is not known yet. */
  | { readonly kind: 'intake' }
  | { readonly kind: 'full' }
  | { readonly kind: 'nowhere'; readonly reason: string };

/** Puts rows where they survive, within the limits' time whatever is down. */
export interface Recording {
  record(rows: readonly RecordRow[]): Promise<Recorded>;
  isStoreDown(): boolean;
  /** Stops looking at the store. */
  stop(): void;
}

/**
 * Records in the store, or in the fallback where the store does not take the rows, whatever its reason: only rows that no store could
 * take reject. After a failure the store is left alone until a probe succeeds, so that only the first requests of an outage wait for it.
 */
export function createRecording(stores: Stores, limits: Pick<ReceiverLimits, 'recordMs' | 'fallbackMs'>, log: Log): Recording {
  let down = false;
  let timer: NodeJS.Timeout | undefined = undefined;

  const look = async (): Promise<void> => {
    try {
      await withTimeLimit('probe of the store', PROBE_MS, stores.probeStore());
      down = false;
      log.info({}, 'the store can be written again');
    } catch {
      lookLater();
    }
  };
  const lookLater = (): void => {
    timer = setTimeout(() => void look(), PROBE_EVERY_MS);
    timer.unref();
  };
  const markDown = (error: unknown): void => {
    if (down) return;
    down = true;
    log.error({ cause: nameOf(error), err: messageOf(error) }, 'the store is down; requests go to the fallback until a probe succeeds');
    lookLater();
  };

  /** A queue that is full, and a mistake of ours, are no outage: the next request tries the store again. */
  const recordDespite = async (error: unknown, rows: readonly RecordRow[]): Promise<Recorded> => {
    const isFull = error instanceof QueueFull;
    if (!isFull && isStoreDown(error)) markDown(error);
    const recorded = await recordElsewhere(stores, rows, limits.fallbackMs);
    if (isFull) return recorded.kind === 'nowhere' ? { kind: 'full' } : recorded;
    if (isStoreDown(error)) return recorded;
    if (recorded.kind === 'nowhere') throw error;
    log.error({ cause: nameOf(error) }, 'an event could not be recorded, a mistake of ours; it went to the fallback');
    return recorded;
  };

  return {
    async record(rows) {
      if (down) return recordElsewhere(stores, rows, limits.fallbackMs);
      try {
        return { kind: 'stored', rows: await withTimeLimit('recording', limits.recordMs, stores.record(rows)) };
      } catch (error) {
        if (isBadRow(error)) throw error;
        return recordDespite(error, rows);
      }
    },
    isStoreDown: () => down,
    stop: () => clearTimeout(timer),
  };
}

/** Whether an error means that the store could not do its work, rather than that it refused the values. */
export function isStoreDown(error: unknown): boolean {
  return error instanceof TimeLimitExceeded || error instanceof StoreUnavailable;
}

async function recordElsewhere(stores: Stores, rows: readonly RecordRow[], limitMs: number): Promise<Recorded> {
  if (!stores.fallback) return { kind: 'nowhere', reason: 'store_down' };
  try {
    await withTimeLimit('the fallback', limitMs, stores.fallback(rows));
    return { kind: 'intake' };
  } catch (error) {
    if (nameOf(error) === 'TooLargeForIntake') return { kind: 'nowhere', reason: 'store_down_too_large_for_fallback' };
    return { kind: 'nowhere', reason: error instanceof TimeLimitExceeded ? 'store_down_fallback_slow' : 'store_and_fallback_down' };
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown';
}

/** Only of errors that are ours: others may quote what was received. */
function messageOf(error: unknown): string | null {
  return isStoreDown(error) && error instanceof Error ? error.message : null;
}
