import { createHash } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { ConnectorError } from '../../connectors/call/errors.ts';
import { StepError } from '../../model/step-failure.ts';
import { lost } from '../failure.ts';
import { toFingerprint, toTextHash } from './fingerprint.ts';
import type { Json } from '../../model/json.ts';
import type { StepCode } from '../../model/step-codes.ts';
import type { StepFailure } from '../../model/step-failure.ts';
import type { EffectRow } from '../../store/effects/effect-row.ts';
import type { Fence } from '../../store/effects/effect.ts';
import type { EffectStore } from './effect-store.ts';
import type { EffectCall, Ledger } from './effect-call.ts';

/** How long after the intent a write may still be put on the wire. */
const SEND_WINDOW_MS = 5000;
/** The longest that a request on the wire can still take effect: the HTTP time-out of every client. */
const WIRE_MS = 10_000;
/** What a remote system may need to show a write whose answer was lost. */
const SETTLING_MS = 2000;

/** What a ledger is bound to: one step of a delivery, or one write of a job's run. */
export interface LedgerScope {
  readonly store: EffectStore;
  /** The newest attempt of a key under its lease: from no other does the store accept writes. Its `flow` is whose effects they are. */
  readonly fence: Fence;
  /** The intent's key: the same for every attempt at the same write. `part`: the effect's own, where a scope has several. */
  readonly intentOf: (part?: string) => string;
  /** The event that is acted on; null: none, as in a run of a job. */
  readonly eventId: string | null;
  /** What failures are named after: the step with its item. */
  readonly step: string;
}

/** Makes the ledger of one scope. */
export function createLedger(scope: LedgerScope): Ledger {
  return {
    perform: (effect) => perform(scope, effect),
    recall: ({ connection, kind, target }) => scope.store.recall({ flow: scope.fence.flow, connection, kind, target }),
    isOwn: ({ text, textHash, ...record }) =>
      scope.store.own({ ...record, textHash: textHash ?? (text === null ? null : toTextHash(text)) }),
  };
}

async function perform<T extends Json>(scope: LedgerScope, effect: EffectCall<T>): Promise<T> {
  const intent = scope.intentOf(effect.part);
  const mark = toMark(intent);
  const fingerprint = toFingerprint(effect.values);
  const { fence, eventId } = scope;
  const { connection, kind, target } = effect;
  const sendBy = performance.now() + SEND_WINDOW_MS;
  const written = await scope.store.write({
    ...fence,
    intent,
    eventId,
    connection,
    kind,
    target,
    class: effect.class,
    mark,
    fingerprint,
    textHash: textHashOf(effect),
    sendForMs: SEND_WINDOW_MS,
  });
  if (written.kind === 'lost') throw lost(scope.step);
  if (written.kind === 'fresh') return send(scope, effect, intent, mark, sendBy);
  return resolve(scope, effect, written.row, mark, fingerprint);
}

function textHashOf({ text }: { readonly text?: string }): string | null {
  return text === undefined ? null : toTextHash(text);
}

/** What an earlier attempt left: settled, unknown, or pending and to be resolved by its class. */
async function resolve<T extends Json>(
  scope: LedgerScope,
  effect: EffectCall<T>,
  row: EffectRow,
  mark: string,
  fingerprint: string,
): Promise<T> {
  if (row.state === 'done') return recallDone(scope, effect, row, fingerprint);
  if (row.state === 'unknown')
    throw attention(
      scope,
      effect,
      'unknown_effect',
      'It is not known whether an earlier attempt was carried out.',
      unknownHint(scope, row),
    );
  const openMs = Math.ceil(row.sendByInMs) + WIRE_MS;
  if (openMs > 0) throw waiting(scope, effect, 'effect_under_way', 'An earlier attempt may still be on the wire.', openMs);
  if (effect.class === 'once') {
    await scope.store.settle({ intent: row.intent, epoch: scope.fence.epoch, state: 'unknown', remoteId: null, result: null });
    throw attention(scope, effect, 'unknown_effect', 'It is not known whether an earlier attempt was carried out.', UNKNOWN_HINT);
  }
  if (effect.class === 'keyed' && row.fingerprint !== fingerprint) throw valuesChanged(scope, effect);
  if (effect.class === 'marked' && effect.find !== undefined) {
    const found = await effect.find(mark, row.firstAt.getTime());
    if (found !== null) return settled(scope, effect, row.intent, found);
  }
  const sendBy = performance.now() + SEND_WINDOW_MS;
  const textHash = textHashOf(effect);
  const held = await scope.store.resend({ ...scope.fence, intent: row.intent, fingerprint, textHash, sendForMs: SEND_WINDOW_MS });
  if (!held) throw lost(scope.step);
  return send(scope, effect, row.intent, mark, sendBy);
}

function recallDone<T extends Json>(scope: LedgerScope, effect: EffectCall<T>, row: EffectRow, fingerprint: string): T {
  // What another event's delivery did for the same fact stands: the record has moved on between the two.
  const isOthers = row.eventId !== scope.eventId;
  if (row.fingerprint !== fingerprint && effect.class !== 'natural' && !isOthers) throw valuesChanged(scope, effect);
  const kept = effect.kept.safeParse(row.result);
  if (!kept.success) throw unreadable(scope, effect);
  return kept.data;
}

async function send<T extends Json>(scope: LedgerScope, effect: EffectCall<T>, intent: string, mark: string, sendBy: number): Promise<T> {
  let result: T;
  try {
    result = await effect.send({ mark, sendBy });
  } catch (error) {
    throw await unsent(scope, effect, intent, error);
  }
  return settled(scope, effect, intent, result);
}

async function settled<T extends Json>(scope: LedgerScope, effect: EffectCall<T>, intent: string, result: T): Promise<T> {
  const held = await scope.store.settle({ intent, epoch: scope.fence.epoch, state: 'done', remoteId: effect.remoteId(result), result });
  if (!held) throw lost(scope.step);
  return result;
}

/** Our own request has ended: nothing of it can be sent later, so the next attempt need not wait for the send window. */
async function unsent<T extends Json>(scope: LedgerScope, effect: EffectCall<T>, intent: string, error: unknown): Promise<unknown> {
  if (!(error instanceof ConnectorError)) return error;
  if (error.data.ambiguous && effect.class === 'once') {
    await scope.store.settle({ intent, epoch: scope.fence.epoch, state: 'unknown', remoteId: null, result: null });
    return attention(
      scope,
      effect,
      'unknown_effect',
      'The answer was lost: it is not known whether the write was carried out.',
      UNKNOWN_HINT,
    );
  }
  if (effect.class === 'once') {
    await scope.store.withdraw({ intent, epoch: scope.fence.epoch });
    return error;
  }
  const settlingMs = error.data.ambiguous ? SETTLING_MS : 0;
  await scope.store.giveUp({ intent, epoch: scope.fence.epoch, sendByInMs: settlingMs - WIRE_MS });
  return error;
}

function unknownHint({ eventId }: LedgerScope, row: EffectRow): string {
  if (row.eventId === null || row.eventId === eventId) return UNKNOWN_HINT;
  return `Event ${row.eventId} tells of the same and was first: decide its delivery (deskbridge events show ${row.eventId}), then retry this one.`;
}

const UNDER_WAY_HINT =
  'It is looked at again once that must have ended. If this comes back, attempt after attempt ends without an answer: look at the connection.';
const UNKNOWN_HINT = 'Look at the remote system. If the write is there: skip. If it is not: retry sends it again.';

function valuesChanged<T extends Json>(scope: LedgerScope, effect: EffectCall<T>): StepError {
  const message = 'This was already sent with other values; sending it again would not change them.';
  return attention(
    scope,
    effect,
    'values_changed',
    message,
    'Undo the change of the configuration or the edit and retry, or skip; or replay the event with --again.',
  );
}

function unreadable<T extends Json>(scope: LedgerScope, effect: EffectCall<T>): StepError {
  return attention(
    scope,
    effect,
    'internal',
    'This was done by another version, and what it kept of the result cannot be read by this one.',
    'Upgrade this worker to the newest version and retry; or look at the remote system, do by hand what is missing, and skip.',
  );
}

function attention<T extends Json>(scope: LedgerScope, effect: EffectCall<T>, code: StepCode, message: string, hint: string): StepError {
  return new StepError(toFailure(scope, effect, { code, kind: 'attention', message, hint, retryAfterMs: null }));
}

function waiting<T extends Json>(
  scope: LedgerScope,
  effect: EffectCall<T>,
  code: StepCode,
  message: string,
  retryAfterMs: number,
): StepError {
  return new StepError(toFailure(scope, effect, { code, kind: 'retry', message, hint: UNDER_WAY_HINT, retryAfterMs }));
}

function toFailure<T extends Json>(scope: LedgerScope, effect: EffectCall<T>, said: Omit<StepFailure, 'step' | 'connection'>): StepFailure {
  return { ...said, step: scope.step, connection: effect.connection };
}

/** The mark that a write leaves at the remote system: opaque, 32 characters, the same on every attempt. */
function toMark(intent: string): string {
  return `db${sha256(intent).slice(0, 30)}`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
