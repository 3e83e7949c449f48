import { createRecorder } from '../../inbox/recorder.ts';
import { connectWorker, createClient } from '../../temporal/connect.ts';
import { createDataConverter } from '../../temporal/data-converter.ts';
import { createAdminServer } from '../admin/serve-admin.ts';
import { adminSocketPath } from '../admin/socket-path.ts';
import { storeNameOf } from '../admin/store-name.ts';
import { createWorkflowDoor } from '../admin/workflow-door.ts';
import { messageOf } from '../fail.ts';
import { once, withClosing } from './closing.ts';
import { startEmbeddedTemporal } from './embedded-temporal.ts';
import { startHousekeeping } from './housekeeping.ts';
import { installRuntime, prepareNamespace, runServerPart, runWorkerPart } from './run-parts.ts';
import { waitForSignal } from './shutdown.ts';
import { openState, openStore, readConfigOrFail, readKeys, toTemporalAddress } from './surroundings.ts';
import type { NativeConnection } from '@temporalio/worker';
import type { Defer } from './closing.ts';
import type { Shared } from './run-parts.ts';

/** What running a process takes. */
export interface ProcessOptions {
  readonly configPath: string;
  /** Called when everything runs, with where to look. */
  onReady?(ready: { readonly server: string; readonly temporalUi: string | null }): void;
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
    const codecEndpoint = `http://${config.server.host}:${config.server.port}/codec`;
    const embedded = cliPath === null ? null : await startEmbeddedTemporal({ cliPath, state, codecEndpoint });
    if (embedded !== null) defer(() => embedded.stop());
    const where = configured ?? embedded?.where;
    if (where === undefined) throw new Error('neither a Temporal of the configuration nor one of this folder');
    const dataConverter = createDataConverter(keys);
    installRuntime(log);
    const connection = await connectWorker(where);
    defer(() => connection.close());
    await prepareNamespace(where, dataConverter, log);
    const shared = { config, db, keys, dataConverter, namespace: where.namespace, log };
    const parts = await runParts(shared, connection, defer, embedded?.uiOrigin ?? null);
    options.onReady?.({ server: `http://${config.server.host}:${parts.port}`, temporalUi: embedded?.uiPage ?? null });
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
async function runParts(shared: Shared, connection: NativeConnection, defer: Defer, devUiOrigin: string | null): Promise<Parts> {
  const { config, db, log, namespace } = shared;
  const cwd = process.cwd();
  const client = createClient(connection, namespace, shared.dataConverter);
  const workflows = createWorkflowDoor({ client, namespace, uiOrigin: config.server.uiOrigin ?? devUiOrigin });
  const admin = await createAdminServer({ socketPath: adminSocketPath(cwd), store: storeNameOf(config, cwd), db, workflows });
  defer(() => admin.close());
  let wake = (): void => undefined;
  const recorder = createRecorder({ db, now: Date.now, onRecorded: () => wake() });
  defer(() => recorder.drain());
  const worker = await runWorkerPart(shared, connection, { record: (rows) => recorder.record(rows), onFreed: () => wake() });
  defer(() => worker.stop());
  const housekeeping = startHousekeeping(db, config.store.retention, log);
  defer(() => housekeeping.stop());
  const server = await runServerPart(shared, client, { eager: true, uiOrigin: devUiOrigin });
  const stopReceiving = once(() => server.close());
  defer(stopReceiving);
  wake = () => server.wake();
  return { port: server.port, ended: worker.ended, stopReceiving };
}
