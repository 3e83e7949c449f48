import { randomUUID } from 'node:crypto';
import { settleEffects, writeIntents } from '../../store/effects/effect.ts';
import { createGroupCommit } from '../../store/group-commit.ts';
import type { Queryable } from '../../store/driver/database.ts';
import type { EffectSettlement, IntentOutcome, IntentRow } from '../../store/effects/effect.ts';

const LIMITS = { maxRows: 128, maxQueuedRows: 10_000, maxQueuedBytes: 64 * 1024 * 1024 } as const;

/** The ledger's writes: concurrent ones share a commit. */
export interface EffectCommits {
  /** See `writeIntents`. Rejects with QueueFull or StoreUnavailable. */
  writeIntent(row: IntentRow): Promise<IntentOutcome>;
  /** See `settleEffects`. Rejects with QueueFull or StoreUnavailable. */
  settleEffect(effect: EffectSettlement): Promise<boolean>;
  drain(): Promise<void>;
}

/** Builds the ledger's group commits. */
export function createEffectCommits(db: Queryable): EffectCommits {
  const intents = createGroupCommit<IntentRow, IntentOutcome>({ ...LIMITS, commit: (rows) => writeIntents(db, rows), sizeOf: sizeOfJson });
  const settlements = createGroupCommit<EffectSettlement, boolean>({
    ...LIMITS,
    commit: (effects) => settleEffects(db, effects),
    sizeOf: sizeOfJson,
  });
  return {
    writeIntent: (row) => intents.add({ ...row, token: row.token ?? randomUUID() }),
    settleEffect: (effect) => settlements.add(effect),
    drain: async () => {
      await intents.drain();
      await settlements.drain();
    },
  };
}

function sizeOfJson(value: object): number {
  return JSON.stringify(value).length;
}
