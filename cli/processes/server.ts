import { createLogger } from '../../server/logger.ts';
import { createMetrics } from '../../server/metrics.ts';
import { createLazyClient } from '../../temporal/connect.ts';
import { createDataConverter } from '../../temporal/data-converter.ts';
import { withClosing } from './closing.ts';
import { startHousekeeping } from './housekeeping.ts';
import { openAdmin } from './open-admin.ts';
import { prepareNamespace, runServerPart } from './run-parts.ts';
import { lameDuckAfter, waitForSignal } from './shutdown.ts';
import { StartFailure } from './start-failure.ts';
import { openState, openStore, readConfigOrFail, readKeys, toTemporalAddress } from './surroundings.ts';
import type { ProcessOptions } from './dev.ts';

/** Receiver and dispatcher, stateless, any number of replicas; until SIGINT or SIGTERM. Starts while Temporal is away. */
export async function runServer(options: ProcessOptions): Promise<void> {
  const config = readConfigOrFail(options.configPath, true);
  const where = toTemporalAddress(config);
  if (where === undefined) throw new StartFailure('deskbridge server needs a Temporal: set temporal.address in the configuration.', 2);
  const log = createLogger(config.log.level);
  const state = openState();
  const keys = readKeys(config, state);
  await withClosing(async (defer) => {
    const db = await openStore(config, state);
    defer(() => db.close());
    const dataConverter = createDataConverter(keys);
    const { client, connection } = createLazyClient(where, dataConverter);
    defer(() => connection.close());
    prepareNamespace(where, dataConverter).catch(() =>
      log.warn({}, 'Temporal is away: search attributes are registered by the next process that starts'),
    );
    const shared = { config, db, keys, dataConverter, namespace: where.namespace, log };
    const metrics = createMetrics({ process: true });
    const admin = await openAdmin(config, 'server', { metrics, log, keys });
    defer(() => admin.close());
    const server = await runServerPart(shared, client, { eager: false, metrics });
    defer(() => server.close());
    const housekeeping = startHousekeeping(db, config.store.retention, log);
    defer(() => housekeeping.stop());
    const stopped = waitForSignal();
    options.onReady?.({ server: `http://${config.server.host}:${server.port}`, temporalUi: null, admin: admin.origin });
    await server.close({ lameDuckMs: lameDuckAfter(await stopped, config.server.lameDuck) });
  });
}
