import { StoreUnavailable } from './driver/database.ts';
import { commitWithin } from './commit-attempt.ts';
import type { Commit, Waiting } from './commit-attempt.ts';

/** Above what the store grants a statement, so that one that fell silent can be repeated once. */
const COMMIT_MS = 15_000;
/** A commit that takes longer is no reason to wait for more: it may be stuck. */
const YOUNG_MS = 250;

/** How items are committed together. */
export interface GroupCommitSettings<T, R> {
  /** Commits a batch, all or nothing, and answers one result per item, in order. Repeating a batch must be harmless. */
  readonly commit: Commit<T, R>;
  /** Items of one commit at most. */
  readonly maxRows: number;
  /** Bytes of one commit at most, by `sizeOf`; an item that is larger is committed alone. Left out: no limit. */
  readonly maxBatchBytes?: number;
  readonly maxQueuedRows: number;
  readonly maxQueuedBytes: number;
  /** Bytes an item counts for in the queue. */
  readonly sizeOf: (item: T) => number;
  /**
   * Milliseconds of one commit, repetitions included; default 15,000. Then its items hear StoreUnavailable and the next commit may begin,
   * though the store may do this one yet.
   */
  readonly limitMs?: number;
  /** Left out: one commit at a time. */
  readonly beside?: Beside<T>;
}

/** When a commit may begin while others are under way. */
export interface Beside<T> {
  /** Commits under way at most. */
  readonly commits: number;
  /** So many items must wait while another commit is young, or small commits would take the place of one large one. */
  readonly leastRows: number;
  /** For so many milliseconds a commit is young; default 250. */
  readonly youngMs?: number;
  /** Items that have one of these in common are committed in the order in which they came. */
  readonly keysOf: (item: T) => readonly string[];
}

/** Commits items together: while commits are under way, what arrives goes into the next. */
export interface GroupCommit<T, R> {
  /** Resolves when the item is committed. Rejects with QueueFull, StoreUnavailable, or the error of this very item. */
  add(item: T): Promise<R>;
  /** Items that wait for their commit, those under way included. */
  depth(): number;
  /** Resolves when nothing waits and nothing is under way. */
  drain(): Promise<void>;
}

/** More is waiting to be stored than the queue may hold: the store does not keep up, try again later. */
export class QueueFull extends StoreUnavailable {
  override readonly name = 'QueueFull';
}

/**
 * Builds a group committer. One bad item fails alone; a commit of unknown outcome is repeated, at most three times in all. No item waits
 * for a commit that got stuck.
 */
export function createGroupCommit<T, R>(settings: GroupCommitSettings<T, R>): GroupCommit<T, R> {
  const queue: Waiting<T, R>[] = [];
  const load = { rows: 0, bytes: 0 };
  const { commits: mostOpen, leastRows, youngMs = YOUNG_MS }: Omit<Beside<T>, 'keysOf'> = settings.beside ?? { commits: 1, leastRows: 1 };
  const busyKeys = new Set<string>();
  const open = new Set<Promise<void>>();
  let young = 0;
  let scheduled = false;

  function add(item: T): Promise<R> {
    const bytes = settings.sizeOf(item);
    if (load.rows + 1 > settings.maxQueuedRows || load.bytes + bytes > settings.maxQueuedBytes) {
      return Promise.reject(
        new QueueFull(
          `The queue before the store is full (${load.rows} rows, ${load.bytes} bytes; at most ${settings.maxQueuedRows} and ${settings.maxQueuedBytes}). Try again in some seconds; if it stays full, the store is too slow or down.`,
        ),
      );
    }
    load.rows += 1;
    load.bytes += bytes;
    return new Promise((resolve, reject) => {
      queue.push({ item, bytes, ...makesRoom(bytes, resolve, reject) });
      schedule();
    });
  }

  /** Room is made when the item hears of its commit, once: a commit that was given up may yet end. */
  function makesRoom(
    bytes: number,
    resolve: (result: R) => void,
    reject: (error: unknown) => void,
  ): Pick<Waiting<T, R>, 'resolve' | 'reject'> {
    let counts = true;
    const leave = (): void => {
      if (!counts) return;
      counts = false;
      load.rows -= 1;
      load.bytes -= bytes;
    };
    return {
      resolve(result) {
        leave();
        resolve(result);
      },
      reject(error) {
        leave();
        reject(error);
      },
    };
  }

  /** Begins at the end of this turn, so that everything that arrives in it shares a commit. */
  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    queueMicrotask(() => {
      scheduled = false;
      begin();
    });
  }

  function begin(): void {
    while (queue.length > 0 && open.size < mostOpen && (young === 0 || queue.length >= leastRows)) {
      const batch = takeBatch(queue, settings, busyKeys);
      if (batch.length === 0) return;
      const done = run(batch).finally(() => {
        open.delete(done);
        begin();
      });
      open.add(done);
    }
  }

  async function run(batch: readonly Waiting<T, R>[]): Promise<void> {
    const keys = batch.flatMap(({ item }) => settings.beside?.keysOf(item) ?? []);
    for (const key of keys) busyKeys.add(key);
    const grownUp = growUp();
    await commitWithin(settings.limitMs ?? COMMIT_MS, settings.commit, batch);
    grownUp();
    for (const key of keys) busyKeys.delete(key);
  }

  /** Counts a commit as young until it has taken its time, or has ended: then the answered function is called. */
  function growUp(): () => void {
    young += 1;
    let counts = true;
    const end = (): void => {
      if (counts) young -= 1;
      counts = false;
      clearTimeout(timer);
    };
    const timer = setTimeout(() => {
      end();
      begin();
    }, youngMs);
    return end;
  }

  return {
    add,
    depth: () => load.rows,
    drain: async () => {
      while (load.rows > 0 || open.size > 0) await Promise.all(open);
    },
  };
}

/** Takes from the queue what fits into one commit; what has a busy key stays, and what came after it with one of its keys. */
function takeBatch<T, R>(queue: Waiting<T, R>[], settings: GroupCommitSettings<T, R>, busyKeys: ReadonlySet<string>): Waiting<T, R>[] {
  const maxBytes = settings.maxBatchBytes ?? Number.POSITIVE_INFINITY;
  const passed = new Set(busyKeys);
  const taken: Waiting<T, R>[] = [];
  const left: Waiting<T, R>[] = [];
  let bytes = 0;
  for (const waiting of queue) {
    if (taken.length === settings.maxRows || (taken.length > 0 && bytes + waiting.bytes > maxBytes)) break;
    const keys = passed.size === 0 ? [] : (settings.beside?.keysOf(waiting.item) ?? []);
    if (keys.some((key) => passed.has(key))) {
      for (const key of keys) passed.add(key);
      left.push(waiting);
      continue;
    }
    bytes += waiting.bytes;
    taken.push(waiting);
  }
  queue.splice(0, taken.length + left.length, ...left);
  return taken;
}
