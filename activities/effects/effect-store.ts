import { createEffectCommits } from './effect-commits.ts';
import { giveUpIntent, withdrawIntent } from '../../store/effects/effect-give-up.ts';
import { findFact, ownEffect, recallEffect } from '../../store/effects/effect-look-up.ts';
import { resendIntent } from '../../store/effects/effect.ts';
import type { Json } from '../../model/json.ts';
import type { Database } from '../../store/driver/database.ts';
import type { FactLook } from '../../store/effects/effect-look-up.ts';
import type { EffectSettlement, IntentOutcome, IntentRow, Resend } from '../../store/effects/effect.ts';

/** An effect's record, as far as it can be compared with what came in. */
export interface Seen {
  readonly connection: string;
  readonly kind: string;
  readonly target: string;
  readonly remoteId: string | null;
  readonly textHash: string | null;
}

/** The effects table as the ledger needs it; writes of concurrent steps share commits. */
export interface EffectStore {
  write(intent: Omit<IntentRow, 'token'>): Promise<IntentOutcome>;
  /** Opens a new send window on a pending intent; false: a newer attempt owns the key. */
  resend(again: Omit<Resend, 'from'>): Promise<boolean>;
  /** false: another attempt took the effect over since. */
  settle(outcome: EffectSettlement): Promise<boolean>;
  /** Our request has ended without success: the send window ends `sendByInMs` from now (negative: it is past). */
  giveUp(ended: { readonly intent: string; readonly epoch: string; readonly sendByInMs: number }): Promise<void>;
  /** Our request is known not to have been carried out, and no earlier one was sent: it may be sent afresh. */
  withdraw(refused: { readonly intent: string; readonly epoch: string }): Promise<void>;
  recall(effect: {
    readonly flow: string;
    readonly connection: string;
    readonly kind: string;
    readonly target: string;
  }): Promise<Json | null>;
  own(record: Seen): Promise<'own' | 'foreign' | 'pending'>;
  /** Which other event has settled this intent, and whether an intent with this beginning is there of the event itself. */
  findFact(of: FactLook): Promise<{ readonly toldBy: string | null; readonly hasOwn: boolean }>;
}

/** Makes the ledger's store. */
export function createEffectStore(db: Database): EffectStore {
  const commits = createEffectCommits(db);
  return {
    write: (intent) => commits.writeIntent(intent),
    resend: async (again) => (await resendIntent(db, again)) !== null,
    settle: (outcome) => commits.settleEffect(outcome),
    giveUp: (ended) => giveUpIntent(db, ended),
    withdraw: (refused) => withdrawIntent(db, refused),
    async recall(effect) {
      return (await recallEffect(db, effect))?.result ?? null;
    },
    own: (record) => ownEffect(db, record),
    findFact: (of) => findFact(db, of),
  };
}
