import { performance } from 'node:perf_hooks';
import { runGroup } from '../../flows/run-group.ts';
import { runOf } from '../../flows/runs.ts';
import { StepError } from '../../model/step-failure.ts';
import { GATE_RELEASE_MS, OURS_RELEASE_MS } from '../../workflows/contract.ts';
import { toStepFailure } from '../failure.ts';
import { createStepsInBatch } from './steps-in-batch.ts';
import type { StepFailure } from '../../model/step-failure.ts';
import type { BatchInput, BatchReport, SettleInput } from '../../workflows/contract.ts';
import type { GroupResult, LoadedGroup } from '../../model/delivery.ts';
import type { StepDeps } from './run-step.ts';
import type { Settler } from './settler.ts';

const SIDE_BY_SIDE = 32;
const TAKE_FOR_MS = 20_000;
const FIRST_BACKOFF_MS = 1000;
const LONGEST_BACKOFF_MS = 60_000;

/** What running a batch takes. */
export interface BatchDeps extends StepDeps {
  readonly settler: Settler;
  /** Takes a new epoch for every key of the lease and reads its deliveries; empty: the lease is no longer ours. */
  loadLease(lease: string): Promise<readonly LoadedGroup[]>;
  /** Which run a group's flow has; left out: those of `flows/runs.ts`. */
  runOf?: typeof runOf;
}

/** What ends a batch early. */
export interface BatchSignals {
  readonly cancelled: AbortSignal;
  heartbeat(done: number): void;
}

/** Runs the groups of one lease side by side, each step once, and settles each as it ends; what is not finished goes back. */
export async function runBatch(deps: BatchDeps, input: BatchInput, signals: BatchSignals): Promise<BatchReport> {
  const started = performance.now();
  const groups = await deps.loadLease(input.lease);
  const queue = [...groups];
  const tally = { deliveries: 0, done: 0, released: 0, lost: 0 };
  const isOver = (): boolean => signals.cancelled.aborted || performance.now() - started > TAKE_FOR_MS;

  let broken = false;
  const takeTurns = async (): Promise<void> => {
    for (let group = queue.shift(); group !== undefined && !broken; group = queue.shift()) {
      const result = isOver() ? { finished: [], stopped: null } : await runOne(deps, group);
      const held = await settle(deps, group, result);
      const finished = held ? result.finished.length : 0;
      tally.deliveries += group.members.length;
      tally.done += finished;
      if (held) tally.released += group.members.length - finished;
      else tally.lost += group.members.length;
      signals.heartbeat(tally.deliveries);
    }
  };
  const breakOff = (error: unknown): never => {
    broken = true;
    throw error;
  };
  // What cannot be settled ends the batch, but not before its last group has ended: the lease is given back then.
  const turns = await Promise.allSettled(Array.from({ length: SIDE_BY_SIDE }, () => takeTurns().catch(breakOff)));
  const failed = turns.find((turn) => turn.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return { groups: groups.length, ...tally };
}

async function runOne(deps: BatchDeps, group: LoadedGroup): Promise<GroupResult> {
  const [first] = group.members;
  if (group.epoch === null || first === undefined) return { finished: [], stopped: null };
  const attempt = { ...group.group, epoch: group.epoch };
  try {
    const run = (deps.runOf ?? runOf)(group);
    return await runGroup({ steps: (member) => createStepsInBatch(deps, group.group, attempt, member), group, run });
  } catch (error) {
    const failure = error instanceof StepError ? error.failure : toStepFailure(error, 'run');
    return { finished: [], stopped: { deliveryId: first.deliveryId, attempts: first.attempts, failure } };
  }
}

async function settle(deps: BatchDeps, group: LoadedGroup, result: GroupResult): Promise<boolean> {
  const { failure, attempts = 1 } = result.stopped ?? {};
  if (group.epoch === null || failure?.kind === 'lost') return false;
  const input: SettleInput = {
    group: group.group,
    finished: result.finished,
    then: 'free',
    retrying: failure?.kind === 'retry' || failure?.kind === 'attention',
    notBeforeMs: failure === undefined ? 0 : toDelay(failure, attempts),
    reason: failure === undefined ? null : `${failure.code}: ${failure.message}`,
    parked: null,
  };
  return deps.settler.settle(input, { ...group.group, epoch: group.epoch });
}

/** What needs a person goes to `delivery` at once; what failed retryably waits as long as it was told, or backs off. */
function toDelay(failure: StepFailure, attempts: number): number {
  if (failure.kind === 'attention') return 0;
  if (failure.kind === 'gate') return GATE_RELEASE_MS;
  if (failure.kind === 'ours') return failure.retryAfterMs ?? OURS_RELEASE_MS;
  if (failure.retryAfterMs !== null) return failure.retryAfterMs;
  return Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.max(0, attempts - 1));
}
