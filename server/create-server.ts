import { createIntake } from '../inbox/intake.ts';
import { beginDispatching } from '../inbox/late-dispatching.ts';
import { createRecorder } from '../inbox/recorder.ts';
import { StoreUnavailable } from '../store/driver/database.ts';
import { listUnkept, parkRequest } from '../store/inbox/parked-requests.ts';
import { proveWritable } from '../store/driver/prove-writable.ts';
import { listQueues } from '../store/inbox/query-queues.ts';
import { createAddressOf } from './addresses.ts';
import { DEFAULT_LIMITS } from './ports.ts';
import { watchQueues } from './queue-metrics.ts';
import { createReceiver } from './receiver.ts';
import { startServer } from './start.ts';
import { withTimeLimit } from './time-limit.ts';
import type { Database } from '../store/driver/database.ts';
import type { WorkflowStarter } from '../inbox/starter.ts';
import type { Way } from '../inbox/dispatcher.ts';
import type { FlowQueue } from '../inbox/dispatching.ts';
import type { Intake } from '../inbox/intake.ts';
import type { LateDispatching } from '../inbox/late-dispatching.ts';
import type { Recorder } from '../inbox/recorder.ts';
import type { RecordedRow, RecordRow } from '../store/inbox/record-events.ts';
import type { BoundInbound } from './bound-inbound.ts';
import type { ReceiverMetrics } from './metrics.ts';
import type { Log, ReceiverDeps, ReceiverLimits, Stores } from './ports.ts';

/** How long the receiver waits for the store when it starts; without the store it starts all the same. */
const STORE_FIRST_MS = 2000;

/**
 * Of what a request may wait for the store, a commit gets so much: when one is stuck, what waits behind it is recorded on another
 * connection before its own time is up.
 */
const SHARE_OF_RECORDING = 0.8;

/** What the server process is made of. */
export interface ServerProcessOptions {
  readonly db: Database;
  /** Brings the store's tables up to date; left out: they are. */
  readonly prepareStore?: () => Promise<unknown>;
  readonly starter: WorkflowStarter;
  /** Resolves when Temporal answers: the second place for events is there. */
  probeTemporal(): Promise<void>;
  readonly connections: readonly BoundInbound[];
  readonly flows: readonly FlowQueue[];
  /** Hands everything over one way; left out: by the weather. */
  readonly only?: Way | undefined;
  /** See `DispatcherDeps`. */
  readonly batchGroups?: number | undefined;
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
  /** Resolves when the store has answered, its tables are up to date and deliveries are handed over; never where it is closed before. */
  readonly dispatches: Promise<void>;
  /** Something was freed: the dispatcher should look. */
  wake(): void;
  record(rows: readonly RecordRow[]): Promise<readonly RecordedRow[]>;
  /**
   * Says for `lameDuckMs` (0 where left out) that it is leaving while it still takes what comes, then stops accepting, finishes what is
   * under way, and stops dispatching. A second call waits for the first.
   */
  close(options?: { readonly lameDuckMs: number }): Promise<void>;
}

/**
 * Starts the server process; the one place where its parts are put together. While the store is away it receives all the same:
 * Temporal takes the events. When the store answers, its tables are brought up to date and handing over begins.
 */
export async function createServerProcess(options: ServerProcessOptions): Promise<ServerProcess> {
  const { db, prepareStore, starter, owner, flows, log, metrics, only, batchGroups, now } = options;
  const dispatching = beginDispatching({ db, starter, owner, flows, log, only, batchGroups, now, prepareStore });
  const commitMs = SHARE_OF_RECORDING * (options.limits.recordMs ?? DEFAULT_LIMITS.recordMs);
  const recorder = createRecorder({ db, now, onRecorded: () => dispatching.wake(), shared: db.kind === 'postgres', limits: { commitMs } });
  const intake = createIntake({ starter, owner, now });
  const receiver = createReceiver({
    connections: new Map(options.connections.map((connection) => [connection.name, connection])),
    route: options.route,
    stores: createStores({
      db,
      recorder,
      intake,
      commitMs,
      isPrepared: () => dispatching.isPrepared(),
      probeFallback: () => options.probeTemporal(),
    }),
    now,
    log,
    metrics,
    limits: options.limits,
    addressOf: createAddressOf(options.trustedProxies ?? []),
  });
  watchQueues(metrics, { listQueues: () => listQueues(db), known: new Set(flows.map(({ name }) => name)) });
  watchTurns(metrics, dispatching, now);
  metrics.watch('deskbridge_record_queue', 'Events that wait for their commit', [], () => [{ labels: {}, value: recorder.depth() }]);
  await withTimeLimit('the first look at the store', STORE_FIRST_MS, dispatching.firstTry).catch(() => undefined);
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
    dispatches: dispatching.begun,
    wake: () => dispatching.wake(),
    record: (rows) => recorder.record(rows),
    close: ({ lameDuckMs } = { lameDuckMs: 0 }) => (closed ??= close(lameDuckMs)),
  };
}

/** Where the receiver puts things. A store whose tables are not up to date counts as one that is away. */
function createStores({
  db,
  recorder,
  intake,
  commitMs,
  isPrepared,
  probeFallback,
}: {
  readonly db: Database;
  readonly recorder: Recorder;
  readonly intake: Intake;
  /** How long the store may take to prove that it can be written. */
  readonly commitMs: number;
  isPrepared(): boolean;
  probeFallback(): Promise<void>;
}): Stores {
  const inStore = async <T>(work: () => Promise<T>): Promise<T> => {
    if (isPrepared()) return work();
    throw new StoreUnavailable('The store has not answered since this process started, or its tables are not up to date yet.');
  };
  return {
    record: (rows) => inStore(() => recorder.record(rows)),
    fallback: (rows) => intake.take(rows),
    park: (request) =>
      inStore(async () =>
        request.raw === null ? listUnkept(db, request) : void (await parkRequest(db, { ...request, raw: request.raw })),
      ),
    probeStore: () => inStore(() => proveWritable(db, commitMs)),
    probeFallback,
  };
}

/** A loop that hangs or died makes no turn: the one thing that shows it. */
function watchTurns(metrics: ReceiverMetrics, dispatching: LateDispatching, now: () => number): void {
  metrics.watch('deskbridge_loop_age_seconds', 'Seconds since a loop of this process last got round', ['loop'], () =>
    Object.entries(dispatching.turns()).map(([loop, atMs]) => ({ labels: { loop }, value: (now() - atMs) / 1000 })),
  );
}
