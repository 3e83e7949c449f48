import { createDispatching } from '../inbox/dispatching.ts';
import { createIntake } from '../inbox/intake.ts';
import { createRecorder } from '../inbox/recorder.ts';
import { listUnkept, parkRequest } from '../store/parked-requests.ts';
import { listQueues } from '../store/query-queues.ts';
import { createAddressOf } from './addresses.ts';
import { watchQueues } from './queue-metrics.ts';
import { createReceiver } from './receiver.ts';
import { startServer } from './start.ts';
import type { Database } from '../store/database.ts';
import type { WorkflowStarter } from '../inbox/starter.ts';
import type { Way } from '../inbox/dispatcher.ts';
import type { FlowQueue } from '../inbox/dispatching.ts';
import type { RecordedRow, RecordRow } from '../store/record-events.ts';
import type { BoundInbound } from './bound-inbound.ts';
import type { ReceiverMetrics } from './metrics.ts';
import type { Log, ReceiverDeps, ReceiverLimits } from './ports.ts';

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
  /** Addresses and ranges of proxies in front, beside this machine and its private networks. */
  readonly trustedProxies?: readonly string[];
  /** Names this replica in leases and workflow ids. */
  readonly owner: string;
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
  /**
   * Says for `lameDuckMs` (0 where left out) that it is leaving while it still takes what comes, then stops accepting, finishes what is
   * under way, and stops dispatching. A second call waits for the first.
   */
  close(options?: { readonly lameDuckMs: number }): Promise<void>;
}

/** Starts the server process; the one place where its parts are put together. */
export async function createServerProcess(options: ServerProcessOptions): Promise<ServerProcess> {
  const { db, starter, owner, log, metrics } = options;
  const dispatching = await createDispatching({
    db,
    starter,
    owner,
    flows: options.flows,
    log,
    only: options.only,
  });
  const recorder = createRecorder({ db, now: options.now, onRecorded: () => dispatching.wake(), shared: db.kind === 'postgres' });
  const intake = createIntake({ starter, owner, now: options.now });
  const receiver = createReceiver({
    connections: new Map(options.connections.map((connection) => [connection.name, connection])),
    route: options.route,
    stores: {
      record: (rows) => recorder.record(rows),
      fallback: (rows) => intake.take(rows),
      park: async (request) =>
        request.raw === null ? listUnkept(db, request) : void (await parkRequest(db, { ...request, raw: request.raw })),
      probeStore: async () => void (await db.query('select 1')),
      probeFallback: () => options.probeTemporal(),
    },
    now: options.now,
    log,
    metrics,
    limits: options.limits,
    addressOf: createAddressOf(options.trustedProxies ?? []),
  });
  watchQueues(metrics, () => listQueues(db));
  metrics.watch('deskbridge_record_queue', 'Events that wait for their commit', [], () => [{ labels: {}, value: recorder.depth() }]);
  const server = await startServer({ receiver, host: options.host, port: options.port }).catch(async (error: unknown) => {
    receiver.stop();
    await dispatching.stop();
    throw error;
  });
  const close = async (lameDuckMs: number): Promise<void> => {
    await server.close({ lameDuckMs });
    await intake.drain();
    await recorder.drain();
    await dispatching.stop();
  };
  let closed: Promise<void> | null = null;
  return {
    port: server.port,
    wake: () => dispatching.wake(),
    record: (rows) => recorder.record(rows),
    close: ({ lameDuckMs } = { lameDuckMs: 0 }) => (closed ??= close(lameDuckMs)),
  };
}
