import { createEffectCommits } from './effect-commits.ts';
import { giveUpIntent, withdrawIntent } from '../../store/effects/effect-give-up.ts';
import { findFact, ownEffect, recallEffect } from '../../store/effects/effect-look-up.ts';
import { resendIntent } from '../../store/effects/effect.ts';
import type { EffectClass } from '../../model/effect.ts';
import type { Json } from '../../model/json.ts';
import type { Database } from '../../store/driver/database.ts';
import type { FactLook } from '../../store/effects/effect-look-up.ts';
import type { IntentOutcome } from '../../store/effects/effect.ts';
import type { Attempt } from '../steps/attempt.ts';

/** An intent, as the ledger writes it before the call. */
export interface Intent {
  readonly intent: string;
  readonly attempt: Attempt;
  readonly eventId: string;
  readonly connection: string;
  readonly kind: string;
  readonly target: string;
  readonly class: EffectClass;
  readonly mark: string;
  readonly fingerprint: string;
  readonly textHash: string | null;
  readonly sendForMs: number;
}

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
  write(intent: Intent): Promise<IntentOutcome>;
  /** Opens a new send window on a pending intent; false: a newer attempt owns the key. */
  resend(again: {
    readonly intent: string;
    readonly attempt: Attempt;
    readonly fingerprint: string;
    readonly textHash: string | null;
    readonly sendForMs: number;
  }): Promise<boolean>;
  /** false: another attempt took the effect over since. */
  settle(outcome: {
    readonly intent: string;
    readonly attempt: Attempt;
    readonly state: 'done' | 'unknown';
    readonly remoteId: string | null;
    readonly result: Json;
  }): Promise<boolean>;
  /** Our request has ended without success: the send window ends `sendByInMs` from now (negative: it is past). */
  giveUp(ended: { readonly intent: string; readonly attempt: Attempt; readonly sendByInMs: number }): Promise<void>;
  /** Our request is known not to have been carried out, and no earlier one was sent: it may be sent afresh. */
  withdraw(refused: { readonly intent: string; readonly attempt: Attempt }): Promise<void>;
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
    write({ attempt, ...intent }) {
      return commits.writeIntent({ ...attempt.group, epoch: attempt.epoch, ...intent });
    },
    async resend({ attempt, ...again }) {
      return (await resendIntent(db, { ...attempt.group, epoch: attempt.epoch, ...again })) !== null;
    },
    settle({ attempt, ...outcome }) {
      return commits.settleEffect({ ...outcome, epoch: attempt.epoch });
    },
    giveUp({ attempt, ...ended }) {
      return giveUpIntent(db, { ...ended, epoch: attempt.epoch });
    },
    withdraw({ attempt, intent }) {
      return withdrawIntent(db, { intent, epoch: attempt.epoch });
    },
    async recall(effect) {
      return (await recallEffect(db, effect))?.result ?? null;
    },
    own: (record) => ownEffect(db, record),
    findFact: (of) => findFact(db, of),
  };
}
