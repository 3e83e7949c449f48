import { StoreUnavailable } from '../store/driver/database.ts';
import { extendLease, markStarted, releaseLease } from '../store/inbox/lease.ts';
import { nameOf } from './name-of.ts';
import { TemporalUnavailable } from './starter.ts';
import type { Database } from '../store/driver/database.ts';
import type { ClaimedRow } from '../store/inbox/claim.ts';
import type { BatchInput, DeliveryInput } from '../workflows/contract.ts';
import type { Lane } from '../model/delivery.ts';
import type { HandedOver, WorkflowStarter } from './starter.ts';

/** How long a claimed group is ours before the reaper looks at it. */
export const LEASE_MS = 30_000;
const DEFAULT_TIMES: HandOverTimes = { retryMs: 1000, awayMs: 10_000, giveUpMs: 60_000, restMs: 10_000 };

/** One lease with its rows, ready to be handed to Temporal. */
export interface Lease {
  readonly id: string;
  readonly lane: Lane;
  readonly rows: readonly ClaimedRow[];
}

/** What a lease is handed over with; an attempt may be repeated. */
export type HandOver = (db: Database, starter: WorkflowStarter, lease: Lease) => Promise<void>;

/** Milliseconds. */
export interface HandOverTimes {
  /** Between two tries with one lease. */
  readonly retryMs: number;
  /** For how long nothing new should be claimed after a lease found Temporal or the store away, unless another is taken meanwhile. */
  readonly awayMs: number;
  /** After which a lease is given back: it may be the lease that Temporal does not take. */
  readonly giveUpMs: number;
  /** For how long its groups are left alone then. */
  readonly restMs: number;
}

/** What handing over takes. */
export interface HandOverDeps {
  readonly db: Database;
  readonly starter: WorkflowStarter;
  readonly log: { warn(fields: object, message: string): void; error(fields: object, message: string): void };
  /** A hand-over ended: there is room for another. */
  onEnded(): void;
  readonly times?: Partial<HandOverTimes> | undefined;
  now?(): number;
}

/** Hand-overs side by side. */
export interface HandOvers {
  /** Hands the lease over, again and again while Temporal or the store is away. */
  begin(lease: Lease, way: HandOver): void;
  /** How many are under way. */
  open(): number;
  /**
   * Whether Temporal or the store looked away lately. It ends with the next lease that is taken, when no hand-over is left, and at the
   * latest by itself: what is away for one lease need not be away for all.
   */
  isAway(): boolean;
  /** Tries no more, and waits for the tries under way. */
  stop(): Promise<void>;
}

/** Makes the hand-overs of one dispatcher. */
export function createHandOvers(deps: HandOverDeps): HandOvers {
  const times = { ...DEFAULT_TIMES, ...deps.times };
  const now = deps.now ?? Date.now;
  const open = new Set<Promise<void>>();
  let awayUntilMs = 0;
  let told = false;
  let stopped = false;

  const clear = (): void => {
    awayUntilMs = 0;
    told = false;
  };
  const noteAway = (lease: Lease, error: unknown): void => {
    awayUntilMs = now() + times.awayMs;
    if (!told)
      deps.log.warn({ lease: lease.id, err: nameOf(error) }, 'deliveries wait in the inbox: Temporal or the store does not take them');
    told = true;
  };
  const run = async (lease: Lease, way: HandOver): Promise<void> => {
    const giveUpAtMs = now() + times.giveUpMs;
    for (let tries = 1; !stopped; tries += 1) {
      try {
        await way(deps.db, deps.starter, lease);
        return clear();
      } catch (error) {
        if (!isWorthAnotherTry(error)) throw error;
        if (tries > 1 && now() >= giveUpAtMs) return giveBack(deps, lease, times.restMs);
        if (tries === 1) noteAway(lease, error);
      }
      await new Promise((resolve) => setTimeout(resolve, times.retryMs));
      // Where the store does not say, the next try finds out.
      if (!(await extendLease(deps.db, lease.id, LEASE_MS).catch(() => true))) return;
    }
  };
  return {
    begin(lease, way) {
      const tracked = run(lease, way)
        .catch((error: unknown) => deps.log.error({ err: nameOf(error) }, 'a hand-over failed; the reaper takes its lease over'))
        .finally(() => {
          open.delete(tracked);
          if (open.size === 0) clear();
          deps.onEnded();
        });
      open.add(tracked);
    },
    open: () => open.size,
    isAway: () => now() < awayUntilMs,
    async stop() {
      stopped = true;
      await Promise.allSettled(open);
    },
  };
}

/** Its groups wait again. Should the workflow have started all the same, it finds its lease lost and stops without a trace. */
async function giveBack({ db, log }: HandOverDeps, lease: Lease, restMs: number): Promise<void> {
  await releaseLease(db, lease.id, { reason: 'Temporal did not take its workflow in time', retrying: false, notBeforeMs: restMs });
  log.warn({ lease: lease.id, flow: lease.rows[0]?.flow }, 'Temporal did not take a workflow in time: its groups wait again');
}

/** Starts the workflow `delivery` of a lease that holds one group, and notes that it is started. */
export async function handOverDelivery(db: Database, starter: WorkflowStarter, lease: Lease): Promise<void> {
  const [first] = lease.rows;
  if (first === undefined) return;
  const group = { lease: lease.id, flow: first.flow, lane: lease.lane, key: first.key };
  const input: DeliveryInput = { group, deliveryIds: lease.rows.map(({ deliveryId }) => deliveryId) };
  await markStarted(db, lease.id, await starter.startDelivery(input, toHandedOver(lease.rows, first)));
}

/** Starts the workflow `batch` of a lease, and notes that it is started. */
export async function handOverBatch(db: Database, starter: WorkflowStarter, lease: Lease): Promise<void> {
  const [first] = lease.rows;
  if (first === undefined) return;
  const input: BatchInput = { lease: lease.id, flow: first.flow, lane: lease.lane, groups: new Set(lease.rows.map(({ key }) => key)).size };
  await markStarted(db, lease.id, await starter.startBatch(input, toHandedOver(lease.rows, first)));
}

/** Whether a hand-over failed for want of Temporal or the store, so that the same lease is worth handing over again. */
function isWorthAnotherTry(error: unknown): boolean {
  return error instanceof TemporalUnavailable || error instanceof StoreUnavailable;
}

function toHandedOver(rows: readonly ClaimedRow[], first: ClaimedRow): HandedOver {
  const { connection, topic, record } = first;
  return { connection, topic, record, eventIds: rows.map(({ eventId }) => eventId) };
}
