import type { EffectStore } from '../../activities/effects/effect-store.ts';
import type { EffectRow } from '../../store/effects/effect-row.ts';

const FIRST_AT = new Date('2026-01-01T00:00:00Z');

/** The effects table as the ledger sees it, with a clock that the test moves; fences by epoch as the real one does. */
export interface MemoryEffects extends EffectStore {
  readonly rows: Map<string, EffectRow>;
  /** The newest epoch of the one key. */
  newest: number;
  pass(ms: number): void;
}

/** An empty table. */
export function createMemoryEffects(): MemoryEffects {
  const rows = new Map<string, EffectRow>();
  let nowMs = 0;
  let settlements = 0;
  const sendByOf = new Map<string, number>();
  const isNewest = (epoch: string): boolean => Number(epoch) === effects.newest;
  const put = (row: EffectRow, sendForMs: number): EffectRow => {
    sendByOf.set(row.intent, nowMs + sendForMs);
    rows.set(row.intent, row);
    return view(row);
  };
  const view = (row: EffectRow): EffectRow => ({ ...row, sendByInMs: (sendByOf.get(row.intent) ?? 0) - nowMs });
  const effects: MemoryEffects = {
    rows,
    newest: 1,
    pass: (ms) => void (nowMs += ms),
    write: ({ sendForMs, ...intent }) => {
      if (!isNewest(intent.epoch)) return Promise.resolve({ kind: 'lost' });
      const known = rows.get(intent.intent);
      if (known !== undefined) return Promise.resolve({ kind: 'existing', row: view(known) });
      const open = {
        state: 'pending',
        firstAt: FIRST_AT,
        sendBy: FIRST_AT,
        sendByInMs: 0,
        remoteId: null,
        result: null,
        settledAt: null,
      } as const;
      return Promise.resolve({
        kind: 'fresh',
        row: put({ ...intent, ...open }, sendForMs),
      });
    },
    resend: ({ intent, epoch, fingerprint, textHash, sendForMs }) => {
      const row = rows.get(intent);
      if (row?.state !== 'pending' || !isNewest(epoch)) return Promise.resolve(false);
      put({ ...row, epoch, fingerprint: fingerprint ?? row.fingerprint, textHash: textHash ?? row.textHash }, sendForMs);
      return Promise.resolve(true);
    },
    settle: ({ intent, epoch, state, remoteId, result }) => {
      const row = rows.get(intent);
      if (row === undefined || Number(row.epoch) > Number(epoch)) return Promise.resolve(false);
      settlements += 1;
      rows.set(intent, { ...row, epoch, state, remoteId, result, settledAt: new Date(settlements) });
      return Promise.resolve(true);
    },
    giveUp: ({ intent, sendByInMs }) => Promise.resolve(void sendByOf.set(intent, nowMs + sendByInMs)),
    withdraw: ({ intent }) => Promise.resolve(void rows.delete(intent)),
    recall: ({ flow, connection, kind, target }) => {
      const done = [...rows.values()].filter(
        (row) => row.state === 'done' && row.flow === flow && row.connection === connection && row.kind === kind && row.target === target,
      );
      const newest = done.sort((a, b) => Number(b.settledAt) - Number(a.settledAt))[0];
      return Promise.resolve(newest?.result ?? null);
    },
    own: () => Promise.resolve('foreign'),
    findFact: ({ intent, eventId, ownBeginning }) => {
      const row = rows.get(intent);
      const toldBy = row?.state === 'done' && row.eventId !== eventId ? row.eventId : null;
      const hasOwn = [...rows.values()].some((one) => one.eventId === eventId && one.intent.startsWith(ownBeginning));
      return Promise.resolve({ toldBy, hasOwn });
    },
  };
  return effects;
}
