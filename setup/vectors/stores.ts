import { createRecorder } from '../../inbox/recorder.ts';
import { migrate } from '../../store/migrate.ts';
import { createPglite } from '../../store/driver/pglite.ts';
import { proveWritable } from '../../store/driver/prove-writable.ts';
import type { RecordedRow, Stores } from '../../server/ports.ts';

const PROBE_MS = 1_000;

/** The real inbox on an embedded store in memory, with a view of what was recorded last. */
export interface VectorStores extends Stores {
  /** What has been recorded since the last call. */
  takeRecorded(): readonly RecordedRow[];
  close(): Promise<void>;
}

/** Opens an empty inbox. */
export async function openVectorStores(now: () => number): Promise<VectorStores> {
  const db = await createPglite({});
  await migrate(db);
  const recorder = createRecorder({ db, now });
  let recorded: RecordedRow[] = [];
  return {
    async record(rows) {
      const results = await recorder.record(rows);
      recorded.push(
        ...results.map((row, index) => ({ eventId: row.eventId, fresh: row.fresh && (rows[index]?.deliveries.length ?? 0) > 0 })),
      );
      return results;
    },
    park: () => Promise.resolve(),
    probeStore: () => proveWritable(db, PROBE_MS),
    takeRecorded() {
      const taken = recorded;
      recorded = [];
      return taken;
    },
    close: () => db.close(),
  };
}
