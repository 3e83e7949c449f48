import { createGroupCommit } from '../../store/group-commit.ts';
import { settleGroups } from '../../store/inbox/settle.ts';
import type { Database } from '../../store/driver/database.ts';
import type { SettleInput } from '../../workflows/contract.ts';
import type { Fence } from '../../store/effects/effect.ts';

const MOST_ROWS = 64;
const MOST_QUEUED = 10_000;

/** Settles groups; concurrent ones share a commit. */
export interface Settler {
  /** false: a newer attempt owns the key, nothing was changed. */
  settle(input: SettleInput, attempt: Fence): Promise<boolean>;
}

/** Makes a settler. `onFreed`: a key is free or has something waiting, so the dispatcher should look. */
export function createSettler({ db, onFreed }: { readonly db: Database; onFreed(): void }): Settler {
  const commits = createGroupCommit<{ input: SettleInput; attempt: Fence }, boolean>({
    commit: async (batch) => {
      const settled = await settleGroups(
        db,
        batch.map(({ input, attempt }) => ({ ...input.group, ...input, epoch: attempt.epoch })),
      );
      return settled.map(({ held }) => held);
    },
    maxRows: MOST_ROWS,
    maxQueuedRows: MOST_QUEUED,
    maxQueuedBytes: Number.MAX_SAFE_INTEGER,
    sizeOf: () => 1,
  });
  return {
    async settle(input, attempt) {
      const held = await commits.add({ input, attempt });
      if (held && input.then === 'free') onFreed();
      return held;
    },
  };
}
