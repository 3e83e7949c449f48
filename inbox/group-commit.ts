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
}

/** Commits items together: while one commit is under way, what arrives goes into the next. */
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
  let running: Promise<void> | null = null;

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
      running ??= run();
    });
  }

  async function run(): Promise<void> {
    // Lets everything that arrives in the same turn share the first commit.
    await Promise.resolve();
    while (queue.length > 0) {
      const batch = queue.splice(0, countOfBatch(queue, settings));
      await commitAll(settings.commit, batch);
      load.rows -= batch.length;
      load.bytes -= batch.reduce((sum, waiting) => sum + waiting.bytes, 0);
    }
    running = null;
  }

  return {
    add,
    depth: () => load.rows,
    drain: async () => {
      while (running !== null) await running;
    },
  };
}

function countOfBatch<T, R>(queue: readonly Waiting<T, R>[], settings: GroupCommitSettings<T, R>): number {
  const maxBytes = settings.maxBatchBytes ?? Number.POSITIVE_INFINITY;
  let count = 0;
  let bytes = 0;
  for (const waiting of queue) {
    bytes += waiting.bytes;
    if (count === settings.maxRows || (count > 0 && bytes > maxBytes)) break;
    count += 1;
  }
  return count;
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
