import { isJson } from '../driver/stored-text.ts';
import type { EffectClass } from '../../model/effect.ts';
import type { Json } from '../../model/json.ts';
import type { Row } from '../driver/database.ts';

/** Numbers in the columns `effect.class` and `effect.state`. */
export const EFFECT_CLASSES = { natural: 0, keyed: 1, marked: 2, once: 3 } as const satisfies Record<EffectClass, number>;
export const EFFECT_STATES = { pending: 0, done: 1, unknown: 2 } as const;

export type EffectState = keyof typeof EFFECT_STATES;

/** A remote write as the ledger knows it. */
export interface EffectRow {
  readonly intent: string;
  /** The attempt that may send it. */
  readonly epoch: string;
  readonly flow: string;
  /** null: a job's run did it, on no event. */
  readonly eventId: string | null;
  readonly connection: string;
  readonly kind: string;
  readonly target: string;
  readonly class: EffectClass;
  readonly state: EffectState;
  readonly mark: string;
  readonly fingerprint: string;
  readonly textHash: string | null;
  readonly firstAt: Date;
  /** Nobody puts it on the wire after this; by the store's clock. */
  readonly sendBy: Date;
  /** Milliseconds until `sendBy` by the store's clock, so that no other clock is needed; negative: it is past. */
  readonly sendByInMs: number;
  readonly remoteId: string | null;
  readonly result: Json | null;
  readonly settledAt: Date | null;
}

/** The columns that `toEffectRow` reads; the table's alias is `e`. */
export const EFFECT_COLUMNS = `e.intent, e.epoch::text as epoch, e.flow, e.event_id::text as "eventId", e.connection, e.kind, e.target,
  e.class, e.state, e.mark, e.fingerprint, e.text_hash as "textHash", e.first_at as "firstAt", e.send_by as "sendBy",
  (extract(epoch from e.send_by - clock_timestamp()) * 1000)::float8 as "sendByInMs", e.remote_id as "remoteId", e.result, e.settled_at as "settledAt"`;

export type StoredEffect = Row &
  Omit<EffectRow, 'class' | 'state' | 'result'> & { readonly class: number; readonly state: number; readonly result: unknown };

/** Names for the numbers of a stored effect. */
export function toEffectRow(stored: StoredEffect): EffectRow {
  const effectClass = CLASS_NAMES[stored.class];
  const state = STATE_NAMES[stored.state];
  if (effectClass === undefined || state === undefined) {
    throw new Error(
      `Effect ${stored.intent} has class ${stored.class} and state ${stored.state}; expected classes 0 to 3 and states 0 to 2. A newer version may have written it: upgrade this one.`,
    );
  }
  return { ...stored, class: effectClass, state, result: isJson(stored.result) ? stored.result : null };
}

const CLASS_NAMES: readonly (EffectClass | undefined)[] = ['natural', 'keyed', 'marked', 'once'];
const STATE_NAMES: readonly (EffectState | undefined)[] = ['pending', 'done', 'unknown'];
