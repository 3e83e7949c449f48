import { withTimeLimit } from './time-limit.ts';

/** How a reading is shared. */
export interface SharedReadingOptions {
  /** What is read, for the error of a reading that takes too long. */
  readonly what: string;
  /** Milliseconds for which an outcome, a failure as well, is given to everybody who asks. */
  readonly keptMs: number;
  /** Milliseconds after which those who wait are told that it failed. */
  readonly withinMs: number;
  /** Milliseconds that never go back. */
  clock(): number;
}

/** Milliseconds after which a reading that neither succeeds nor fails is given up, and another may begin. */
const ABANDONED_MS = 30_000;

/**
 * Makes one reading serve all who ask meanwhile and for a while after, so that asking more often costs nothing more. While one hangs no
 * other is begun; its time-out is what everybody hears.
 */
export function shareReading<T>(read: () => Promise<T>, options: SharedReadingOptions): () => Promise<T> {
  let latest: { readonly at: number; readonly outcome: Promise<T>; readonly progress: { underWay: boolean } } | undefined = undefined;
  const begin = (): Promise<T> => {
    const progress = { underWay: true };
    const reading = read().finally(() => (progress.underWay = false));
    latest = { at: options.clock(), outcome: withTimeLimit(options.what, options.withinMs, reading), progress };
    return latest.outcome;
  };
  return () => {
    if (latest === undefined) return begin();
    const age = options.clock() - latest.at;
    return age < (latest.progress.underWay ? ABANDONED_MS : options.keptMs) ? latest.outcome : begin();
  };
}
