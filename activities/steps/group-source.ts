import type { BegunGroup } from './load-group.ts';

/** Groups of the first refill; from then on as many as are done in about half a second, within these bounds. */
const FIRST_SIZE = 64;
const LEAST_SIZE = 32;
const MOST_SIZE = 512;
/** A take that lasted less is too small, one that lasted longer too large. */
const SHORT_MS = 250;
const LONG_MS = 1000;
/** Between two refills where the last one brought less than half of what was asked for: what trickles in is taken together. */
const TEND_EVERY_MS = 60;
/** A flow for which fewer groups come in this time than run step by step is given back to the dispatcher: each waits for the next take here. */
const WINDOW_MS = 500;
const FEWEST_IN_WINDOW = 8;

/** Where the groups of a batch come from. */
export interface GroupSource {
  /** The next group; null: no more will come. Callers beside each other wait for the same take. */
  next(): Promise<BegunGroup | null>;
  /** Takes no more. Resolves when no take is under way; rejects with the error of one that failed: whether it took anything is unknown. */
  stop(): Promise<void>;
}

/** What a source takes. */
export interface GroupSourceOptions {
  /** What the batch was started with. */
  readonly first: readonly BegunGroup[];
  /** Takes up to so many further groups. */
  take(size: number): Promise<readonly BegunGroup[]>;
  /** Whether no more is to be taken. */
  isOver(): boolean;
  /** Milliseconds of a monotonic clock. */
  now(): number;
  rest(ms: number): Promise<void>;
}

/** Hands out groups, and takes more before the last is handed out. How many at a time follows from how fast they are done. */
export function createGroupSource({ first, take, isOver, now, rest }: GroupSourceOptions): GroupSource {
  const queue = [...first];
  let size = FIRST_SIZE;
  let ended = false;
  let failure: { readonly error: unknown } | null = null;
  let refilling: Promise<void> | null = null;
  let taken = { atMs: now(), full: first.length >= FIRST_SIZE };
  let window = { sinceMs: now(), came: 0 };

  const adapt = (): void => {
    const lastedMs = now() - taken.atMs;
    if (taken.full && lastedMs < SHORT_MS) size = Math.min(MOST_SIZE, size * 2);
    else if (lastedMs > LONG_MS) size = Math.max(LEAST_SIZE, Math.floor(size / 2));
  };
  const refill = async (): Promise<void> => {
    const dueInMs = taken.full ? 0 : taken.atMs + TEND_EVERY_MS - now();
    if (dueInMs > 0) await rest(dueInMs);
    if (isOver()) return end();
    adapt();
    const groups = await take(size);
    taken = { atMs: now(), full: groups.length >= size / 2 };
    queue.push(...groups);
    window.came += groups.length;
    if (now() - window.sinceMs <= WINDOW_MS) return;
    if (window.came < FEWEST_IN_WINDOW) return end();
    window = { sinceMs: now(), came: 0 };
  };
  const end = (): void => {
    ended = true;
  };
  const startRefill = (): Promise<void> => {
    refilling ??= refill()
      // What was taken before goes on.
      .catch((error: unknown) => {
        failure = { error };
        end();
      })
      .finally(() => {
        refilling = null;
      });
    return refilling;
  };

  return {
    async next() {
      for (;;) {
        const group = queue.shift();
        if (queue.length <= size / 4 && !ended) void startRefill();
        if (group !== undefined) return group;
        if (ended) return null;
        await startRefill();
      }
    },
    async stop() {
      end();
      await refilling;
      if (failure !== null) throw failure.error;
    },
  };
}
