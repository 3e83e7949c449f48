import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { createEffectStore } from '../../activities/effects/effect-store.ts';
import { createLedger } from '../../activities/effects/ledger.ts';
import { startReaper } from '../../inbox/reaper.ts';
import { findEffect } from '../../store/effects/effect-look-up.ts';
import { claimDeliveries } from '../../store/inbox/claim.ts';
import { findCounterDrift } from '../../store/inbox/counter-drift.ts';
import { releaseLease } from '../../store/inbox/lease.ts';
import { listQueues } from '../../store/inbox/query-queues.ts';
import { beginRun, RUN_LANE } from '../../store/inbox/run-key.ts';
import { countRunning } from '../../store/inbox/running.ts';
import { describeOnEachDatabase } from '../helpers/databases.ts';
import { eventually } from '../helpers/eventually.ts';
import { countRows } from '../helpers/inbox.ts';
import type { EffectCall } from '../../activities/effects/effect-call.ts';
import type { WorkflowState } from '../../inbox/starter.ts';
import type { Database } from '../../store/driver/database.ts';
import type { Fence } from '../../store/effects/effect.ts';
import type { Run } from '../../store/inbox/run-key.ts';

const INTENT = 'contact/crm/42/helpdesk/7';

function run(lease: string, over: Partial<Run> = {}): Run {
  return { job: 'contacts/crm', lease, owner: 'test', workflowId: `workflow-${lease}`, ttlMs: 60_000, ...over };
}

async function begun(db: Database, lease: string): Promise<Fence> {
  const fence = await beginRun(db, run(lease));
  if (fence === null) throw new Error(`the run ${lease} did not begin`);
  return fence;
}

/** One write of a run, on no event. */
function write(db: Database, fence: Fence, send: () => string): Promise<string> {
  const ledger = createLedger({ store: createEffectStore(db), fence, intentOf: () => INTENT, eventId: null, step: 'contact 42' });
  const effect: EffectCall<string> = {
    class: 'natural',
    connection: 'helpdesk',
    kind: 'contact',
    target: 'contact:42',
    values: { name: 'Jan' },
    kept: z.string(),
    send: () => Promise.resolve(send()),
    remoteId: (id) => id,
  };
  return ledger.perform(effect);
}

async function reapUntilFree(db: Database, state: WorkflowState): Promise<void> {
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const reaper = startReaper({ db, starter: { stateOf: () => Promise.resolve(state) }, log, onReleased: () => undefined, pollMs: 20 });
  onTestFinished(() => reaper.stop());
  await eventually(async () => expect(await countRows(db, 'lease', 'open')).toBe(0));
}

describeOnEachDatabase('the run of a job', (open) => {
  it('holds the key of its job alone', async () => {
    const db = await open();
    await begun(db, 'R1');
    expect(await beginRun(db, run('R2'))).toBeNull();
    expect(await beginRun(db, run('R3', { job: 'contacts/shop' }))).not.toBeNull();
    await releaseLease(db, 'R1', { reason: 'done' });
    expect(await beginRun(db, run('R2'))).not.toBeNull();
  });

  it('writes through the ledger by its newest attempt, on no event', async () => {
    const db = await open();
    const older = await begun(db, 'R1');
    const newer = await begun(db, 'R1');
    let sent = 0;
    const send = (): string => `c${(sent += 1)}`;
    await expect(write(db, older, send)).rejects.toMatchObject({ failure: { code: 'lost' } });
    expect(await write(db, newer, send)).toBe('c1');
    expect(await write(db, newer, send)).toBe('c1');
    expect(sent).toBe(1);
    expect(await findEffect(db, INTENT)).toMatchObject({ flow: 'contacts/crm', eventId: null, state: 'done', remoteId: 'c1' });
  });

  it('shares its intents with whoever makes the same write', async () => {
    const db = await open();
    await write(db, await begun(db, 'R1'), () => 'c1');
    await releaseLease(db, 'R1', { reason: 'done' });
    expect(await write(db, await begun(db, 'R2'), () => 'c2')).toBe('c1');
  });

  it('is let go of where its workflow has ended, and a straggler of it never begins again', async () => {
    const db = await open();
    const fence = await beginRun(db, run('R1', { ttlMs: -1000 }));
    if (fence === null) throw new Error('the run did not begin');
    await reapUntilFree(db, 'failed');
    expect(await beginRun(db, run('R1'))).toBeNull();
    await expect(write(db, fence, () => 'c1')).rejects.toMatchObject({ failure: { code: 'lost' } });
    expect(await beginRun(db, run('R2'))).not.toBeNull();
    expect(await beginRun(db, run('R1'))).toBeNull();
  });

  it('is no queue: no dispatcher takes it, no list of flows shows it, and the counters agree', async () => {
    const db = await open();
    await begun(db, 'R1');
    await begun(db, 'R1');
    expect(await findCounterDrift(db)).toEqual([]);
    expect(
      await claimDeliveries(db, { lane: RUN_LANE, groups: 64, perGroup: 100, owner: 'test', ttlMs: 60_000, leasePrefix: 'L' }),
    ).toEqual([]);
    expect(await listQueues(db)).toEqual([]);
    expect(await countRunning(db, 60_000)).toEqual([]);
    await releaseLease(db, 'R1', { reason: 'done' });
    expect(await findCounterDrift(db)).toEqual([]);
  });
});
