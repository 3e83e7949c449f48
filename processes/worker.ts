import { keepTrying } from '../inbox/keep-trying.ts';
import { createRecorder, INBOX_CHANNEL } from '../inbox/recorder.ts';
import { migrate } from '../store/migrate.ts';
import { createRegistry } from '../server/registry.ts';
import { connectWorker } from '../temporal/connect.ts';
import { createDataConverter } from '../temporal/data-converter.ts';
import { withClosing } from './closing.ts';
import { openAdmin } from './open-admin.ts';
import { installRuntime, prepareNamespace, runWorkerPart } from './run-parts.ts';
import { waitForSignal } from './shutdown.ts';
import { StartFailure } from './start-failure.ts';
import { connectStore, openState, readConfigOrFail, readKeys, toTemporalAddress } from './surroundings.ts';
import { migrations } from './slices.ts';
import type { ProcessOptions } from './dev.ts';

/** Workflows and activities, any number of replicas; until SIGINT or SIGTERM. Waits for the store and for Temporal, as it does when it runs. */
export async function runWorker(options: ProcessOptions): Promise<void> {
  const { config, log } = readConfigOrFail(options.configPath, true);
  const where = toTemporalAddress(config);
  if (where === undefined) throw new StartFailure('deskbridge worker needs a Temporal: set temporal.address in the configuration.', 2);
  const state = openState();
  const keys = readKeys(config, state);
  const stopping = new AbortController();
  const { signal } = stopping;
  const stopped = waitForSignal().then(() => stopping.abort());
  const metrics = createRegistry({ process: true });
  let ready = false;
  await withClosing(async (defer) => {
    const admin = await openAdmin(config, 'worker', { metrics, log, isReady: () => ready });
    defer(() => admin.close());
    const db = await connectStore(config, state);
    defer(() => db.close());
    const noStore = 'the store does not answer, or its tables cannot be brought up to date: the worker waits for it';
    if ((await keepTrying(() => migrate(db, migrations), { failing: noStore, signal, log })) === undefined) return;
    installRuntime(log);
    const dataConverter = createDataConverter(keys);
    const noTemporal = 'Temporal does not answer: the worker waits for it';
    const connection = await keepTrying(() => connectWorker(where), { failing: noTemporal, signal, log });
    if (connection === undefined) return;
    defer(() => connection.close());
    await prepareNamespace(where, dataConverter, log);
    const recorder = createRecorder({ db, now: Date.now });
    defer(() => recorder.drain());
    const shared = { config, db, keys, dataConverter, namespace: where.namespace, log };
    const onFreed = createHint(() => db.query('select pg_notify($1, $2)', [INBOX_CHANNEL, '']));
    const worker = await runWorkerPart(shared, connection, { record: (rows) => recorder.record(rows), onFreed, metrics });
    defer(() => worker.stop());
    ready = true;
    options.onReady?.({ server: '', temporalUi: null, admin: admin.origin });
    await Promise.race([stopped, worker.ended]).finally(() => (ready = false));
  });
}

const HINT_EVERY_MS = 5;

/** At most one hint every few milliseconds; a lost one costs a poll. */
function createHint(send: () => Promise<unknown>): () => void {
  let due = false;
  return () => {
    if (due) return;
    due = true;
    setTimeout(() => {
      due = false;
      send().catch(() => undefined);
    }, HINT_EVERY_MS);
  };
}
