import { randomBytes } from 'node:crypto';
import { claimDeliveries, claimGroups } from '../store/inbox/claim.ts';
import { countRunning } from '../store/inbox/running.ts';
import { LANES } from '../model/delivery.ts';
import { createHandOvers, handOverBatch, handOverDelivery, LEASE_MS } from './hand-over.ts';
import { nameOf } from './name-of.ts';
import { createPace } from './pace.ts';
import { createWake } from './wake.ts';
import type { ClaimedRow } from '../store/inbox/claim.ts';
import type { Database } from '../store/driver/database.ts';
import type { Running } from '../store/inbox/running.ts';
import type { Lane } from '../model/delivery.ts';
import type { HandOverTimes, Lease } from './hand-over.ts';
import type { PaceLimits } from './pace.ts';
import type { WorkflowStarter } from './starter.ts';

const POLL_MS = 1000;
/**
 * Back off after an empty poll, twice as long each time; otherwise every commit and every settled group triggers several useless queries
 * while a flow is paused or its gate is closed.
 */
const IDLE_REST_MS = 10;
const LONG_IDLE_REST_MS = 80;
/** Replays may wait: their lane is looked at only so often while there is none. */
const REPLAY_EVERY_MS = 250;
const CALM_GROUPS = 8;
const CALM_PACE: PaceLimits = { perSecond: 15, burst: CALM_GROUPS * 2 };
/** A key with a longer queue goes to a batch: as workflows of their own its deliveries cost several round trips each. */
const CALM_WAITING = 4;
const BATCH_GROUPS = 64;
const DELIVERIES_A_GROUP = 100;
/** Minimum pause between two claims for a batch. What arrives meanwhile is taken by the next, or by a batch that runs. */
const LINGER_MS = 60;
/**
 * Minimum pause before a flow gets another batch, for each that it has: running batches take more themselves, and other flows come first.
 * Another one helps where the remote system is slow and takes requests side by side.
 */
const LINGER_A_BATCH_MS = 300;
/** No batch runs longer. */
const BATCH_LASTS_MS = 25_000;
/** No batch is started while this many are under way. */
const MOST_BATCHES = 16;
/** Above this many single-group workflows, use batches. */
const CALM_RUNNING = 6;
/**
 * A flow whose remote system is slow fills its own share of both ways and is left out of the rest, so that others find room. A worker
 * runs more batches at a time than one flow may have.
 */
const CALM_RUNNING_A_FLOW = 4;
const MOST_BATCHES_A_FLOW = 8;
const FRESH_MS = 30_000;
const MOST_OPEN_STARTS = 32;

/** How a group is handed over: with a workflow of its own, or with others. */
export type Way = 'delivery' | 'batch';

/** What the dispatcher works with. */
export interface DispatcherDeps {
  readonly db: Database;
  readonly starter: WorkflowStarter;
  /** Names this replica in leases. */
  readonly owner: string;
  /** The configured flows. What waits for any other is left alone: a replica that lacks a flow cannot say how it runs. */
  readonly flows: readonly string[];
  /** Flows that collapse a group to its newest delivery. */
  readonly coalesce: readonly string[];
  /** Hands everything over this one way, whatever the weather: to compare both. What failed runs alone all the same. */
  readonly only?: Way | undefined;
  /** Groups that a batch is started with; left out: 64. To measure others. */
  readonly batchGroups?: number | undefined;
  readonly log: { warn(fields: object, message: string): void; error(fields: object, message: string): void };
  readonly times?: Partial<HandOverTimes>;
  now?(): number;
}

/** Takes groups from the inbox and hands them to Temporal; any number of replicas may run. */
export interface Dispatcher {
  /** Looks at once: something was recorded or freed. */
  wake(): void;
  /** When it last looked at the inbox, in Unix milliseconds; before its first look: when it was started. */
  lookedAtMs(): number;
  /** Stops taking groups and waits for the hand-overs under way. */
  stop(): Promise<void>;
}

/** Starts dispatching. */
export function startDispatcher(deps: DispatcherDeps): Dispatcher {
  const wake = createWake();
  const pace = createPace(CALM_PACE);
  const now = deps.now ?? Date.now;
  const { db, starter, log } = deps;
  const handOvers = createHandOvers({ db, starter, log, onEnded: () => wake.wake(), times: deps.times, now });
  let stopped = false;
  let lookedAtMs = now();
  let lastBacklogMs = 0;
  const lastBatchMs = new Map<string, number>();
  let replayDueMs = 0;
  let storeAway = false;

  const calm = async (lane: Lane, limit: number, retryingOnly: boolean, except: readonly string[] = []): Promise<number> => {
    const leasePrefix = newLease();
    const rows = await claimDeliveries(deps.db, {
      lane,
      leasePrefix,
      groups: limit,
      perGroup: DELIVERIES_A_GROUP,
      owner: deps.owner,
      flows: deps.flows,
      ttlMs: LEASE_MS,
      coalesce: deps.coalesce,
      ...(deps.only === 'delivery' ? {} : { mostWaiting: CALM_WAITING }),
      retryingOnly,
      except,
    });
    const leases = byLease(rows, lane);
    pace.spent(rows.length, now());
    for (const lease of leases) handOvers.begin(lease, handOverDelivery);
    return leases.length;
  };
  const backlog = async (lane: Lane, leastWaiting: number, except: readonly string[]): Promise<number> => {
    const lease = newLease();
    lastBacklogMs = now();
    const rows = await claimGroups(deps.db, {
      lane,
      lease,
      groups: deps.batchGroups ?? BATCH_GROUPS,
      perGroup: DELIVERIES_A_GROUP,
      owner: deps.owner,
      flows: deps.flows,
      ttlMs: LEASE_MS,
      kind: 'batch',
      leastWaiting,
      coalesce: deps.coalesce,
      except,
    });
    const [first] = rows;
    if (first === undefined) return 0;
    const groups = new Set(rows.map(({ key }) => key)).size;
    lastBatchMs.set(`${lane} ${first.flow}`, now());
    pace.spent(rows.length, now());
    handOvers.begin({ id: lease, lane, rows }, handOverBatch);
    return groups;
  };

  /** The flows that had a batch in this lane so lately, and have one still. */
  const withBatch = (lane: Lane, running: readonly Running[], withinMs: (batches: number) => number): string[] =>
    running
      .filter(({ flow, batches }) => batches > 0 && now() - (lastBatchMs.get(`${lane} ${flow}`) ?? -Infinity) < withinMs(batches))
      .map(({ flow }) => flow);

  /** One look at a lane; answers in how many milliseconds another look pays. */
  const pass = async (lane: Lane): Promise<number> => {
    if (deps.only === 'delivery') return (await calm(lane, CALM_GROUPS, false)) < CALM_GROUPS ? POLL_MS : 0;
    const running = await countRunning(deps.db, FRESH_MS);
    const { deliveries, batches, fullSteps, fullBatches } = toLoad(running);
    const isCalm = deps.only !== 'batch' && deliveries < CALM_RUNNING;
    const room = isCalm ? Math.min(CALM_GROUPS, pace.calmRoom(now())) : 0;
    // What comes for a flow that has a batch rides with it: step by step it would cost several times as much.
    const notByStep = [...fullSteps, ...withBatch(lane, running, () => BATCH_LASTS_MS)];
    if (room > 0 && (await calm(lane, room, false, notByStep)) >= room) return 0;
    const restMs = batches < MOST_BATCHES ? LINGER_MS - (now() - lastBacklogMs) : POLL_MS;
    if (restMs > 0) return restMs;
    // A flow that a batch tends is left out of what was looked at above, also what of it runs alone.
    const again = room <= 0 || notByStep.length > 0 || batches > 0 ? await calm(lane, 1, true) : 0;
    // While it is calm, what came since the look above is left to the next: it is no backlog.
    const except = [...fullBatches, ...withBatch(lane, running, (count) => count * LINGER_A_BATCH_MS)];
    const groups = await backlog(lane, room > 0 && notByStep.length === 0 ? CALM_WAITING + 1 : 1, except);
    if (groups === 0) return again > 0 ? 0 : POLL_MS;
    return LINGER_MS;
  };

  /** A look at both lanes. */
  const look = async (): Promise<number> => {
    const liveMs = await pass(LANES.live);
    const dueMs = replayDueMs - now();
    if (dueMs > 0) return Math.min(liveMs, dueMs);
    const replayMs = await pass(LANES.replay);
    replayDueMs = now() + Math.min(replayMs, REPLAY_EVERY_MS);
    return Math.min(liveMs, replayMs);
  };

  const loop = async (): Promise<void> => {
    let restMs = IDLE_REST_MS;
    while (!stopped) {
      let nextMs = POLL_MS;
      try {
        if (!handOvers.isAway() && handOvers.open() < MOST_OPEN_STARTS) {
          nextMs = await look();
          lookedAtMs = now();
          storeAway = false;
        }
      } catch (error) {
        if (!storeAway) log.warn({ err: nameOf(error) }, 'the store did not answer the dispatcher; trying again each second');
        storeAway = true;
      }
      if (nextMs <= 0 || stopped) continue;
      restMs = nextMs < POLL_MS ? IDLE_REST_MS : Math.min(restMs * 2, LONG_IDLE_REST_MS);
      if (nextMs > restMs) await new Promise((resolve) => setTimeout(resolve, restMs));
      await wake.sleep(nextMs);
    }
  };
  const running = loop();
  return {
    wake: () => wake.wake(),
    lookedAtMs: () => lookedAtMs,
    async stop() {
      stopped = true;
      wake.wake();
      await running;
      await handOvers.stop();
    },
  };
}

/** What runs, without the flows that have their share already. */
function toLoad(running: readonly Running[]): { deliveries: number; batches: number; fullSteps: string[]; fullBatches: string[] } {
  const isFull = {
    steps: (one: Running) => one.deliveries >= CALM_RUNNING_A_FLOW,
    batches: (one: Running) => one.batches >= MOST_BATCHES_A_FLOW,
  };
  return {
    deliveries: running.reduce((sum, one) => sum + (isFull.steps(one) ? 0 : one.deliveries), 0),
    batches: running.reduce((sum, one) => sum + (isFull.batches(one) ? 0 : one.batches), 0),
    fullSteps: running.filter(isFull.steps).map(({ flow }) => flow),
    fullBatches: running.filter(isFull.batches).map(({ flow }) => flow),
  };
}

function newLease(): string {
  return randomBytes(9).toString('base64url');
}

function byLease(rows: readonly ClaimedRow[], lane: Lane): Lease[] {
  const leases = new Map<string, ClaimedRow[]>();
  for (const row of rows) {
    const of = leases.get(row.lease);
    if (of === undefined) leases.set(row.lease, [row]);
    else of.push(row);
  }
  return [...leases].map(([id, own]) => ({ id, lane, rows: own }));
}
