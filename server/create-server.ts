import { createDispatching } from '../inbox/dispatching.ts';
import { createIntake } from '../inbox/intake.ts';
import { createRecorder } from '../inbox/recorder.ts';
import { parkRequest } from '../store/parked-requests.ts';
import { proveWritable } from '../store/prove-writable.ts';
import { listQueues } from '../store/query-queues.ts';
import { DEFAULT_LIMITS } from './ports.ts';
import { createReceiver } from './receiver.ts';
import { startServer } from './start.ts';
import type { Database } from '../store/database.ts';
import type { WorkflowStarter } from '../inbox/starter.ts';
import type { Way } from '../inbox/dispatcher.ts';
import type { FlowQueue } from '../inbox/dispatching.ts';
import type { RecordedRow, RecordRow } from '../store/record-events.ts';
import type { BoundInbound } from './bound-inbound.ts';
import type { CodecOptions } from './codec.ts';
import type { ReceiverMetrics } from './metrics.ts';
import type { Log, ReceiverDeps, ReceiverLimits } from './ports.ts';

/**
 * Of what a request may wait for the store, a commit gets so much: when one is stuck, what waits behind it is recorded on another
 * connection before its own time is up.
 */
const SHARE_OF_RECORDING = 0.8;

/** What the server process is made of. */
export interface ServerProcessOptions {
  readonly db: Database;
  readonly starter: WorkflowStarter;
  /** Resolves when Temporal answers: the second place for events is there. */
  probeTemporal(): Promise<void>;
  readonly connections: readonly BoundInbound[];
  readonly flows: readonly FlowQueue[];
  /** Hands everything over one way; left out: by the weather. */
  readonly only?: Way | undefined;
  readonly route: ReceiverDeps['route'];
  readonly host: string;
  readonly port: number;
  readonly limits: Partial<ReceiverLimits>;
  /** Names this replica in leases and workflow ids. */
  readonly owner: string;
  readonly codec?: CodecOptions;
  readonly metrics: ReceiverMetrics;
  readonly log: Log;
  now(): number;
}

/** A running server: receiver, dispatcher and reaper. */
export interface ServerProcess {
  readonly port: number;
  /** Something was freed: the dispatcher should look. */
  wake(): void;
  record(rows: readonly RecordRow[]): Promise<readonly RecordedRow[]>;
  /** Stops accepting, finishes what is under way, then stops dispatching. */
  close(): Promise<void>;
}

/** Starts the server process; the one place where its parts are put together. */
export async function createServerProcess(options: ServerProcessOptions): Promise<ServerProcess> {
  const { db, starter, owner, log, metrics } = options;
  const dispatching = await createDispatching({ db, starter, owner, flows: options.flows, log, only: options.only });
  const commitMs = SHARE_OF_RECORDING * (options.limits.recordMs ?? DEFAULT_LIMITS.recordMs);
  const recorder = createRecorder({
    db,
    now: options.now,
    onRecorded: () => dispatching.wake(),
    shared: db.kind === 'postgres',
    limits: { commitMs },
  });
  const intake = createIntake({ starter, owner, now: options.now });
  const receiver = createReceiver({
    connections: new Map(options.connections.map((connection) => [connection.name, connection])),
    route: options.route,
    stores: {
      record: (rows) => recorder.record(rows),
      fallback: (rows) => intake.take(rows),
      park: async ({ connection, problem, raw }) => void (await parkRequest(db, { connection, problem, raw })),
      probeStore: () => proveWritable(db, commitMs),
      probeFallback: () => options.probeTemporal(),
    },
    now: options.now,
    log,
    metrics,
    limits: options.limits,
    ...(options.codec === undefined ? {} : { codec: options.codec }),
  });
  watchQueues(metrics, db);
  metrics.watch('deskbridge_record_queue', 'Events that wait for their commit', [], () => [{ labels: {}, value: recorder.depth() }]);
  const server = await startServer({ receiver, host: options.host, port: options.port }).catch(async (error: unknown) => {
    receiver.stop();
    await dispatching.stop();
    throw error;
  });
  return {
    port: server.port,
    wake: () => dispatching.wake(),
    record: (rows) => recorder.record(rows),
    async close() {
      receiver.drain();
      await server.close();
      receiver.stop();
      await intake.drain();
      await recorder.drain();
      await dispatching.stop();
    },
  };
}

function watchQueues(metrics: ReceiverMetrics, db: Database): void {
  const labels = ['flow', 'lane'];
  const watch = (name: string, help: string, read: (queue: Awaited<ReturnType<typeof listQueues>>[number]) => number): void =>
    metrics.watch(name, help, labels, async () =>
      (await listQueues(db)).map((queue) => ({ labels: { flow: queue.flow, lane: String(queue.lane) }, value: read(queue) })),
    );
  watch('deskbridge_queue_waiting', 'Deliveries that wait', (queue) => queue.waiting);
  watch('deskbridge_queue_under_way', 'Groups under way', (queue) => queue.underWay);
  watch('deskbridge_queue_parked', 'Deliveries that wait for a person', (queue) => queue.parked);
  watch('deskbridge_queue_closed', '1 while the gate is closed or the flow paused', (queue) =>
    queue.closedUntil !== null || queue.paused ? 1 : 0,
  );
  watch('deskbridge_queue_oldest_seconds', 'Age of the oldest waiting delivery', (queue) =>
    queue.oldestWaitingAt === null ? 0 : (Date.now() - queue.oldestWaitingAt.getTime()) / 1000,
  );
}
