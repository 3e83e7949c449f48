import { createActivities } from '../activities/create-activities.ts';
import { decidingRetries } from '../activities/failure.ts';
import { createEffectStore } from '../activities/effects/effect-store.ts';
import { createGateKeeper } from '../activities/gates/keeper.ts';
import { toBegunGroups } from '../activities/steps/load-group.ts';
import { createActions } from '../activities/actions/index.ts';
import { createSettler } from '../activities/steps/settler.ts';
import { fromIntakeRow } from '../inbox/intake.ts';
import { beginLease, renewEpoch } from '../store/inbox/begin.ts';
import { saveEdits } from '../store/inbox/change-delivery.ts';
import { allowResend } from '../store/effects/effect.ts';
import { releaseLease } from '../store/inbox/lease.ts';
import { readEventAge } from '../store/inbox/query-events.ts';
import { ConnectorError } from '../connectors/call/errors.ts';
import { createBatchParts } from './batch-parts.ts';
import { bindConnections } from '../connectors/connections.ts';
import { startHost } from './host.ts';
import { observeActivities } from './observe-activities.ts';
import { startProber } from '../activities/gates/prober.ts';
import type { JobActivities, JobDeps } from '../jobs/job.ts';
import type { ActivityDeps } from '../activities/create-activities.ts';
import type { GateKeeper } from '../activities/gates/keeper.ts';
import type { FlowDirectory } from '../activities/steps/load-group.ts';
import type { LeftOut } from '../connectors/call/caller.ts';
import type { RecordedRow, RecordRow } from '../store/inbox/record-events.ts';
import type { Database } from '../store/driver/database.ts';
import type { BoundConnections, ConfiguredConnection, OnOutcome } from '../connectors/connections.ts';
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
  /** The activities of each configured job; left out: no job is. */
  jobs?(deps: JobDeps): readonly JobActivities[];
  /** Told of every attempt of an activity; left out: nobody is. */
  readonly observer?: ActivityObserver;
  /** Puts something else in the place of a part: for load and fault runs. */
  readonly instead?: Partial<
    Pick<ActivityDeps, 'effects' | 'runOf' | 'refillLease'> & { connections(onOutcome: OnOutcome): BoundConnections }
  >;
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
  const { db, log } = options;
  const gates = createGateKeeper({ db, flowsOf: (connection) => options.flowsOf(connection), log });
  const onOutcome: OnOutcome = (connection, outcome) => gates.note(connection, outcome);
  const onLeftOut = (left: LeftOut): void => warnOfLeftOut(options, left);
  const connections = options.instead?.connections?.(onOutcome) ?? bindConnections(options.configured, { onOutcome, onLeftOut });
  const stopping = new AbortController();
  const deps = createActivityDeps(options, connections, gates, stopping.signal);
  const activities = withJobs(createActivities(deps), options.jobs?.({ db, connections, effects: deps.effects, log }) ?? []);
  const interceptors = options.observer === undefined ? [] : [observeActivities(options.observer)];
  const host = await startHost({ ...options, activities, interceptors, batches: BATCHES_AT_A_TIME });
  for (const { name } of options.configured) warnOfLacks(options, connections, name);
  const prober = startProber({ db, connections, gates, onOpened: () => options.onFreed(), log });
  return {
    ended: host.ended,
    async stop() {
      stopping.abort();
      await prober.stop();
      await host.stop();
    },
  };
}

/** Those of jobs fail as those of deliveries do. One name for two would run one job's in the place of another's: it does not start. */
export function withJobs<Own extends object>(own: Own, jobs: readonly JobActivities[]): Own {
  const all: { [name: string]: JobActivities[string] } = {};
  for (const [name, work] of jobs.flatMap((activities) => Object.entries(activities))) {
    if (Object.hasOwn(own, name) || Object.hasOwn(all, name))
      throw new Error(`two activities are called ${name}: those of a job begin with its name`);
    all[name] = (...args) => decidingRetries(name, () => work(...args));
  }
  return { ...all, ...own };
}

/** Names what a token may not do before the first delivery needs it; whether the connection answers at all is the gate's matter. */
function warnOfLacks({ log }: WorkerOptions, connections: BoundConnections, connection: string): void {
  const read = connections.lacks(connection) ?? Promise.resolve([]);
  read
    .then((lacks) => lacks.forEach(({ text }) => log.warn({ connection }, `${connection}: ${text}`)))
    .catch((error: unknown) => {
      const code = error instanceof ConnectorError ? error.data.code : 'internal';
      log.warn({ connection, code }, `${connection} did not tell what its token may do: ${code}`);
    });
}

function warnOfLeftOut({ log }: WorkerOptions, { connection, operation, count, at }: LeftOut): void {
  const items = count === 1 ? 'an item' : `${count} items`;
  log.warn({ connection, operation, count, at }, `${connection}: ${items} of a list could not be read and were left out`);
}

function createActivityDeps(options: WorkerOptions, connections: BoundConnections, gates: GateKeeper, stopping: AbortSignal): ActivityDeps {
  const { db } = options;
  const { connections: _bound, ...instead } = options.instead ?? {};
  const batches = createBatchParts(options);
  return {
    actions: createActions(),
    connections,
    gates,
    effects: createEffectStore(db),
    settler: createSettler({ db, onFreed: () => options.onFreed() }),
    eventAge: (eventId) => readEventAge(db, eventId),
    renewEpoch: (group) => renewEpoch(db, group),
    async loadGroup(group) {
      const [begun] = toBegunGroups(await beginLease(db, group.lease, group), group.lease);
      return begun === undefined ? { group, epoch: null, flow: null, members: [] } : batches.readGroup(begun);
    },
    ...batches,
    stopping,
    batchesAtATime: BATCHES_AT_A_TIME,
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
    ...instead,
  };
}
