import { join } from 'node:path';
import { createAdminServer } from '../admin/serve-admin.ts';
import { adminSocketPath } from '../admin/socket-path.ts';
import { createWorkflowDoor } from '../admin/workflow-door.ts';
import { createLogger } from '../../server/logger.ts';
import { connectWorker, createClient } from '../../temporal/connect.ts';
import { createDataConverter } from '../../temporal/data-converter.ts';
import { startDevServer } from '../../temporal/dev-server.ts';
import { once, withClosing } from './closing.ts';
import { startHousekeeping } from './housekeeping.ts';
import { installRuntime, prepareNamespace, runServerPart, runWorkerPart } from './run-parts.ts';
import { waitForSignal } from './shutdown.ts';
import { StartFailure } from './start-failure.ts';
import { openState, openStore, readConfigOrFail, readKeys, toTemporalAddress } from './surroundings.ts';
import type { DevServer } from '../../temporal/dev-server.ts';
import type { DeskbridgeConfig } from '../../config/read.ts';
import type { StateDir } from '../../config/state-dir.ts';

const TEMPORAL_PORT = 7233;
const TEMPORAL_UI_PORT = 8233;

/** What running a process takes. */
export interface ProcessOptions {
  readonly configPath: string;
  /** Called when everything runs, with where to look. */
  onReady?(ready: { readonly server: string; readonly temporalUi: string | null }): void;
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
    const devServer = toTemporalAddress(config) === undefined ? await startEmbedded(options, config, state) : null;
    if (devServer !== null) defer(() => devServer.stop());
    const where = toTemporalAddress(config) ?? { address: devServer?.address ?? '', namespace: 'default', tls: false, apiKey: null };
    const dataConverter = createDataConverter(keys);
    const connection = await connectWorker(where);
    defer(() => connection.close());
    await prepareNamespace(where, dataConverter);
    const shared = { config, db, keys, dataConverter, namespace: where.namespace, log };
    const client = createClient(connection, where.namespace, dataConverter);
    const server = await runServerPart(shared, client, { eager: true, uiOrigin: devServer?.uiOrigin ?? null });
    const stopReceiving = once(() => server.close());
    defer(stopReceiving);
    const worker = await runWorkerPart(shared, connection, { record: (rows) => server.record(rows), onFreed: () => server.wake() });
    defer(() => worker.stop());
    const uiOrigin = config.server.uiOrigin ?? devServer?.uiOrigin ?? null;
    const workflows = createWorkflowDoor({ client, namespace: where.namespace, uiOrigin });
    const admin = await createAdminServer({ socketPath: adminSocketPath(process.cwd()), db, workflows });
    defer(() => admin.close());
    const housekeeping = startHousekeeping(db, config.store.retention, log);
    defer(() => housekeeping.stop());
    options.onReady?.({ server: `http://${config.server.host}:${server.port}`, temporalUi: devServer?.uiOrigin ?? null });
    await Promise.race([waitForSignal(), worker.ended]);
    await stopReceiving();
  });
}

async function startEmbedded(options: ProcessOptions, config: DeskbridgeConfig, state: StateDir): Promise<DevServer> {
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
      codecEndpoint: `http://${config.server.host}:${config.server.port}/codec`,
    });
  } catch (error) {
    throw new StartFailure(error instanceof Error ? error.message : 'The Temporal dev server did not start.', 1, { cause: error });
  }
}
