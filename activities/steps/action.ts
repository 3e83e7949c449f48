import type { EffectClass, Send } from '../../model/effect.ts';
import type { Json } from '../../model/json.ts';
import type { Step } from '../../flows/steps.ts';
import type { ActionInput, ActionName, ActionOutput } from '../../flows/actions.ts';
import type { Connections } from '../../connectors/ports/ports.ts';

/** One remote write, as an action hands it to the ledger. */
export interface EffectCall<T extends Json> {
  readonly class: EffectClass;
  readonly connection: string;
  /** What is written: `message`, `conversation`, `contact`, `label`, `thread`, … */
  readonly kind: string;
  /** Where: `conversation:42`. Echoes are looked for by (connection, target) and (connection, kind, remote id). */
  readonly target: string;
  /** Tells two effects of one step apart; most steps have one and leave it out. */
  readonly part?: string;
  /** The values that are sent; only a fingerprint is kept. Other values for an effect already sent park the step. */
  readonly values: Json;
  /** The message text, where the write is a message: its hash lets an echo be known where no mark is kept. */
  readonly text?: string;
  send(send: Send): Promise<T>;
  /** `marked` only: the effect's result if it is already there. `sinceMs`: when the intent was first written. */
  find?(mark: string, sinceMs: number): Promise<T | null>;
  /** The remote id in a result, kept for echoes and look-ups; null: nothing came to be. */
  remoteId(result: T): string | null;
}

/** Makes remote writes single: an intent before, its outcome after, and what a crash left between resolved by class. */
export interface Ledger {
  perform<T extends Json>(effect: EffectCall<T>): Promise<T>;
  /** The result of the settled effect of this flow with this kind and target, whichever event caused it. */
  recall(effect: { readonly connection: string; readonly kind: string; readonly target: string }): Promise<Json | null>;
  /** Whether another event has done the flow's last step for this fact, and by what the effects of this event are known. See `findFact` of flows. */
  findFact(of: {
    readonly fact: string;
    readonly lastStep: string;
  }): Promise<{ readonly toldBy: string | null; readonly keyedBy: 'fact' | 'event' }>;
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

/** What an action works with. */
export interface ActionContext {
  readonly flow: string;
  /** The event's identity, for look-ups and logs. */
  readonly identity: string;
  readonly step: Step;
  readonly ledger: Ledger;
  readonly connections: Connections;
}

/** The implementations of every action; the same in `delivery` and in `batch`. */
export type ActionTable = {
  readonly [O in ActionName]: (context: ActionContext, input: ActionInput<O>) => Promise<ActionOutput<O>>;
};
