import { createActivities } from '../activities/create-activities.ts';
import { createEffectStore } from '../activities/effect-store.ts';
import { createGateKeeper } from '../activities/gate-keeper.ts';
import { toLoadedGroups } from '../activities/load-group.ts';
import { createOperations } from '../activities/operations/index.ts';
import { createSettler } from '../activities/settler.ts';
import { fromIntakeRow } from '../inbox/intake.ts';
import { beginLease, renewEpoch } from '../store/begin.ts';
import { saveEdits } from '../store/change-delivery.ts';
import { allowResend } from '../store/effect.ts';
import { releaseLease } from '../store/lease.ts';
import { bindConnections } from './connections.ts';
import { startHost } from './host.ts';
import { observeActivities } from './observe-activities.ts';
import { startProber } from './prober.ts';
import type { ActivityDeps } from '../activities/create-activities.ts';
import type { FlowDirectory } from '../activities/load-group.ts';
import type { RecordedRow, RecordRow } from '../store/record-events.ts';
import type { Database } from '../store/database.ts';
import type { BoundConnections, ConfiguredConnection } from './connections.ts';
import type { HostOptions } from './host.ts';
import type { ActivityObserver } from './observe-activities.ts';

/** More than the dispatcher hands over of one flow, so that a slow one does not hold all of them. */
const BATCHES_AT_A_TIME = 12;

/** What a worker is made of; the one place where its parts are put together. */
export interface WorkerOptions extends Omit<HostOptions, 'activities' | 'batches' | 'interceptors'> {
  readonly db: Database;
  readonly configured: readonly ConfiguredConnection[];
  readonly directory: FlowDirectory;
  /** The configured flows that call a connection. */
  flowsOf(connection: string): readonly string[];
  record(rows: readonly RecordRow[]): Promise<readonly RecordedRow[]>;
  /** Something waits or may go on: the dispatcher should look. */
  onFreed(): void;
  /** Told of every attempt of an activity; left out: nobody is. */
  readonly observer?: ActivityObserver;
  /** Puts something else in the place of a part: for load and fault runs. */
  readonly instead?: Partial<Pick<ActivityDeps, 'effects' | 'runOf'> & { readonly connections: BoundConnections }>;
  readonly log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
}

/** A running worker. */
export interface RunningWorker {
  stop(): Promise<void>;
  /** Rejects when it fails for good. */
  readonly ended: Promise<void>;
}

/** Starts the worker: both task queues, and the prober of closed gates. */
export async function createWorker(options: WorkerOptions): Promise<RunningWorker> {
  const connections = options.instead?.connections ?? bindConnections(options.configured);
  const deps = createActivityDeps(options, connections);
  const activities = createActivities(deps);
  const interceptors = options.observer === undefined ? [] : [observeActivities(options.observer)];
  const host = await startHost({ ...options, activities, interceptors, batches: BATCHES_AT_A_TIME });
  const prober = startProber({
    db: options.db,
    probe: (name) => connections.probe(name),
    onOpened(name) {
      deps.gates.succeeded(name);
      options.onFreed();
    },
    log: options.log,
  });
  return {
    ended: host.ended,
    async stop() {
      await prober.stop();
      await host.stop();
    },
  };
}

function createActivityDeps(options: WorkerOptions, connections: BoundConnections): ActivityDeps {
  const { db, directory } = options;
  return {
    operations: createOperations(),
    connections,
    gates: createGateKeeper({ db, flowsOf: (connection) => options.flowsOf(connection), log: options.log }),
    effects: createEffectStore(db),
    settler: createSettler({ db, onFreed: () => options.onFreed() }),
    renewEpoch: (group) => renewEpoch(db, group),
    async loadGroup(group) {
      const [loaded] = toLoadedGroups(await beginLease(db, group.lease, group), group.lease, directory);
      return loaded ?? { group, epoch: null, flow: null, members: [] };
    },
    loadLease: async (lease) => toLoadedGroups(await beginLease(db, lease), lease, directory),
    saveEdits: ({ lease }, deliveryId, values) => saveEdits(db, { lease, deliveryId, edits: values }),
    allowResend: async ({ lease }, deliveryId) => (await allowResend(db, { lease, deliveryId })) > 0,
    async releaseLease(lease, reason) {
      const { deliveries } = await releaseLease(db, lease, { reason });
      options.onFreed();
      return deliveries;
    },
    async recordIntake({ rows }) {
      const recorded = await options.record(rows.map(fromIntakeRow));
      const fresh = recorded.filter((row) => row.fresh).length;
      return { recorded: fresh, duplicates: recorded.length - fresh };
    },
    ...options.instead,
  };
}
