import { performance } from 'node:perf_hooks';
import { setTimeout as rest } from 'node:timers/promises';
import { runGroup } from '../../flows/run-group.ts';
import { runOf } from '../../flows/runs.ts';
import { StepError } from '../../model/step-failure.ts';
import { GATE_RELEASE_MS, OURS_RELEASE_MS } from '../../workflows/contract.ts';
import { toStepFailure } from '../failure.ts';
import { createGroupSource } from './group-source.ts';
import { createStepsInBatch } from './steps-in-batch.ts';
import type { StepFailure } from '../../model/step-failure.ts';
import type { BatchInput, BatchReport, SettleInput } from '../../workflows/contract.ts';
import type { GroupResult, LoadedGroup } from '../../model/delivery.ts';
import type { BegunGroup } from './load-group.ts';
import type { StepDeps } from './run-step.ts';
import type { Settler } from './settler.ts';

const SIDE_BY_SIDE = 32;
const TAKE_FOR_MS = 20_000;
/** What was taken by then is run within this time; what is left after it goes back. */
const FINISH_WITHIN_MS = 5000;
const FIRST_BACKOFF_MS = 1000;
const LONGEST_BACKOFF_MS = 60_000;

/** What running a batch takes. */
export interface BatchDeps extends StepDeps {
  readonly settler: Settler;
  /** Takes a new epoch for every key of the lease and reads its deliveries; empty: the lease is no longer ours. */
  loadLease(lease: string): Promise<readonly BegunGroup[]>;
  /** Takes up to so many further groups of the batch's flow under its lease, and begins an attempt at each. */
  refillLease(batch: BatchInput, groups: number): Promise<readonly BegunGroup[]>;
  /** Leaves the flow to the dispatcher again. */
  stopTending(batch: BatchInput): Promise<void>;
  /** A group as its run sees it. */
  readGroup(group: BegunGroup): Promise<LoadedGroup>;
  /** Aborted when this process begins to shut down: nothing more is taken or begun then. */
  readonly stopping: AbortSignal;
  /** Which run a group's flow has; left out: those of `flows/runs.ts`. */
  runOf?: typeof runOf;
}

/** What ends a batch early. */
export interface BatchSignals {
  readonly cancelled: AbortSignal;
  heartbeat(done: number): void;
  /** Whether this process has no place left for another batch: this one takes no more then, for others may wait for its place. */
  isCrowded(): boolean;
}

/**
 * Runs groups of one flow side by side, each step once, and settles each as it ends: those of the lease, then what it takes itself while
 * its time lasts. What is not finished goes back.
 */
export async function runBatch(deps: BatchDeps, input: BatchInput, signals: BatchSignals): Promise<BatchReport> {
  const started = performance.now();
  const tally = { groups: 0, deliveries: 0, done: 0, released: 0, lost: 0 };
  let broken = false;
  const isLate = (afterMs: number): boolean => signals.cancelled.aborted || deps.stopping.aborted || performance.now() - started > afterMs;
  const source = createGroupSource({
    first: await deps.loadLease(input.lease),
    take: (size) => deps.refillLease(input, size),
    isOver: () => broken || signals.isCrowded() || isLate(TAKE_FOR_MS),
    now: () => performance.now(),
    rest: (ms) => rest(ms),
  });
  const takeTurns = async (): Promise<void> => {
    for (let group = await source.next(); group !== null && !broken; group = await source.next()) {
      const result = isLate(TAKE_FOR_MS + FINISH_WITHIN_MS) ? { finished: [], stopped: null } : await runOne(deps, group);
      const held = await settle(deps, group, result);
      const finished = held ? result.finished.length : 0;
      tally.groups += 1;
      tally.deliveries += group.rows.length;
      tally.done += finished;
      if (held) tally.released += group.rows.length - finished;
      else tally.lost += group.rows.length;
      signals.heartbeat(tally.deliveries);
    }
  };
  const breakOff = (error: unknown): never => {
    broken = true;
    throw error;
  };
  // What cannot be settled or taken fails the batch, but not before its last group has ended: then the lease is taken up again as a whole.
  const turns = await Promise.allSettled(Array.from({ length: SIDE_BY_SIDE }, () => takeTurns().catch(breakOff)));
  const [taking] = await Promise.allSettled([source.stop()]);
  await deps.stopTending(input).catch(() => undefined);
  for (const ended of [...turns, taking]) if (ended.status === 'rejected') throw ended.reason;
  return tally;
}

async function runOne(deps: BatchDeps, group: BegunGroup): Promise<GroupResult> {
  const [first] = group.rows;
  if (first === undefined) return { finished: [], stopped: null };
  const attempt = { ...group.ref, epoch: group.epoch };
  try {
    const loaded = await deps.readGroup(group);
    const run = (deps.runOf ?? runOf)(loaded);
    return await runGroup({ steps: (member) => createStepsInBatch(deps, group.ref, attempt, member), group: loaded, run });
  } catch (error) {
    const failure = error instanceof StepError ? error.failure : toStepFailure(error, 'run');
    return { finished: [], stopped: { deliveryId: first.deliveryId, attempts: first.attempts, failure } };
  }
}

async function settle(deps: BatchDeps, group: BegunGroup, result: GroupResult): Promise<boolean> {
  const { failure, attempts = 1 } = result.stopped ?? {};
  if (failure?.kind === 'lost') return false;
  const input: SettleInput = {
    group: group.ref,
    finished: result.finished,
    then: 'free',
    retrying: failure?.kind === 'retry' || failure?.kind === 'attention',
    notBeforeMs: failure === undefined ? 0 : toDelay(failure, attempts),
    reason: failure === undefined ? null : `${failure.code}: ${failure.message}`,
    parked: null,
  };
  return deps.settler.settle(input, { ...group.ref, epoch: group.epoch });
}

/** What needs a person goes to `delivery` at once; what failed retryably waits as long as it was told, or backs off. */
function toDelay(failure: StepFailure, attempts: number): number {
  if (failure.kind === 'attention') return 0;
  if (failure.kind === 'gate') return GATE_RELEASE_MS;
  if (failure.kind === 'ours') return failure.retryAfterMs ?? OURS_RELEASE_MS;
  if (failure.retryAfterMs !== null) return failure.retryAfterMs;
  return Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.max(0, attempts - 1));
}
