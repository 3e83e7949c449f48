import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createFindFact, toIntents } from '../../activities/effects/delivery-intents.ts';
import { createLedger } from '../../activities/effects/ledger.ts';
import { ConnectorError } from '../../connectors/call/errors.ts';
import { StepError } from '../../model/step-failure.ts';
import { createMemoryEffects } from './memory-effects.ts';
import type { FindFact } from '../../activities/effects/delivery-intents.ts';
import type { EffectCall, Ledger } from '../../activities/effects/effect-call.ts';
import type { EffectClass } from '../../model/effect.ts';
import type { StepFailure } from '../../model/step-failure.ts';
import type { MemoryEffects } from './memory-effects.ts';

const CLASSES: readonly EffectClass[] = ['natural', 'keyed', 'marked', 'once'];
/** A crash loses the process: nothing after it happens. */
class Crash extends Error {}
/** Longer than an intent may be sent and be on its way. */
const LONG_MS = 60_000;

/** A remote system: a value that is set (`natural`), records known by an idempotency key, records with a mark, and plain records. */
interface Remote {
  records: { readonly id: string; readonly mark: string; readonly text: string }[];
  /** What becomes of the next write, before or after it is carried out. */
  next: { readonly when: 'before' | 'after'; readonly error: Error } | null;
  sends: number;
  /** What happens elsewhere while a write is under way. */
  during: (() => Promise<void>) | null;
}

let store: MemoryEffects;
let remote: Remote;
beforeEach(() => {
  store = createMemoryEffects();
  remote = { records: [], next: null, sends: 0, during: null };
});

describe('an effect', () => {
  it.each(CLASSES)('of class %s is sent once and remembered', async (effectClass) => {
    expect(await perform(effectClass)).toBe('r1');
    expect(await perform(effectClass)).toBe('r1');
    expect(remote.sends).toBe(1);
    expect([...store.rows.values()]).toMatchObject([{ state: 'done', remoteId: 'r1', intent: 'billing:1/dunning/note' }]);
  });

  it('is told apart by event, flow, step and part', async () => {
    await perform('marked');
    await perform('marked', { part: 'label' });
    await perform('marked', { step: 'note/2' });
    await perform('marked', { identity: 'billing:2' });
    expect([...store.rows.keys()]).toEqual([
      'billing:1/dunning/note',
      'billing:1/dunning/note/label',
      'billing:1/dunning/note/2',
      'billing:2/dunning/note',
    ]);
    expect(new Set(remote.records.map(({ mark }) => mark)).size).toBe(4);
    expect(remote.records.every(({ mark }) => /^[a-z0-9]{32}$/.test(mark))).toBe(true);
  });

  it('is refused to an attempt that was overtaken before', async () => {
    store.newest = 2;
    expect(await failureOf(perform('marked', { epoch: 1 }))).toMatchObject({ code: 'lost', kind: 'lost' });
    expect(remote.sends).toBe(0);
  });

  it.each([
    ['natural', 'r1'],
    ['keyed', 'values_changed'],
    ['marked', 'values_changed'],
    ['once', 'values_changed'],
  ] as const)('of class %s that was done with other values ends as %s', async (effectClass, end) => {
    await perform(effectClass);
    expect(await endOf(perform(effectClass, { text: 'other' }))).toBe(end);
    expect(remote.sends).toBe(1);
  });

  it.each(CLASSES)(
    'of class %s whose result another version kept in another form waits for a person, and is not sent again',
    async (effectClass) => {
      await perform(effectClass);
      for (const [intent, row] of store.rows) store.rows.set(intent, { ...row, result: { moved: true } });
      expect(await failureOf(perform(effectClass))).toMatchObject({ code: 'internal', kind: 'attention' });
      expect(remote.sends).toBe(1);
    },
  );
});

describe('an effect of a fact', () => {
  const ATTEMPT_1 = '["billing","in_1",1]';

  it('is one, whatever events tell of it; of another fact it is another', async () => {
    expect(await perform('marked', { fact: ATTEMPT_1, eventId: '1', identity: 'billing:a' })).toBe('r1');
    expect(await perform('marked', { fact: ATTEMPT_1, eventId: '2', identity: 'billing:b' })).toBe('r1');
    expect(await perform('marked', { fact: '["billing","in_1",2]', eventId: '3', identity: 'billing:c' })).toBe('r2');
    expect(remote.sends).toBe(2);
    expect([...store.rows.keys()].every((intent) => /^fact~[0-9a-f]{32}\/dunning\/note$/.test(intent))).toBe(true);
  });

  it.each(CLASSES)(
    'of class %s stands as another event did it, though the record has moved on; the same event parks',
    async (effectClass) => {
      await perform(effectClass, { fact: ATTEMPT_1, eventId: '1' });
      expect(await endOf(perform(effectClass, { fact: ATTEMPT_1, eventId: '2', text: 'other' }))).toBe('r1');
      const end = await endOf(perform(effectClass, { fact: ATTEMPT_1, eventId: '1', text: 'other' }));
      expect(end).toBe(effectClass === 'natural' ? 'r1' : 'values_changed');
      expect(remote.sends).toBe(1);
    },
  );

  it('that died with its event on the wire is resolved for the other event, and not sent twice', async () => {
    remote.next = { when: 'after', error: new Crash() };
    await expect(perform('marked', { fact: ATTEMPT_1, eventId: '1' })).rejects.toThrow(Crash);
    store.newest = 2;
    expect(await failureOf(perform('marked', { fact: ATTEMPT_1, eventId: '2' }))).toMatchObject({
      code: 'effect_under_way',
      kind: 'retry',
    });
    store.pass(LONG_MS);
    expect(await perform('marked', { fact: ATTEMPT_1, eventId: '2' })).toBe('r1');
    expect(remote.records).toHaveLength(1);
  });

  it('of unknown outcome is decided at the event that began it', async () => {
    remote.next = { when: 'after', error: failed(true) };
    await endOf(perform('once', { fact: ATTEMPT_1, eventId: '1' }));
    expect(await failureOf(perform('once', { fact: ATTEMPT_1, eventId: '2' }))).toMatchObject({
      code: 'unknown_effect',
      hint: expect.stringContaining('deskbridge events show 1'),
    });
  });

  it('is done again by a replay that was asked to, for all events of the fact together', async () => {
    await perform('marked', { fact: ATTEMPT_1, eventId: '1', identity: 'billing:a' });
    expect(await perform('marked', { fact: ATTEMPT_1, eventId: '1', identity: 'billing:a#1' })).toBe('r2');
    expect(await perform('marked', { fact: ATTEMPT_1, eventId: '2', identity: 'billing:b#1' })).toBe('r2');
    expect(remote.sends).toBe(2);
  });

  it('was told by the event that did the last step, and by no event for itself', async () => {
    const told = (what: What): Promise<unknown> => findFactOf(what)({ fact: ATTEMPT_1, lastStep: 'note' });
    expect(await told({ eventId: '2', identity: 'billing:b' })).toEqual({ toldBy: null, keyedBy: 'fact' });
    remote.next = { when: 'before', error: new Crash() };
    await expect(perform('marked', { fact: ATTEMPT_1, eventId: '1', identity: 'billing:a' })).rejects.toThrow(Crash);
    expect(await told({ eventId: '2', identity: 'billing:b' })).toEqual({ toldBy: null, keyedBy: 'fact' });
    store.pass(LONG_MS);
    await perform('marked', { fact: ATTEMPT_1, eventId: '1', identity: 'billing:a' });
    expect(await told({ eventId: '2', identity: 'billing:b' })).toEqual({ toldBy: '1', keyedBy: 'fact' });
    expect(await told({ eventId: '1', identity: 'billing:a' })).toEqual({ toldBy: null, keyedBy: 'fact' });
    expect(await told({ eventId: '2', identity: 'billing:b#1' })).toEqual({ toldBy: null, keyedBy: 'fact' });
  });

  it('stays keyed by the event where an earlier version began it, and is not done twice', async () => {
    await perform('marked', { step: 'conversation', eventId: '1', identity: 'billing:a' });
    expect(await findFactOf({ eventId: '1', identity: 'billing:a' })({ fact: ATTEMPT_1, lastStep: 'note' })).toEqual({
      toldBy: null,
      keyedBy: 'event',
    });
  });
});

describe('after a crash', () => {
  it.each([
    ['before it was carried out', 'natural', 'before', 'r1'],
    ['before it was carried out', 'keyed', 'before', 'r1'],
    ['before it was carried out', 'marked', 'before', 'r1'],
    ['before it was carried out', 'once', 'before', 'unknown_effect'],
    ['after it was carried out', 'natural', 'after', 'r1'],
    ['after it was carried out', 'keyed', 'after', 'r1'],
    ['after it was carried out', 'marked', 'after', 'r1'],
    ['after it was carried out', 'once', 'after', 'unknown_effect'],
  ] as const)('%s, an effect of class %s is there once or a person is asked', async (_title, effectClass, when, end) => {
    remote.next = { when, error: new Crash() };
    await expect(perform(effectClass)).rejects.toThrow(Crash);
    store.newest = 2;
    expect(await failureOf(perform(effectClass))).toMatchObject({ code: 'effect_under_way', kind: 'retry' });
    store.pass(LONG_MS);
    expect(await endOf(perform(effectClass))).toBe(end);
    expect(remote.records.length).toBe(when === 'before' && end !== 'r1' ? 0 : 1);
    expect(await endOf(perform(effectClass))).toBe(end);
  });

  it('nobody resolves an effect while it may still be sent or be on its way, and says for how long', async () => {
    remote.next = { when: 'after', error: new Crash() };
    await expect(perform('marked')).rejects.toThrow(Crash);
    expect(await failureOf(perform('marked'))).toMatchObject({ retryAfterMs: 15_000 });
    store.pass(14_999);
    expect(await failureOf(perform('marked'))).toMatchObject({ code: 'effect_under_way', retryAfterMs: 1 });
    store.pass(1);
    expect(await perform('marked')).toBe('r1');
  });

  it('an effect that is sent again has the fingerprint of what is sent now', async () => {
    remote.next = { when: 'before', error: new Crash() };
    await expect(perform('marked')).rejects.toThrow(Crash);
    store.pass(LONG_MS);
    expect(await perform('marked', { text: 'edited' })).toBe('r1');
    expect(await perform('marked', { text: 'edited' })).toBe('r1');
    expect(remote.records).toMatchObject([{ text: 'edited' }]);
  });

  it('a keyed effect is not sent again with other values under its key', async () => {
    remote.next = { when: 'after', error: new Crash() };
    await expect(perform('keyed')).rejects.toThrow(Crash);
    store.pass(LONG_MS);
    expect(await endOf(perform('keyed', { text: 'other' }))).toBe('values_changed');
  });
});

describe('after a failed call', () => {
  it.each([
    ['natural', false, 0],
    ['natural', true, 2000],
    ['keyed', false, 0],
    ['keyed', true, 2000],
    ['marked', false, 0],
    ['marked', true, 2000],
    ['once', false, 0],
  ] as const)('an effect of class %s (may have been carried out: %s) is tried again in %i ms', async (effectClass, ambiguous, afterMs) => {
    remote.next = { when: ambiguous ? 'after' : 'before', error: failed(ambiguous) };
    await expect(perform(effectClass)).rejects.toBeInstanceOf(ConnectorError);
    if (afterMs > 0) {
      expect(await failureOf(perform(effectClass))).toMatchObject({ code: 'effect_under_way', retryAfterMs: afterMs });
      store.pass(afterMs);
    }
    expect(await perform(effectClass)).toBe('r1');
    expect(remote.records).toHaveLength(1);
  });

  it('an effect of class once that may have been carried out is left to a person', async () => {
    remote.next = { when: 'after', error: failed(true) };
    expect(await failureOf(perform('once'))).toMatchObject({
      code: 'unknown_effect',
      kind: 'attention',
      connection: 'helpdesk',
      step: 'note',
    });
    store.pass(LONG_MS);
    expect(await endOf(perform('once'))).toBe('unknown_effect');
    expect(remote.records).toHaveLength(1);
  });

  it('an attempt that was overtaken while it sent ends as lost, and the newer outcome stays', async () => {
    remote.during = async () => {
      remote.during = null;
      store.newest = 2;
      store.pass(LONG_MS);
      expect(await perform('keyed')).toBe('r1');
    };
    expect(await failureOf(perform('keyed', { epoch: 1 }))).toMatchObject({ code: 'lost', kind: 'lost' });
    expect([...store.rows.values()]).toMatchObject([{ epoch: '2', state: 'done', remoteId: 'r1' }]);
  });
});

interface What {
  readonly text?: string;
  readonly part?: string;
  readonly step?: string;
  readonly identity?: string;
  readonly eventId?: string;
  readonly fact?: string;
  readonly epoch?: number;
}

function perform(effectClass: EffectClass, what: What = {}): Promise<string> {
  const { text = 'hello', part } = what;
  const effect: EffectCall<string> = {
    class: effectClass,
    connection: 'helpdesk',
    kind: 'message',
    target: 'conversation:42',
    ...(part === undefined ? {} : { part }),
    values: { text },
    text,
    send: ({ mark }) => write(effectClass, mark, text),
    ...(effectClass === 'marked'
      ? { find: (mark: string) => Promise.resolve(remote.records.find((record) => record.mark === mark)?.id ?? null) }
      : {}),
    kept: z.string(),
    remoteId: (id) => id,
  };
  return ledgerOf(what).perform(effect);
}

function ledgerOf({ step = 'note', identity = 'billing:1', eventId = '1', fact, epoch = store.newest }: What): Ledger {
  const fence = { lease: 'l', flow: 'dunning', lane: 0, key: 'k', epoch: String(epoch) };
  const intentOf = toIntents({ flow: 'dunning', identity, eventId }, { step, fact });
  return createLedger({ store, fence, intentOf, eventId, step });
}

function findFactOf({ identity = 'billing:1', eventId = '1' }: What): FindFact {
  return createFindFact(store, { flow: 'dunning', identity, eventId });
}

async function write(effectClass: EffectClass, mark: string, text: string): Promise<string> {
  remote.sends += 1;
  await remote.during?.();
  const fault = remote.next;
  remote.next = null;
  if (fault?.when === 'before') throw fault.error;
  const same = remote.records.findIndex((record) => effectClass === 'natural' || (effectClass === 'keyed' && record.mark === mark));
  const id = same === -1 ? `r${remote.records.length + 1}` : (remote.records[same]?.id ?? '');
  if (same === -1) remote.records.push({ id, mark, text });
  else if (effectClass === 'natural') remote.records[same] = { id, mark, text };
  if (fault !== null) throw fault.error;
  return id;
}

function failed(ambiguous: boolean): ConnectorError {
  return new ConnectorError({
    code: 'unavailable',
    retry: { kind: 'backoff' },
    connection: 'helpdesk',
    operation: 'POST /x',
    hint: 'Wait.',
    ambiguous,
  });
}

async function failureOf(work: Promise<unknown>): Promise<StepFailure> {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof StepError) return error.failure;
  throw error instanceof Error ? error : new Error('it did not fail');
}

/** The result, or the code of the failure. */
function endOf(work: Promise<string>): Promise<string> {
  return work.catch((error: unknown) => (error instanceof StepError ? error.failure.code : Promise.reject(error)));
}
