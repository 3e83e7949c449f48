import { createEffectStore } from '../../activities/effects/effect-store.ts';
import type { EffectStore } from '../../activities/effects/effect-store.ts';
import type { IntentRow } from '../../store/effects/effect.ts';
import type { EffectRow } from '../../store/effects/effect-row.ts';
import type { Database } from '../../store/driver/database.ts';
import type { Control } from './settings.ts';

/** The ledger's store of a fault run: whole, or with a part switched off, so that the run has to fail. */
export function createControlledStore(db: Database, control: Control): EffectStore {
  const store = createEffectStore(db);
  if (control === 'without-ledger') return withoutLedger(store);
  return control === 'without-fence' ? withoutFence(store, db) : store;
}

/** Every attempt writes as if it were the first. */
function withoutLedger(store: EffectStore): EffectStore {
  return {
    ...store,
    write: (intent) => Promise.resolve({ kind: 'fresh', row: toRow(intent) }),
    settle: () => Promise.resolve(true),
    giveUp: () => Promise.resolve(),
  };
}

/** An attempt that was overtaken goes on all the same: it writes under its own old epoch and takes its settling for accepted. */
function withoutFence(store: EffectStore, db: Database): EffectStore {
  return {
    ...store,
    async write(intent) {
      const outcome = await store.write(intent);
      if (outcome.kind !== 'lost') return outcome;
      const rows = await db.query(FORCE, [
        intent.intent,
        intent.epoch,
        intent.flow,
        intent.eventId,
        intent.connection,
        intent.kind,
        intent.target,
        intent.mark,
        intent.fingerprint,
      ]);
      return rows.length === 0 ? outcome : { kind: 'fresh', row: toRow(intent) };
    },
    async settle(outcome) {
      await store.settle(outcome);
      return true;
    },
  };
}

const FORCE = `
insert into effect (intent, epoch, flow, event_id, connection, kind, target, class, mark, fingerprint, send_by)
values ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9, clock_timestamp()) on conflict do nothing returning 1`;

function toRow(intent: Omit<IntentRow, 'token'>): EffectRow {
  const at = new Date();
  return {
    ...intent,
    state: 'pending',
    firstAt: at,
    sendBy: at,
    sendByInMs: 0,
    remoteId: null,
    result: null,
    settledAt: null,
  };
}
