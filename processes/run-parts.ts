import { Runtime, DefaultLogger } from '@temporalio/worker';
import { createActivityMeter } from '../server/activity-metrics.ts';
import { createServerProcess } from '../server/create-server.ts';
import { createLazyClient } from '../temporal/connect.ts';
import { codeOf, GRPC } from '../temporal/grpc-code.ts';
import { ATTRIBUTE_NEEDS, howToAdd, prepareSearchAttributes } from '../temporal/register.ts';
import { createStarter } from '../temporal/starter.ts';
import { createWorker } from './create-worker.ts';
import { TASK_QUEUES, WORKFLOWS } from '../workflows/contract.ts';
import { findWorkflows, flowsOf, jobActivities, toDirectory, toReceiving } from './parts.ts';
import { gauges } from './slices.ts';
import { StartFailure } from './start-failure.ts';
import { toOwner } from './surroundings.ts';
import type { Client } from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';
import type { Logger } from 'pino';
import type { DataConverter } from '@temporalio/common';
import type { DeskbridgeConfig } from '../config/read/read.ts';
import type { RecordedRow, RecordRow } from '../store/inbox/record-events.ts';
import type { Database } from '../store/driver/database.ts';
import type { ServerProcess } from '../server/create-server.ts';
import type { ReceiverMetrics } from '../server/metrics.ts';
import type { Metrics } from '../server/registry.ts';
import type { TemporalAddress } from '../temporal/connect.ts';
import type { EncryptionKey } from '../temporal/codec.ts';
import type { RunningWorker } from './create-worker.ts';

const PROBE_MS = 1000;

/** What both halves share. */
export interface Shared {
  readonly config: DeskbridgeConfig;
  readonly db: Database;
  readonly keys: readonly EncryptionKey[];
  readonly dataConverter: DataConverter;
  readonly namespace: string;
  readonly log: Logger;
}

/**
 * Sees to our search attributes in the namespace, and warns where they are missing and may not be added by this account: running needs
 * fewer rights than adding them. Throws StartFailure where there is no such namespace.
 */
export async function prepareNamespace(where: TemporalAddress, dataConverter: DataConverter, log: Pick<Logger, 'warn'>): Promise<void> {
  const { address, namespace } = where;
  const { connection } = createLazyClient(where, dataConverter);
  try {
    const state = await prepareSearchAttributes(connection, namespace);
    if (state.kind === 'wanting')
      log.warn({ namespace }, `deliveries wait until the namespace has these search attributes: ${howToAdd(state.needs, namespace)}`);
    if (state.kind === 'unknown')
      log.warn(
        { namespace },
        `this account may not see whether the namespace has our search attributes: ${howToAdd(ATTRIBUTE_NEEDS, namespace)}`,
      );
  } catch (error) {
    if (codeOf(error) === GRPC.notFound)
      throw new StartFailure(
        `Temporal at ${address} has no namespace ${namespace}: create it (temporal operator namespace create --namespace ${namespace}), or correct temporal.namespace.`,
        1,
        { cause: error },
      );
    log.warn({ namespace }, 'Temporal does not answer: whether it has our search attributes is seen by the next process that starts');
  } finally {
    await connection.close();
  }
}

/** How the receiving half is started. */
export interface ServerPartOptions {
  readonly eager: boolean;
  readonly metrics: ReceiverMetrics;
  /** Brings the store's tables up to date; left out: they are. */
  readonly prepareStore?: () => Promise<unknown>;
}

/** Starts the receiving half: receiver, dispatcher, reaper. */
export async function runServerPart(shared: Shared, client: Client, options: ServerPartOptions): Promise<ServerProcess> {
  const { config, db, log } = shared;
  const { connections, route, flows } = toReceiving(config);
  watchIntakes(options.metrics, client);
  watchSlices(options.metrics, db);
  const starting = createServerProcess({
    db,
    ...(options.prepareStore === undefined ? {} : { prepareStore: options.prepareStore }),
    starter: createStarter({ client, eager: options.eager, queues: TASK_QUEUES }),
    probeTemporal: () => probeTemporal(client, shared.namespace),
    connections,
    flows,
    route,
    host: config.server.host,
    port: config.server.port,
    limits: { bodyBytes: config.server.maxBody ?? null, requests: config.server.maxConcurrent },
    owner: toOwner('server'),
    trustedProxies: config.server.trustedProxies,
    metrics: options.metrics,
    log,
    now: Date.now,
  });
  return starting.catch((error: unknown) => {
    throw cannotListen(error, config.server);
  });
}

/** Counts `intake` workflows: each holds the only copy of its events until the store has them, and nothing else would miss one that stays. */
export function watchIntakes(metrics: ReceiverMetrics, client: Client): void {
  metrics.watch('deskbridge_intake_open', 'Workflows that hold events which the store does not have yet', [], async () => {
    const query = `WorkflowType = '${WORKFLOWS.intake}' and ExecutionStatus = 'Running'`;
    const { count } = await client.withDeadline(Date.now() + PROBE_MS, () => client.workflow.count(query));
    return [{ labels: {}, value: count }];
  });
}

function watchSlices(metrics: ReceiverMetrics, db: Database): void {
  for (const { name, help, labels, read } of gauges) metrics.watch(name, help, labels, () => read(db));
}

function cannotListen(error: unknown, { host, port }: DeskbridgeConfig['server']): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE')
    return new StartFailure(`Port ${port} on ${host} is in use: stop what listens there, or set another server.port.`, 1, { cause: error });
  if (code === 'EACCES')
    return new StartFailure(`Port ${port} may not be listened on by this user: set a server.port of 1024 or more.`, 1, { cause: error });
  return error;
}

/** Starts the executing half: both task queues and the prober. */
export function runWorkerPart(
  shared: Shared,
  connection: NativeConnection,
  hooks: { record(rows: readonly RecordRow[]): Promise<readonly RecordedRow[]>; onFreed(): void; readonly metrics: Metrics },
): Promise<RunningWorker> {
  const { config, db, dataConverter, namespace, log } = shared;
  return createWorker({
    db,
    configured: config.connections,
    directory: toDirectory(config),
    flowsOf: flowsOf(config),
    jobs: (deps) => jobActivities(config, deps),
    record: hooks.record,
    onFreed: hooks.onFreed,
    observer: createActivityMeter(hooks.metrics),
    connection,
    namespace,
    dataConverter,
    workflows: findWorkflows(),
    queues: TASK_QUEUES,
    identity: toOwner('worker'),
    log,
  });
}

/** Sends what the Temporal SDK logs through our log; call before anything else of the SDK's worker. */
export function installRuntime(log: Logger): void {
  const logger = new DefaultLogger('WARN', ({ level, message, meta }) => {
    const error: unknown = meta?.['error'];
    const fields = { source: 'temporal', ...(error instanceof Error ? { error: error.name } : {}) };
    if (level === 'ERROR') log.error(fields, message);
    else log.warn(fields, message);
  });
  Runtime.install({
    logger,
    shutdownSignals: [],
    telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' }, forward: {} } },
  });
}

async function probeTemporal(client: Client, namespace: string): Promise<void> {
  await client.withDeadline(Date.now() + PROBE_MS, () => client.connection.workflowService.describeNamespace({ namespace }));
}
