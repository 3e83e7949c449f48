import { resendIntent, settleEffect, writeIntent } from '../../store/effects/effect.ts';
import { settleGroup } from '../../store/inbox/settle.ts';
import type { BegunRow } from '../../store/inbox/begin.ts';
import type { Fence } from '../../store/effects/effect.ts';
import type { FinishedDelivery } from '../../store/inbox/settle.ts';
import type { Run } from './stress-model.ts';

/** An attempt's process is gone, or its time is up. */
export class Killed extends Error {
  override readonly name = 'Killed';
}

/** The groups among the rows, each in its order. */
export function toGroups(rows: readonly BegunRow[]): readonly BegunRow[][] {
  const groups = new Map<string, BegunRow[]>();
  for (const row of rows) {
    const key = `${row.flow}/${row.key}/${row.lane}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()];
}

/** One attempt at a group; any await may be its last. Throws Killed. */
export async function runGroup(run: Run, lease: string, rows: readonly BegunRow[]): Promise<void> {
  const finished: FinishedDelivery[] = [];
  for (const row of rows) {
    mishap(run, lease, rows, finished);
    if (run.random() < 0.03) {
      run.mishaps.failed += 1;
      return settle(run, lease, row, finished, true);
    }
    if (!(await runStep(run, lease, row))) return;
    finished.push(toFinished(row));
  }
  mishap(run, lease, rows, finished);
  const [first] = rows;
  if (first !== undefined) await settle(run, lease, first, finished, false);
  if (run.random() < 0.02) throw new Killed();
}

/** What a stalled attempt does when it comes back: goes on where it was, not knowing that it was given up. */
async function goOn(run: Run, lease: string, rows: readonly BegunRow[], done: readonly FinishedDelivery[]): Promise<void> {
  const finished = [...done];
  for (const row of rows.slice(done.length)) {
    if (!(await runStep(run, lease, row))) return;
    finished.push(toFinished(row));
  }
  const [first] = rows;
  if (first !== undefined) await settle(run, lease, first, finished, false);
}

function toFinished(row: BegunRow): FinishedDelivery {
  return { deliveryId: row.deliveryId, state: 'done', text: row.epoch };
}

function mishap(run: Run, lease: string, rows: readonly BegunRow[], finished: readonly FinishedDelivery[]): void {
  const chance = run.random();
  if (chance > 0.08) return;
  if (chance < 0.03) {
    run.mishaps.killed += 1;
    throw new Killed();
  }
  run.mishaps.stalled += 1;
  const done = [...finished];
  const woken = new Promise<void>((resolve) => run.stalled.set(lease, [...(run.stalled.get(lease) ?? []), resolve]));
  run.zombies.push(woken.then(() => goOn(run, lease, rows, done)));
  throw new Killed();
}

/** One effect, as the ledger does it. False: lost. */
async function runStep(run: Run, lease: string, row: BegunRow): Promise<boolean> {
  const fence = await toFence(run, lease, row);
  if (fence === null) return false;
  const intent = { ...fence, intent: row.deliveryId, sendForMs: 1_000, fingerprint: row.epoch };
  const unused = { eventId: row.eventId, connection: 'c', kind: 'k', target: 't', class: 'natural', mark: '', textHash: null } as const;
  const written = await writeIntent(run.db, { ...intent, ...unused });
  if (written.kind === 'lost') return false;
  if (written.kind === 'existing' && written.row.state === 'done') return true;
  if (written.kind === 'existing' && (await resendIntent(run.db, intent)) === null) return false;
  return settleEffect(run.db, { intent: row.deliveryId, epoch: fence.epoch, state: 'done', remoteId: null, result: null });
}

async function settle(run: Run, lease: string, row: BegunRow, finished: readonly FinishedDelivery[], retrying: boolean): Promise<void> {
  const fence = await toFence(run, lease, row);
  if (fence === null) return;
  await settleGroup(run.db, { ...fence, finished, then: 'free', notBeforeMs: 0, reason: null, parked: null, retrying });
}

/** The attempt's own fence; without fencing, whatever the store would accept at this moment. */
async function toFence(run: Run, lease: string, row: BegunRow): Promise<Fence | null> {
  const { flow, key, lane, epoch } = row;
  if (run.fenced) return { flow, key, lane, epoch, lease };
  const [newest] = await run.db.query<{ lease: string | null; epoch: string }>(
    'select lease, epoch::text as epoch from queue_key where flow = $1 and key = $2 and lane = $3',
    [flow, key, lane],
  );
  if (newest === undefined || newest.lease === null) return null;
  return { flow, key, lane, epoch: newest.epoch, lease: newest.lease };
}
