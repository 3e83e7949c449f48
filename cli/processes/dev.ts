import { join } from 'node:path';
import { createAdminServer } from '../admin/serve-admin.ts';
import { adminSocketPath } from '../admin/socket-path.ts';
import { createWorkflowDoor } from '../admin/workflow-door.ts';
import { createLogger } from '../../server/logger.ts';
import { createMetrics } from '../../server/metrics.ts';
import { connectWorker, createClient } from '../../temporal/connect.ts';
import { createDataConverter } from '../../temporal/data-converter.ts';
import { startDevServer } from '../../temporal/dev-server.ts';
import { once, withClosing } from './closing.ts';
import { startHousekeeping } from './housekeeping.ts';
import { openAdmin } from './open-admin.ts';
import { installRuntime, prepareNamespace, runServerPart, runWorkerPart } from './run-parts.ts';
import { waitForSignal } from './shutdown.ts';
import { StartFailure } from './start-failure.ts';
import { openState, openStore, readConfigOrFail, readKeys, toTemporalAddress } from './surroundings.ts';
import type { DevServer } from '../../temporal/dev-server.ts';
import type { StateDir } from '../../config/state-dir.ts';
import type { RecordRow } from '../../store/record-events.ts';

const TEMPORAL_PORT = 7233;
const TEMPORAL_UI_PORT = 8233;

/** What running a process takes. */
export interface ProcessOptions {
  readonly configPath: string;
  /** Called when everything runs, with where to look. */
  onReady?(ready: { readonly server: string; readonly temporalUi: string | null; readonly admin: string }): void;
  /** The `temporal` binary, for the dev server. */
  readonly temporalCliPath?: string;
}

/** Everything in one process, on the embedded parts where the configuration names no others; until SIGINT or SIGTERM. */
export async function runDev(options: ProcessOptions): Promise<void> {
  const config = readConfigOrFail(options.configPath, false);
  const log = createLogger(config.log.level);
  const state = openState();
  const keys = readKeys(config, state);
  await withClosing(async (defer) => {
    const db = await openStore(config, state);
    defer(() => db.close());
    installRuntime(log);
    const metrics = createMetrics({ process: true });
    const operators = await openAdmin(config, 'server', { metrics, log, keys });
    defer(() => operators.close());
    const devServer = toTemporalAddress(config) === undefined ? await startEmbedded(options, `${operators.origin}/codec`, state) : null;
    if (devServer !== null) defer(() => devServer.stop());
    if (devServer !== null) operators.allowOrigin(devServer.uiOrigin);
    const where = toTemporalAddress(config) ?? { address: devServer?.address ?? '', namespace: 'default', tls: false, apiKey: null };
    const dataConverter = createDataConverter(keys);
    const connection = await connectWorker(where);
    defer(() => connection.close());
    await prepareNamespace(where, dataConverter);
    const shared = { config, db, keys, dataConverter, namespace: where.namespace, log };
    const client = createClient(connection, where.namespace, dataConverter);
    const server = await runServerPart(shared, client, { eager: true, metrics });
    const stopReceiving = once(() => server.close());
    defer(stopReceiving);
    const hooks = { record: (rows: readonly RecordRow[]) => server.record(rows), onFreed: () => server.wake(), metrics };
    const worker = await runWorkerPart(shared, connection, hooks);
    defer(() => worker.stop());
    const uiOrigin = config.server.uiOrigin ?? devServer?.uiOrigin ?? null;
    const workflows = createWorkflowDoor({ client, namespace: where.namespace, uiOrigin });
    const admin = await createAdminServer({ socketPath: adminSocketPath(process.cwd()), db, workflows });
    defer(() => admin.close());
    const housekeeping = startHousekeeping(db, config.store.retention, log);
    defer(() => housekeeping.stop());
    const stopped = waitForSignal();
    options.onReady?.({
      server: `http://${config.server.host}:${server.port}`,
      temporalUi: devServer?.uiOrigin ?? null,
      admin: operators.origin,
    });
    await Promise.race([stopped, worker.ended]);
    await stopReceiving();
  });
}

async function startEmbedded(options: ProcessOptions, codecEndpoint: string, state: StateDir): Promise<DevServer> {
  const { temporalCliPath: cliPath } = options;
  if (cliPath === undefined)
    throw new StartFailure(
      'There is no Temporal: name one under temporal.address, or start with npm start, which brings the dev server.',
      1,
    );
  try {
    return await startDevServer({
      cliPath,
      port: TEMPORAL_PORT,
      uiPort: TEMPORAL_UI_PORT,
      dbFile: join(state.path, 'temporal.db'),
      codecEndpoint,
    });
  } catch (error) {
    throw new StartFailure(error instanceof Error ? error.message : 'The Temporal dev server did not start.', 1, { cause: error });
  }
}
