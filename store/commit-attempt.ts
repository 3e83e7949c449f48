import { StoreUnavailable } from './driver/database.ts';
import { unlessSilent } from './driver/silence.ts';
import { isBadRow, isRolledBack } from './driver/sql-failure.ts';

const COMMIT_TRIES = 3;

/** Commits a batch, all or nothing, and answers one result per item, in order. Repeating a batch must be harmless. */
export type Commit<T, R> = (batch: readonly T[]) => Promise<readonly R[]>;

/** An item that waits for its commit. */
export interface Waiting<T, R> {
  readonly item: T;
  readonly bytes: number;
  resolve(result: R): void;
  reject(error: unknown): void;
}

/** A batch on its way into the store. */
interface Attempt<T, R> {
  readonly commit: Commit<T, R>;
  /** Nobody waits for it any more. */
  abandoned: boolean;
}

/**
 * Commits a batch and tells each item. One bad item fails alone; a commit of unknown outcome is repeated, at most three times in all.
 * After `limitMs` it is given up: what is not committed hears StoreUnavailable, though the store may commit it yet. Never rejects.
 */
export async function commitWithin<T, R>(limitMs: number, commit: Commit<T, R>, batch: readonly Waiting<T, R>[]): Promise<void> {
  const attempt: Attempt<T, R> = { commit, abandoned: false };
  await unlessSilent(commitAll(attempt, batch), limitMs).catch(() => {
    attempt.abandoned = true;
    const stuck = new StoreUnavailable(
      `The store is away: it did not finish a commit within ${limitMs} ms. Whether it will is unknown; repeating it is harmless.`,
    );
    for (const waiting of batch) waiting.reject(stuck);
  });
}

async function commitAll<T, R>(attempt: Attempt<T, R>, batch: readonly Waiting<T, R>[]): Promise<void> {
  try {
    const items = batch.map((waiting) => waiting.item);
    const results = await commitRepeatedly(attempt, items);
    if (results.length !== batch.length)
      throw new Error(`A commit of ${batch.length} items answered ${results.length} results; expected one for each. Report this as a bug.`);
    for (const [index, result] of results.entries()) batch[index]?.resolve(result);
  } catch (error) {
    if (batch.length === 1 || !isBadRow(error) || attempt.abandoned) {
      for (const waiting of batch) waiting.reject(error);
      return;
    }
    const middle = Math.ceil(batch.length / 2);
    await commitAll(attempt, batch.slice(0, middle));
    await commitAll(attempt, batch.slice(middle));
  }
}

async function commitRepeatedly<T, R>(attempt: Attempt<T, R>, items: readonly T[]): Promise<readonly R[]> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await attempt.commit(items);
    } catch (error) {
      if (!isRolledBack(error) && !(error instanceof StoreUnavailable)) throw error;
      if (tried >= COMMIT_TRIES || attempt.abandoned) throw asUnavailable(error);
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
