import { beginLease } from '../../store/inbox/begin.ts';
import { claimDeliveries, claimGroups } from '../../store/inbox/claim.ts';
import { extendLease, markStarted, openLeases, releaseLease } from '../../store/inbox/lease.ts';
import { toGroups, runGroup, Killed } from './stress-attempt.ts';
import type { StressSettings, Mishaps, Run } from './stress-model.ts';

/** Runs dispatchers, workers and a reaper until all is settled, with processes that die, stall, come back and fail. */
export async function runStress(
  settings: StressSettings,
  numbers: { readonly dispatchers: number; readonly workers: number },
): Promise<Mishaps> {
  const mishaps = { killed: 0, stalled: 0, failed: 0, lostDispatchers: 0 };
  const run: Run = { ...settings, mishaps, running: new Set(), due: [], stalled: new Map(), zombies: [], leases: 0, over: false };
  await Promise.all([
    ...Array.from({ length: numbers.dispatchers }, (_unused, n) => dispatch(run, `dispatcher ${n}`)),
    ...Array.from({ length: numbers.workers }, () => work(run)),
    reap(run),
  ]);
  for (const lease of [...run.stalled.keys()]) wakeStalled(run, lease);
  await Promise.all(run.zombies);
  return mishaps;
}

async function dispatch(run: Run, owner: string): Promise<void> {
  while (!(await isOver(run))) {
    run.leases += 1;
    const lease = `L${run.leases}`;
    const limits = { lane: run.random() < 0.3 ? 1 : 0, groups: 6, perGroup: 5, owner, ttlMs: 0 };
    const rows =
      run.random() < 0.5
        ? await claimGroups(run.db, { ...limits, lease, kind: 'batch' })
        : await claimDeliveries(run.db, { ...limits, leasePrefix: lease });
    for (const claimed of new Set(rows.map((row) => row.lease))) await start(run, claimed);
    // PGlite answers without leaving the turn; the others must get theirs.
    await nextTurn();
  }
}

async function start(run: Run, lease: string): Promise<void> {
  if (run.random() < 0.05) {
    run.mishaps.lostDispatchers += 1;
    return;
  }
  run.running.add(lease);
  run.due.push(lease);
  await markStarted(run.db, lease, `workflow/${lease}`);
}

async function work(run: Run): Promise<void> {
  while (!run.over) {
    const lease = run.due.shift();
    if (lease !== undefined) await attempt(run, lease);
    await nextTurn();
  }
}

async function attempt(run: Run, lease: string): Promise<void> {
  const rows = await beginLease(run.db, lease);
  wakeStalled(run, lease);
  try {
    for (const group of toGroups(rows)) await runGroup(run, lease, group);
    run.running.delete(lease);
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
    // Some workflows fail for good; the others try again.
    if (run.random() < 0.2) run.running.delete(lease);
    else run.due.push(lease);
  }
}

function wakeStalled(run: Run, lease: string): void {
  for (const comeBack of run.stalled.get(lease) ?? []) comeBack();
  run.stalled.delete(lease);
}

async function reap(run: Run): Promise<void> {
  while (!run.over) {
    for (const { lease } of await openLeases(run.db, { olderThanMs: 0, limit: 20 })) {
      if (run.running.has(lease)) await extendLease(run.db, lease, 50);
      else await releaseLease(run.db, lease, { reason: 'the workflow is gone' });
    }
    await nextTurn();
  }
}

async function isOver(run: Run): Promise<boolean> {
  if (performance.now() > run.endBy) run.over = true;
  if (run.over || !run.allRecorded() || run.due.length > 0) return run.over;
  const [open] = await run.db.query<{ n: number }>(
    'select (select count(*)::int from delivery where state <> 2) + (select count(*)::int from lease where open) as n',
  );
  if (open?.n === 0) run.over = true;
  return run.over;
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
