import { createIntake } from '../inbox/intake.ts';
import { beginDispatching } from '../inbox/late-dispatching.ts';
import { createRecorder } from '../inbox/recorder.ts';
import { StoreUnavailable } from '../store/database.ts';
import { parkRequest } from '../store/parked-requests.ts';
import { listQueues } from '../store/query-queues.ts';
import { createReceiver } from './receiver.ts';
import { startServer } from './start.ts';
import { withTimeLimit } from './time-limit.ts';
import type { Database } from '../store/database.ts';
import type { WorkflowStarter } from '../inbox/starter.ts';
import type { Way } from '../inbox/dispatcher.ts';
import type { FlowQueue } from '../inbox/dispatching.ts';
import type { Intake } from '../inbox/intake.ts';
import type { LateDispatching } from '../inbox/late-dispatching.ts';
import type { Recorder } from '../inbox/recorder.ts';
import type { RecordedRow, RecordRow } from '../store/record-events.ts';
import type { BoundInbound } from './bound-inbound.ts';
import type { CodecOptions } from './codec.ts';
import type { ReceiverMetrics } from './metrics.ts';
import type { Log, ReceiverDeps, ReceiverLimits, Stores } from './ports.ts';

/** How long the receiver waits for the store when it starts; without the store it starts all the same. */
const STORE_FIRST_MS = 2000;

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
  /** Resolves when the store has answered, its tables are up to date and deliveries are handed over; never where it is closed before. */
  readonly dispatches: Promise<void>;
  /** Something was freed: the dispatcher should look. */
  wake(): void;
  record(rows: readonly RecordRow[]): Promise<readonly RecordedRow[]>;
  /** Stops accepting, finishes what is under way, then stops dispatching. */
  close(): Promise<void>;
}

/**
 * Starts the server process; the one place where its parts are put together. While the store is away it receives all the same:
 * Temporal takes the events. When the store answers, its tables are brought up to date and handing over begins.
 */
export async function createServerProcess(options: ServerProcessOptions): Promise<ServerProcess> {
  const { db, prepareStore, starter, owner, flows, log, metrics, only, now } = options;
  const dispatching = beginDispatching({ db, starter, owner, flows, log, only, now, prepareStore });
  const recorder = createRecorder({ db, now, onRecorded: () => dispatching.wake(), shared: db.kind === 'postgres' });
  const intake = createIntake({ starter, owner, now });
  const receiver = createReceiver({
    connections: new Map(options.connections.map((connection) => [connection.name, connection])),
    route: options.route,
    stores: createStores({
      db,
      recorder,
      intake,
      isPrepared: () => dispatching.isPrepared(),
      probeFallback: () => options.probeTemporal(),
    }),
    now,
    log,
    metrics,
    limits: options.limits,
    ...(options.codec === undefined ? {} : { codec: options.codec }),
  });
  watchQueues(metrics, db, new Set(flows.map(({ name }) => name)));
  watchTurns(metrics, dispatching, now);
  metrics.watch('deskbridge_record_queue', 'Events that wait for their commit', [], () => [{ labels: {}, value: recorder.depth() }]);
  await withTimeLimit('the first look at the store', STORE_FIRST_MS, dispatching.firstTry).catch(() => undefined);
  const server = await startServer({ receiver, host: options.host, port: options.port }).catch(async (error: unknown) => {
    receiver.stop();
    await dispatching.stop();
    throw error;
  });
  return {
    port: server.port,
    dispatches: dispatching.begun,
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

/** Where the receiver puts things. A store whose tables are not up to date counts as one that is away. */
function createStores({
  db,
  recorder,
  intake,
  isPrepared,
  probeFallback,
}: {
  readonly db: Database;
  readonly recorder: Recorder;
  readonly intake: Intake;
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
    park: ({ connection, problem, raw }) => inStore(async () => void (await parkRequest(db, { connection, problem, raw }))),
    probeStore: () => inStore(async () => void (await db.query('select 1'))),
    probeFallback,
  };
}

/** A loop that hangs or died makes no turn: the one thing that shows it. */
function watchTurns(metrics: ReceiverMetrics, dispatching: LateDispatching, now: () => number): void {
  metrics.watch('deskbridge_loop_age_seconds', 'Seconds since a loop of this process last got round', ['loop'], () =>
    Object.entries(dispatching.turns()).map(([loop, atMs]) => ({ labels: { loop }, value: (now() - atMs) / 1000 })),
  );
}

function watchQueues(metrics: ReceiverMetrics, db: Database, known: ReadonlySet<string>): void {
  const labels = ['flow', 'lane'];
  const watch = (name: string, help: string, read: (queue: Awaited<ReturnType<typeof listQueues>>[number]) => number): void =>
    metrics.watch(name, help, labels, async () =>
      (await listQueues(db)).map((queue) => ({ labels: { flow: queue.flow, lane: String(queue.lane) }, value: read(queue) })),
    );
  watch('deskbridge_queue_waiting', 'Deliveries that wait', (queue) => queue.waiting);
  watch('deskbridge_queue_under_way', 'Groups under way', (queue) => queue.underWay);
  watch('deskbridge_queue_parked', 'Deliveries that wait for a person', (queue) => queue.parked);
  watch('deskbridge_queue_stuck', 'Groups whose workflow neither ends nor parks', (queue) => queue.stuck);
  watch('deskbridge_queue_unknown', 'Deliveries that wait for a flow that this replica does not have', (queue) =>
    known.has(queue.flow) ? 0 : queue.waiting,
  );
  watch('deskbridge_queue_closed', '1 while the gate is closed or the flow paused', (queue) =>
    queue.closedUntil !== null || queue.paused ? 1 : 0,
  );
  watch('deskbridge_queue_oldest_seconds', 'Age of the oldest waiting delivery', (queue) =>
    queue.oldestWaitingAt === null ? 0 : (Date.now() - queue.oldestWaitingAt.getTime()) / 1000,
  );
}
