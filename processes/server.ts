import { createMetrics } from '../server/metrics.ts';
import { createLazyClient } from '../temporal/connect.ts';
import { createDataConverter } from '../temporal/data-converter.ts';
import { migrate } from '../store/migrate.ts';
import { messageOf } from '../operator/fail.ts';
import { startAfter, withClosing } from './closing.ts';
import { startHousekeeping } from './housekeeping.ts';
import { keepSchedules } from './keep-schedules.ts';
import { openAdmin } from './open-admin.ts';
import { prepareNamespace, runServerPart } from './run-parts.ts';
import { lameDuckAfter, waitForSignal } from './shutdown.ts';
import { StartFailure } from './start-failure.ts';
import { connectStore, openState, readConfigOrFail, readKeys, toTemporalAddress } from './surroundings.ts';
import { migrations } from './slices.ts';
import type { ProcessOptions } from './dev.ts';

/** Receiver and dispatcher, stateless, any number of replicas; until SIGINT or SIGTERM. Starts while the store, or Temporal, is away. */
export async function runServer(options: ProcessOptions): Promise<void> {
  const { config, log } = readConfigOrFail(options.configPath, true);
  const where = toTemporalAddress(config);
  if (where === undefined) throw new StartFailure('deskbridge server needs a Temporal: set temporal.address in the configuration.', 2);
  const state = openState();
  const keys = readKeys(config, state);
  await withClosing(async (defer) => {
    const db = await connectStore(config, state);
    defer(() => db.close());
    const dataConverter = createDataConverter(keys);
    const { client, connection } = createLazyClient(where, dataConverter);
    defer(() => connection.close());
    prepareNamespace(where, dataConverter, log).catch((error: unknown) => log.error({}, messageOf(error)));
    const shared = { config, db, keys, dataConverter, namespace: where.namespace, log };
    const metrics = createMetrics({ process: true });
    const admin = await openAdmin(config, 'server', { metrics, log, keys });
    defer(() => admin.close());
    const server = await runServerPart(shared, client, { eager: false, metrics, prepareStore: () => migrate(db, migrations) });
    defer(() => server.close());
    const schedules = keepSchedules(config, client, log);
    defer(() => schedules.stop());
    const housekeeping = startAfter(server.dispatches, () => startHousekeeping(db, config.store.retention, log));
    defer(() => housekeeping.stop());
    const stopped = waitForSignal();
    options.onReady?.({ server: `http://${config.server.host}:${server.port}`, temporalUi: null, admin: admin.origin });
    await server.close({ lameDuckMs: lameDuckAfter(await stopped, config.server.lameDuck) });
  });
}
