import { beginLease } from '../../store/inbox/begin.ts';
import { claimDeliveries, claimGroups } from '../../store/inbox/claim.ts';
import { refillLease } from '../../store/inbox/refill.ts';
import { extendLease, markStarted, openLeases, releaseLease } from '../../store/inbox/lease.ts';
import { toGroups, runGroup, Killed } from './stress-attempt.ts';
import type { BegunRow } from '../../store/inbox/begin.ts';
import type { StressSettings, Mishaps, Run } from './stress-model.ts';

/** Runs dispatchers, workers and a reaper until all is settled, with processes that die, stall, come back and fail. */
export async function runStress(
  settings: StressSettings,
  numbers: { readonly dispatchers: number; readonly workers: number },
): Promise<Mishaps> {
  const mishaps = { killed: 0, stalled: 0, failed: 0, lostDispatchers: 0, lostRefills: 0 };
  const run: Run = {
    ...settings,
    mishaps,
    running: new Set(),
    due: [],
    batches: new Map(),
    stalled: new Map(),
    zombies: [],
    leases: 0,
    over: false,
  };
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
    const limits = { lane: run.random() < 0.3 ? 1 : 0, perGroup: 5, owner, ttlMs: 0 };
    const isBatch = run.random() < 0.5;
    const rows = isBatch
      ? await claimGroups(run.db, { ...limits, groups: 1, lease, kind: 'batch' })
      : await claimDeliveries(run.db, { ...limits, groups: 3, leasePrefix: lease });
    const [first] = rows;
    if (isBatch && first !== undefined) run.batches.set(lease, { flow: first.flow, lane: first.lane });
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
    for (let more = [...rows, ...(await refill(run, lease))]; more.length > 0; more = [...(await refill(run, lease))]) {
      for (const group of toGroups(more)) await runGroup(run, lease, group);
    }
    run.running.delete(lease);
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
    // Some workflows fail for good; the others try again.
    if (run.random() < 0.2) run.running.delete(lease);
    else run.due.push(lease);
  }
}

/** What a batch takes beside what it was started with; empty: no more. Throws Killed. */
async function refill(run: Run, lease: string): Promise<readonly BegunRow[]> {
  const batch = run.batches.get(lease);
  if (batch === undefined || run.random() < 0.1) return [];
  const limits = { groups: 4, perGroup: 3, deliveries: 8, coalesce: false, owner: 'batch', ttlMs: 0, tendMs: 5 };
  const { rows } = await refillLease(run.db, { ...batch, ...limits, lease, workflowId: `workflow/${lease}` });
  if (rows.length === 0 || run.random() > 0.5) return rows;
  run.mishaps.lostRefills += 1;
  throw new Killed();
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
