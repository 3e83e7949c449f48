import { StoreUnavailable } from '../store/database.ts';
import { isBadRow, isRolledBack } from '../store/sql-failure.ts';

const COMMIT_TRIES = 3;

/** How items are committed together. */
export interface GroupCommitSettings<T, R> {
  /** Commits a batch, all or nothing, and answers one result per item, in order. Repeating a batch must be harmless. */
  readonly commit: (batch: readonly T[]) => Promise<readonly R[]>;
  /** Items of one commit at most. */
  readonly maxRows: number;
  /** Bytes of one commit at most, by `sizeOf`; an item that is larger is committed alone. Left out: no limit. */
  readonly maxBatchBytes?: number;
  readonly maxQueuedRows: number;
  readonly maxQueuedBytes: number;
  /** Bytes an item counts for in the queue. */
  readonly sizeOf: (item: T) => number;
  /** Left out: one commit at a time. */
  readonly beside?: Beside<T>;
}

/** When a commit may begin while others are under way. */
export interface Beside<T> {
  /** Commits under way at most. */
  readonly commits: number;
  /** So many items must wait, or small commits would take the place of one large one. */
  readonly leastRows: number;
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

/** More is waiting to be stored than the queue may hold: try again later. */
export class QueueFull extends Error {
  override readonly name = 'QueueFull';
}

interface Waiting<T, R> {
  readonly item: T;
  readonly bytes: number;
  resolve(result: R): void;
  reject(error: unknown): void;
}

/** Builds a group committer. One bad item fails alone; a commit of unknown outcome is repeated, at most three times in all. */
export function createGroupCommit<T, R>(settings: GroupCommitSettings<T, R>): GroupCommit<T, R> {
  const queue: Waiting<T, R>[] = [];
  const load = { rows: 0, bytes: 0 };
  const { commits: mostOpen, leastRows } = settings.beside ?? { commits: 1, leastRows: 1 };
  const busyKeys = new Set<string>();
  const open = new Set<Promise<void>>();
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
      queue.push({ item, bytes, resolve, reject });
      schedule();
    });
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
    while (queue.length > 0 && open.size < mostOpen && (open.size === 0 || queue.length >= leastRows)) {
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
    await commitAll(settings.commit, batch);
    for (const key of keys) busyKeys.delete(key);
    load.rows -= batch.length;
    load.bytes -= batch.reduce((sum, waiting) => sum + waiting.bytes, 0);
  }

  return {
    add,
    depth: () => load.rows,
    drain: async () => {
      while (load.rows > 0) await Promise.all(open);
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

async function commitAll<T, R>(commit: GroupCommitSettings<T, R>['commit'], batch: readonly Waiting<T, R>[]): Promise<void> {
  try {
    const results = await commitRepeatedly(
      commit,
      batch.map((waiting) => waiting.item),
    );
    if (results.length !== batch.length)
      throw new Error(`A commit of ${batch.length} items answered ${results.length} results; expected one for each. Report this as a bug.`);
    for (const [index, result] of results.entries()) batch[index]?.resolve(result);
  } catch (error) {
    if (batch.length === 1 || !isBadRow(error)) {
      for (const waiting of batch) waiting.reject(error);
      return;
    }
    const middle = Math.ceil(batch.length / 2);
    await commitAll(commit, batch.slice(0, middle));
    await commitAll(commit, batch.slice(middle));
  }
}

async function commitRepeatedly<T, R>(commit: GroupCommitSettings<T, R>['commit'], items: readonly T[]): Promise<readonly R[]> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await commit(items);
    } catch (error) {
      if (!isRolledBack(error) && !(error instanceof StoreUnavailable)) throw error;
      if (attempt >= COMMIT_TRIES) throw asUnavailable(error);
    }
  }
}

function asUnavailable(error: unknown): StoreUnavailable {
  if (error instanceof StoreUnavailable) return error;
  return new StoreUnavailable(
    `The store rolled a commit back ${COMMIT_TRIES} times because of others. Try again; if it goes on, look for long transactions.`,
    { cause: error },
  );
}
