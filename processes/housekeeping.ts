import { repairUnderWay } from '../store/inbox/counter-drift.ts';
import { reclaimSpace } from '../store/inbox/retention.ts';
import { sweeps } from './slices.ts';
import type { Retention, Sweep } from '../jobs/job.ts';
import type { Database } from '../store/driver/database.ts';

const EVERY_MS = 10 * 60 * 1000;
/** Rows that are written over and over (the probe's, keys, gates) leave dead ones behind even where nothing is swept. */
const RECLAIM_EVERY_MS = 60 * 60 * 1000;

/**
 * Removes what is past its time, in chunks, and puts right what flows count as under way, now and every ten minutes until stopped.
 * The space of dead rows is made usable again after each round that removed some, and every hour. Failures are logged and wait for the next round.
 */
export function startHousekeeping(
  db: Database,
  retention: Retention,
  log: { warn(fields: object, message: string): void },
  { everyMs = EVERY_MS, now = () => performance.now() }: { readonly everyMs?: number; now?(): number } = {},
): { stop(): Promise<void> } {
  let stopped = false;
  let reclaimedAtMs = now();
  const onFailed = (error: unknown): void =>
    log.warn({ err: error instanceof Error ? error.name : 'unknown' }, 'housekeeping failed; it is tried again in ten minutes');
  const round = async (): Promise<void> => {
    for (const queue of await repairUnderWay(db))
      log.warn(
        queue,
        'the count of groups under way was wrong and is put right: another release runs beside, or the store was changed by hand',
      );
    let removed = 0;
    const failures: unknown[] = [];
    const sweepAll = async (sweep: Sweep): Promise<void> => {
      for (let some = 1; some > 0 && !stopped; removed += some) some = await sweep(db, retention);
    };
    // One that fails keeps none of the others from their turn.
    for (const sweep of sweeps) await sweepAll(sweep).catch((error: unknown) => failures.push(error));
    if (!stopped && (removed > 0 || now() - reclaimedAtMs >= RECLAIM_EVERY_MS)) {
      await reclaimSpace(db);
      reclaimedAtMs = now();
    }
    if (failures.length > 0) throw failures[0];
  };
  let running = round().catch(onFailed);
  const timer = setInterval(() => {
    running = running.then(round).catch(onFailed);
  }, everyMs);
  return {
    async stop() {
      stopped = true;
      clearInterval(timer);
      await running;
    },
  };
}
