import { extendLease, openLeases, releaseLease } from '../store/lease.ts';
import { TemporalUnavailable } from './starter.ts';
import { createWake } from './wake.ts';
import type { Database } from '../store/database.ts';
import type { OpenLease } from '../store/lease.ts';
import type { WorkflowStarter, WorkflowState } from './starter.ts';

const POLL_MS = 5000;
const EXTEND_MS = 30_000;
const LEASES_A_PASS = 100;
const LONG_MS = 60 * 60 * 1000;

/** What the reaper works with. */
export interface ReaperDeps {
  readonly db: Database;
  readonly starter: WorkflowStarter;
  readonly log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
  /** Groups went back to waiting: the dispatcher should look. */
  onReleased(): void;
  readonly pollMs?: number;
  now?(): number;
}

/** What to do about an open lease whose time is up, by what Temporal says of its workflow. */
export type Verdict =
  | { readonly act: 'follow' }
  | { readonly act: 'alarm'; readonly reason: string }
  | { readonly act: 'release'; readonly state: 'waiting' | 'terminated'; readonly reason: string };

/** The reaper's table (pure): a workflow that ended without settling frees what it held; an operator's end is shown as such. */
export function judge(lease: Pick<OpenLease, 'kind' | 'started' | 'createdAt'>, state: WorkflowState, nowMs: number): Verdict {
  if (state === 'running') {
    return nowMs - lease.createdAt.getTime() > LONG_MS && lease.kind === 'batch'
      ? { act: 'alarm', reason: 'a batch has been running for over an hour' }
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
export function startReaper(deps: ReaperDeps): { stop(): Promise<void>; pass(): Promise<number> } {
  const wake = createWake();
  let stopped = false;
  let told = false;
  const pass = async (): Promise<number> => {
    const due = await openLeases(deps.db, { olderThanMs: 0, limit: LEASES_A_PASS });
    let released = 0;
    for (const lease of due) {
      if (stopped) break;
      released += await reap(deps, lease);
    }
    if (released > 0) deps.onReleased();
    return released;
  };
  const loop = async (): Promise<void> => {
    while (!stopped) {
      try {
        await pass();
        told = false;
      } catch (error) {
        const away = error instanceof TemporalUnavailable ? 'Temporal' : 'the store';
        if (!told)
          deps.log.warn({ err: error instanceof Error ? error.message : 'unknown' }, `the reaper could not ask ${away}; trying again`);
        told = true;
      }
      await wake.sleep(deps.pollMs ?? POLL_MS);
    }
  };
  const running = loop();
  return {
    pass,
    async stop() {
      stopped = true;
      wake.wake();
      await running;
    },
  };
}

/** A lease that was never started is released rather than started again: its groups get a new lease, the id is never used. */
async function reap(deps: ReaperDeps, lease: OpenLease): Promise<number> {
  const verdict = judge(
    lease,
    lease.workflowId === null ? 'not_found' : await deps.starter.stateOf(lease.workflowId),
    (deps.now ?? Date.now)(),
  );
  if (verdict.act !== 'release') {
    if (verdict.act === 'alarm') deps.log.warn({ lease: lease.lease, workflow: lease.workflowId }, verdict.reason);
    await extendLease(deps.db, lease.lease, EXTEND_MS);
    return 0;
  }
  deps.log.info({ lease: lease.lease, workflow: lease.workflowId, reason: verdict.reason }, 'a lease was taken back');
  const { deliveries } = await releaseLease(deps.db, lease.lease, {
    reason: verdict.reason,
    state: verdict.state,
    retrying: lease.started,
  });
  return deliveries;
}
