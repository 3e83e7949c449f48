import { extendLease, noteAlarm, openLeases, releaseLease } from '../store/inbox/lease.ts';
import { nameOf } from './name-of.ts';
import { TemporalUnavailable } from './starter.ts';
import { createWake } from './wake.ts';
import type { Database } from '../store/driver/database.ts';
import type { OpenLease } from '../store/inbox/lease.ts';
import type { WorkflowStarter, WorkflowState } from './starter.ts';

const POLL_MS = 5000;
/** Before the next pass where this one did not get through everything that is due. */
const MORE_MS = 200;
const EXTEND_MS = 30_000;
const LEASES_A_PASS = 100;
/** What waits for a person is seldom of interest: somebody may have ended its workflow by hand. It has a small share of its own in each pass. */
const PARKED_EXTEND_MS = 60_000;
const PARKED_A_PASS = 20;
/** Workflows that Temporal is asked about at a time. */
const ASKED_AT_ONCE = 8;
const LONG_MS = 60 * 60 * 1000;

/** What the reaper works with. */
export interface ReaperDeps {
  readonly db: Database;
  readonly starter: Pick<WorkflowStarter, 'stateOf'>;
  readonly log: {
    info(fields: object, message: string): void;
    warn(fields: object, message: string): void;
    error(fields: object, message: string): void;
  };
  /** Groups went back to waiting: the dispatcher should look. */
  onReleased(): void;
  readonly pollMs?: number;
  now?(): number;
}

/** A reaper at work. */
export interface Reaper {
  /** When it last looked at everything that was due, in Unix milliseconds; before its first pass: when it was started. */
  passedAtMs(): number;
  stop(): Promise<void>;
}

/** What to do about an open lease whose time is up, by what Temporal says of its workflow. */
export type Verdict =
  | { readonly act: 'follow' }
  | { readonly act: 'alarm'; readonly reason: string }
  | { readonly act: 'release'; readonly state: 'waiting' | 'terminated'; readonly reason: string };

/**
 * The reaper's table (pure): a workflow that ended without settling frees what it held; an operator's end is shown as such; one that
 * neither ends nor parks is an alarm.
 */
export function judge(lease: Pick<OpenLease, 'kind' | 'started' | 'createdAt' | 'parked'>, state: WorkflowState, nowMs: number): Verdict {
  if (state === 'failing') {
    return {
      act: 'alarm',
      reason:
        'its workflow task fails again and again: the workers’ log says why; deploy a version that knows the workflow, or terminate it',
    };
  }
  if (state === 'running') {
    // A run takes as long as there are records; its job's own gauges say whether it gets on.
    return nowMs - lease.createdAt.getTime() > LONG_MS && !lease.parked && lease.kind !== 'run'
      ? {
          act: 'alarm',
          reason: `its ${lease.kind} has been running for over an hour: look at its pending activities, and whether a worker runs`,
        }
      : { act: 'follow' };
  }
  if (state === 'continued') return { act: 'follow' };
  if (state === 'not_found')
    return {
      act: 'release',
      state: 'waiting',
      reason: lease.started ? 'its workflow is no longer known to Temporal' : 'its workflow was never started',
    };
  if (state === 'completed') return { act: 'release', state: 'waiting', reason: 'its workflow completed without settling' };
  if ((state === 'terminated' || state === 'cancelled') && lease.kind === 'delivery') {
    return { act: 'release', state: 'terminated', reason: `its workflow was ${state} by an operator` };
  }
  return { act: 'release', state: 'waiting', reason: `its workflow ended as ${state}` };
}

/** Follows leases whose time is up, until stopped; any number of replicas may run. */
export function startReaper(deps: ReaperDeps): Reaper {
  const wake = createWake();
  const now = deps.now ?? Date.now;
  let passedAtMs = now();
  let stopped = false;
  let away: 'Temporal' | 'the store' | null = null;
  const loop = async (): Promise<void> => {
    while (!stopped) {
      let isMore = false;
      try {
        const passed = await pass(deps, () => stopped);
        passedAtMs = now();
        isMore = passed.isMore;
        // A pass that had nothing to ask says nothing of Temporal.
        if (passed.asked > 0 || away === 'the store') away = null;
      } catch (error) {
        const what = error instanceof TemporalUnavailable ? 'Temporal' : 'the store';
        if (away !== what) deps.log.warn({ err: nameOf(error) }, `the reaper could not ask ${what}; trying again`);
        away = what;
      }
      await wake.sleep(isMore ? MORE_MS : (deps.pollMs ?? POLL_MS));
    }
  };
  const running = loop();
  return {
    passedAtMs: () => passedAtMs,
    async stop() {
      stopped = true;
      wake.wake();
      await running;
    },
  };
}

/** One look at what is due. `isMore`: something that does not wait for a person may be left. Throws where Temporal or the store is away. */
async function pass(deps: ReaperDeps, isStopped: () => boolean): Promise<{ readonly isMore: boolean; readonly asked: number }> {
  const running = await openLeases(deps.db, { olderThanMs: 0, limit: LEASES_A_PASS, parked: false });
  const parked = await openLeases(deps.db, { olderThanMs: 0, limit: PARKED_A_PASS, parked: true });
  const queue = [...running, ...parked];
  const asked = queue.length;
  const failures: unknown[] = [];
  let released = 0;
  const takeTurns = async (): Promise<void> => {
    for (let lease = queue.shift(); lease !== undefined && failures.length === 0 && !isStopped(); lease = queue.shift()) {
      try {
        released += await reap(deps, lease);
      } catch (error) {
        failures.push(error);
        // One that Temporal never answers for must not be the first of every pass.
        if (error instanceof TemporalUnavailable) await extendLease(deps.db, lease.lease, EXTEND_MS).catch(() => undefined);
      }
    }
  };
  await Promise.all(Array.from({ length: ASKED_AT_ONCE }, takeTurns));
  if (released > 0) deps.onReleased();
  if (failures.length > 0) throw failures[0];
  return { isMore: running.length === LEASES_A_PASS, asked };
}

/** A lease that was never started is released rather than started again: its groups get a new lease, the id is never used. */
async function reap(deps: ReaperDeps, lease: OpenLease): Promise<number> {
  const { lease: id, workflowId: workflow, kind } = lease;
  const verdict = judge(lease, workflow === null ? 'not_found' : await deps.starter.stateOf(workflow), (deps.now ?? Date.now)());
  if (verdict.act !== 'release') {
    const alarm = verdict.act === 'alarm' ? verdict.reason : null;
    if (alarm !== lease.alarm) await noteAlarm(deps.db, id, alarm);
    if (alarm !== null && lease.alarm === null) deps.log.error({ lease: id, workflow, flow: lease.flow }, `a ${kind} is stuck: ${alarm}`);
    await extendLease(deps.db, id, lease.parked ? PARKED_EXTEND_MS : EXTEND_MS);
    return 0;
  }
  deps.log.info({ lease: id, workflow, reason: verdict.reason }, 'a lease was taken back');
  const { deliveries } = await releaseLease(deps.db, id, { reason: verdict.reason, state: verdict.state, retrying: lease.started });
  return deliveries;
}
