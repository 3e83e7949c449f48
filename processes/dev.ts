import { createRecorder } from '../inbox/recorder.ts';
import { createMetrics } from '../server/metrics.ts';
import { connectWorker, createClient } from '../temporal/connect.ts';
import { createDataConverter } from '../temporal/data-converter.ts';
import { createAdminServer } from '../operator/door/serve-admin.ts';
import { adminSocketPath } from '../operator/door/socket-path.ts';
import { storeNameOf } from '../operator/door/store-name.ts';
import { createWorkflowDoor } from '../operator/door/workflow-door.ts';
import { messageOf } from '../operator/fail.ts';
import { once, withClosing } from './closing.ts';
import { startEmbeddedTemporal } from './embedded-temporal.ts';
import { startHousekeeping } from './housekeeping.ts';
import { keepSchedules } from './keep-schedules.ts';
import { openAdmin } from './open-admin.ts';
import { installRuntime, prepareNamespace, runServerPart, runWorkerPart } from './run-parts.ts';
import { waitForSignal } from './shutdown.ts';
import { openState, openStore, readConfigOrFail, readKeys, toTemporalAddress } from './surroundings.ts';
import { tasks } from './slices.ts';
import type { NativeConnection } from '@temporalio/worker';
import type { ReceiverMetrics } from '../server/metrics.ts';
import type { Defer } from './closing.ts';
import type { Shared } from './run-parts.ts';

/** What running a process takes. */
export interface ProcessOptions {
  readonly configPath: string;
  /** Called when everything runs, with where to look. */
  onReady?(ready: { readonly server: string; readonly temporalUi: string | null; readonly admin: string }): void;
  /** The path of a Temporal CLI, for the dev server; throws CliFailure where there is none. */
  findTemporalCli(): Promise<string>;
}

/** Everything in one process, on the embedded parts where the configuration names no others; until SIGINT or SIGTERM. */
export async function runDev(options: ProcessOptions): Promise<void> {
  const { config, log } = readConfigOrFail(options.configPath, false);
  const configured = toTemporalAddress(config);
  const cliPath = configured === undefined ? await options.findTemporalCli() : null;
  // From here on there is something to give back, also where the signal comes before everything runs.
  const stopped = waitForSignal();
  const state = openState();
  const keys = readKeys(config, state);
  await withClosing(async (defer) => {
    const db = await openStore(config, state);
    defer(() => db.close());
    installRuntime(log);
    const metrics = createMetrics({ process: true });
    const operators = await openAdmin(config, 'server', { metrics, log, keys });
    defer(() => operators.close());
    const embedded = cliPath === null ? null : await startEmbeddedTemporal({ cliPath, state, codecEndpoint: `${operators.origin}/codec` });
    if (embedded !== null) defer(() => embedded.stop());
    if (embedded !== null) operators.allowOrigin(embedded.uiOrigin);
    const where = configured ?? embedded?.where;
    if (where === undefined) throw new Error('neither a Temporal of the configuration nor one of this folder');
    const dataConverter = createDataConverter(keys);
    const connection = await connectWorker(where);
    defer(() => connection.close());
    await prepareNamespace(where, dataConverter, log);
    const shared = { config, db, keys, dataConverter, namespace: where.namespace, log };
    const parts = await runParts(shared, connection, defer, { metrics, uiOrigin: embedded?.uiOrigin ?? null });
    options.onReady?.({
      server: `http://${config.server.host}:${parts.port}`,
      temporalUi: embedded?.uiPage ?? null,
      admin: operators.origin,
    });
    await Promise.race([stopped, parts.ended, ...(embedded === null ? [] : [embedded.lost])]).catch((error: unknown) => {
      log.error({}, messageOf(error));
      throw error;
    });
    await parts.stopReceiving();
  });
}

interface Parts {
  readonly port: number;
  /** Rejects when the worker fails for good. */
  readonly ended: Promise<void>;
  stopReceiving(): Promise<void>;
}

/** Opens the doors; the receiver's is the last, so that whoever finds it open, or ready, finds the others open too. */
async function runParts(
  shared: Shared,
  connection: NativeConnection,
  defer: Defer,
  around: { readonly metrics: ReceiverMetrics; readonly uiOrigin: string | null },
): Promise<Parts> {
  const { config, db, log, namespace } = shared;
  const { metrics } = around;
  const cwd = process.cwd();
  const client = createClient(connection, namespace, shared.dataConverter);
  const workflows = createWorkflowDoor({ client, namespace, uiOrigin: config.server.uiOrigin ?? around.uiOrigin });
  const admin = await createAdminServer({ socketPath: adminSocketPath(cwd), store: storeNameOf(config, cwd), tasks, db, workflows });
  defer(() => admin.close());
  let wake = (): void => undefined;
  const recorder = createRecorder({ db, now: Date.now, onRecorded: () => wake() });
  defer(() => recorder.drain());
  const worker = await runWorkerPart(shared, connection, { record: (rows) => recorder.record(rows), onFreed: () => wake(), metrics });
  defer(() => worker.stop());
  const schedules = keepSchedules(config, client, log);
  defer(() => schedules.stop());
  const housekeeping = startHousekeeping(db, config.store.retention, log);
  defer(() => housekeeping.stop());
  const server = await runServerPart(shared, client, { eager: true, metrics });
  const stopReceiving = once(() => server.close());
  defer(stopReceiving);
  wake = () => server.wake();
  return { port: server.port, ended: worker.ended, stopReceiving };
}
