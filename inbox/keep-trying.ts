import { nameOf } from './name-of.ts';

const EVERY_MS = 1000;
/** A failure that goes on is told again after so many tries. */
const TELL_EVERY = 60;

/** How something is tried. */
export interface Trying {
  /** Begins the line that a failure writes, such as `the store does not answer`. */
  readonly failing: string;
  readonly signal: AbortSignal;
  readonly log: { warn(fields: object, message: string): void };
  readonly everyMs?: number;
  /** Called after each try that failed. */
  onFailed?(): void;
}

/** Does the work until it succeeds, once a second; undefined: the signal came first. What it fails with goes to the log, not to the caller. */
export async function keepTrying<T>(
  work: () => Promise<T>,
  { failing, signal, log, everyMs = EVERY_MS, onFailed }: Trying,
): Promise<T | undefined> {
  for (let tries = 1; !signal.aborted; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (tries % TELL_EVERY === 1) log.warn({ err: nameOf(error), tries }, `${failing}; trying again each second`);
      onFailed?.();
    }
    await pause(everyMs, signal);
  }
  return undefined;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}
