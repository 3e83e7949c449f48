import type { z } from 'zod';
import type { EffectClass, Send } from '../../model/effect.ts';
import type { Json } from '../../model/json.ts';

/** One remote write, as it is handed to the ledger. */
export interface EffectCall<T extends Json> {
  readonly class: EffectClass;
  readonly connection: string;
  /** What is written: `message`, `conversation`, `contact`, `label`, `thread`, … */
  readonly kind: string;
  /** Where: `conversation:42`. Echoes are looked for by (connection, target) and (connection, kind, remote id). */
  readonly target: string;
  /** Tells two effects of one scope apart; most scopes have one and leave it out. */
  readonly part?: string;
  /** The values that are sent; only a fingerprint is kept. Other values for an effect already sent park the step. */
  readonly values: Json;
  /** The message text, where the write is a message: its hash lets an echo be known where no mark is kept. */
  readonly text?: string;
  send(send: Send): Promise<T>;
  /** `marked` only: the effect's result if it is already there. `sinceMs`: when the intent was first written. */
  find?(mark: string, sinceMs: number): Promise<T | null>;
  /** The form of the result: an earlier attempt's is read back with it. What an older version kept must still fit. */
  readonly kept: z.ZodType<T>;
  /** The remote id in a result, kept for echoes and look-ups; null: nothing came to be. */
  remoteId(result: T): string | null;
}

/** Makes remote writes single: an intent before, its outcome after, and what a crash left between resolved by class. */
export interface Ledger {
  perform<T extends Json>(effect: EffectCall<T>): Promise<T>;
  /** The result of the newest settled effect of this flow or job with this kind and target, whatever caused it. */
  recall(effect: { readonly connection: string; readonly kind: string; readonly target: string }): Promise<Json | null>;
  /** Whether one of our own effects wrote this record; `pending`: an intent with this text is not settled yet. */
  isOwn(record: {
    readonly connection: string;
    readonly kind: string;
    readonly target: string;
    readonly remoteId: string | null;
    readonly text: string | null;
    /** In place of the text. */
    readonly textHash?: string | undefined;
  }): Promise<'own' | 'foreign' | 'pending'>;
}
