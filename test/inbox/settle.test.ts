import { expect, it } from 'vitest';
import { beginLease, renewEpoch } from '../../store/inbox/begin.ts';
import { findCounterDrift } from '../../store/inbox/counter-drift.ts';
import { extendLease, markStarted, openLeases, releaseLease } from '../../store/inbox/lease.ts';
import { listDeliveries, showDelivery } from '../../store/inbox/query-deliveries.ts';
import { listQueues } from '../../store/inbox/query-queues.ts';
import { eraseBodies } from '../../store/inbox/retention.ts';
import { settleGroup, settleGroups } from '../../store/inbox/settle.ts';
import { describeOnEachDatabase } from '../helpers/databases.ts';
import { claim, claimAndBegin, countRows, recordEach, toSettlement } from '../helpers/inbox.ts';

describeOnEachDatabase('an attempt', (open) => {
  it('gets a newer epoch each time it begins; the older one can settle nothing', async () => {
    const db = await open();
    await recordEach(db, 'sync', 'k', ['one']);
    const older = await claimAndBegin(db, 'L1');
    const newer = await beginLease(db, 'L1');
    expect(BigInt(newer[0]?.epoch ?? 0)).toBeGreaterThan(BigInt(older[0]?.epoch ?? 0));
    expect(await settleGroup(db, toSettlement('L1', older))).toEqual({ held: false, finished: 0, released: 0 });
    expect(await settleGroup(db, toSettlement('L1', newer))).toEqual({ held: true, finished: 1, released: 0 });
    expect(await beginLease(db, 'L1')).toEqual([]);
  });

  it('renews the epoch of one key cheaply, fencing off the one before', async () => {
    const db = await open();
    await recordEach(db, 'sync', 'k', ['one']);
    const begun = await claimAndBegin(db, 'L1');
    const epoch = await renewEpoch(db, { lease: 'L1', flow: 'sync', key: 'k', lane: 0 });
    expect(await settleGroup(db, toSettlement('L1', begun))).toMatchObject({ held: false });
    expect(await settleGroup(db, toSettlement('L1', begun, { epoch: epoch ?? '' }))).toMatchObject({ held: true, finished: 1 });
    expect(await renewEpoch(db, { lease: 'L1', flow: 'sync', key: 'k', lane: 0 })).toBeNull();
  });

  it('begins one key of a batch without disturbing the others', async () => {
    const db = await open();
    await recordEach(db, 'sync', null, ['one', 'two']);
    const all = await claimAndBegin(db, 'L1', { kind: 'batch' });
    const [first, second] = all;
    const again = await beginLease(db, 'L1', { flow: 'sync', key: first?.key ?? '', lane: 0 });
    expect(again).toHaveLength(1);
    expect(await settleGroup(db, toSettlement('L1', second === undefined ? [] : [second]))).toMatchObject({ held: true });
  });

  it('is told that a body was erased', async () => {
    const db = await open();
    await recordEach(db, 'sync', 'k', ['one']);
    const [claimed] = await claim(db, 'L1');
    expect(await eraseBodies(db, [claimed?.eventId ?? ''])).toBe(1);
    expect(await beginLease(db, 'L1')).toMatchObject([{ bodyBytes: null, dedupe: expect.stringMatching(/^[0-9a-f]{64}$/) }]);
  });
});

describeOnEachDatabase('settling', (open) => {
  it('writes outcomes, frees the key and closes the lease', async () => {
    const db = await open();
    await recordEach(db, 'sync', 'k', ['one', 'two']);
    const rows = await claimAndBegin(db, 'L1');
    await settleGroup(
      db,
      toSettlement('L1', rows, {
        finished: [
          { deliveryId: rows[0]?.deliveryId ?? '', state: 'done', text: 'posted message 7' },
          { deliveryId: rows[1]?.deliveryId ?? '', state: 'skipped', text: 'skipped\0 by an operator' },
        ],
      }),
    );
    const [second, first] = await listDeliveries(db, {});
    expect(first).toMatchObject({ state: 'done', outcome: 'posted message 7', lease: null, settledAt: expect.any(Date) });
    expect(second).toMatchObject({ state: 'skipped', outcome: 'skipped\uFFFD by an operator' });
    expect(await countRows(db, 'lease', 'open')).toBe(0);
    expect(await findCounterDrift(db)).toEqual([]);
  });

  it('puts the rest back to waiting; the one that failed keeps its attempt and runs alone from now on', async () => {
    const db = await open();
    await recordEach(db, 'sync', 'k', ['one', 'two', 'three']);
    const rows = await claimAndBegin(db, 'L1', { kind: 'batch' });
    const finished = [{ deliveryId: rows[0]?.deliveryId ?? '', state: 'done', text: '' }] as const;
    expect(await settleGroup(db, toSettlement('L1', rows, { finished, retrying: true, reason: 'timeout' }))).toEqual({
      held: true,
      finished: 1,
      released: 2,
    });
    expect(await claim(db, 'L2', { kind: 'batch' })).toEqual([]);
    expect(await claim(db, 'L3', { firstAttemptsOnly: true })).toEqual([]);
    const again = await claim(db, 'L4', { retryingOnly: true });
    expect(again.map((row) => row.attempts)).toEqual([2]);
    expect(await showDelivery(db, rows[1]?.deliveryId ?? '')).toMatchObject({ reason: 'timeout' });
    expect(await findCounterDrift(db)).toEqual([]);
  });

  it('does not count an attempt that a closed gate ended', async () => {
    const db = await open();
    await recordEach(db, 'sync', 'k', ['one']);
    await settleGroup(db, toSettlement('L1', await claimAndBegin(db, 'L1', { kind: 'batch' }), { finished: [], reason: 'gate' }));
    expect(await claim(db, 'L2', { kind: 'batch' })).toMatchObject([{ attempts: 1 }]);
  });

  it('batches a key again once its retried group is finished', async () => {
    const db = await open();
    await recordEach(db, 'sync', 'k', ['one']);
    await settleGroup(db, toSettlement('L1', await claimAndBegin(db, 'L1'), { finished: [], retrying: true }));
    await settleGroup(db, toSettlement('L2', await claimAndBegin(db, 'L2')));
    await recordEach(db, 'sync', 'k', ['two']);
    expect(await claim(db, 'L3', { kind: 'batch' })).toHaveLength(1);
  });

  it('keeps released deliveries from being taken before their time', async () => {
    const db = await open();
    await recordEach(db, 'sync', 'k', ['one']);
    await settleGroup(db, toSettlement('L1', await claimAndBegin(db, 'L1'), { finished: [], notBeforeMs: 3_600_000 }));
    expect(await claim(db, 'L2')).toEqual([]);
    expect(await listQueues(db)).toMatchObject([{ flow: 'sync', waiting: 1, underWay: 0, oldestWaitingAt: expect.any(Date) }]);
  });

  it('holds a parked group: its key is not given away, its first unfinished delivery says why', async () => {
    const db = await open();
    await recordEach(db, 'sync', 'k', ['one', 'two', 'three']);
    const rows = await claimAndBegin(db, 'L1');
    const finished = [{ deliveryId: rows[0]?.deliveryId ?? '', state: 'done', text: '' }] as const;
    const parked = { code: 'invalid', hint: 'Mend it.' };
    expect(await settleGroup(db, toSettlement('L1', rows, { finished, then: 'hold', parked }))).toEqual({
      held: true,
      finished: 1,
      released: 0,
    });
    expect(await claim(db, 'L2')).toEqual([]);
    expect(await listDeliveries(db, { parked: true })).toMatchObject([{ id: rows[1]?.deliveryId, state: 'handed', parked }]);
    expect(await listQueues(db)).toMatchObject([{ parked: 1, underWay: 0 }]);
    const again = await beginLease(db, 'L1');
    expect(again).toHaveLength(2);
    await settleGroup(db, toSettlement('L1', again, { finished: [], reason: 'retry' }));
    expect(await listDeliveries(db, { parked: true })).toEqual([]);
    expect(await claim(db, 'L3')).toHaveLength(2);
    expect(await findCounterDrift(db)).toEqual([]);
  });

  it('frees a key of which nothing is left, even when asked to hold it', async () => {
    const db = await open();
    await recordEach(db, 'sync', 'k', ['one']);
    await settleGroup(db, toSettlement('L1', await claimAndBegin(db, 'L1'), { then: 'hold', parked: { code: 'x' } }));
    expect(await countRows(db, 'queue_key', 'lease is not null')).toBe(0);
    expect(await findCounterDrift(db)).toEqual([]);
  });

  it('settles several groups at once, each on its own terms, and closes the lease with the last', async () => {
    const db = await open();
    await recordEach(db, 'sync', null, ['one', 'two', 'three']);
    const rows = await claimAndBegin(db, 'L1', { kind: 'batch' });
    const [a, b, c] = rows.map((row) => toSettlement('L1', [row]));
    if (a === undefined || b === undefined || c === undefined) throw new Error('expected three groups');
    const settled = await settleGroups(db, [a, { ...b, epoch: '1' }, { ...c, finished: [] }]);
    expect(settled.map((one) => one.held)).toEqual([true, false, true]);
    expect(settled.map((one) => one.released)).toEqual([0, 0, 1]);
    expect(await countRows(db, 'lease', 'open')).toBe(1);
    expect(await settleGroup(db, b)).toMatchObject({ held: true });
    expect(await countRows(db, 'lease', 'open')).toBe(0);
    expect(await findCounterDrift(db)).toEqual([]);
  });

  it('closes the lease also when its groups are settled side by side', async () => {
    const db = await open();
    await recordEach(
      db,
      'sync',
      null,
      Array.from({ length: 20 }, (_unused, n) => `event ${n}`),
    );
    const rows = await claimAndBegin(db, 'L1', { kind: 'batch' });
    await Promise.all(rows.map((row) => settleGroup(db, toSettlement('L1', [row]))));
    expect(await countRows(db, 'lease', 'open')).toBe(0);
    expect(await findCounterDrift(db)).toEqual([]);
  });
});

describeOnEachDatabase('a lease', (open) => {
  it('is due when its time is up, and not while it is extended', async () => {
    const db = await open();
    await recordEach(db, 'sync', null, ['one', 'two']);
    await claim(db, 'L1', { groups: 1, ttlMs: -1_000 });
    await claim(db, 'L2', { groups: 1, ttlMs: 60_000 });
    await markStarted(db, 'L1', 'delivery/sync/1/L1');
    const due = { olderThanMs: 0, limit: 10 };
    expect(await openLeases(db, due)).toMatchObject([
      { lease: 'L1', kind: 'delivery', started: true, workflowId: 'delivery/sync/1/L1', flow: 'sync', lane: 0 },
    ]);
    expect(await extendLease(db, 'L1', 60_000)).toBe(true);
    expect(await openLeases(db, due)).toEqual([]);
  });

  it('is released with everything under it, and whoever still works under it is fenced off', async () => {
    const db = await open();
    await recordEach(db, 'sync', 'k', ['one', 'two']);
    await recordEach(db, 'sync', 'm', ['three']);
    const zombie = await claimAndBegin(db, 'L1', { kind: 'batch' });
    await recordEach(db, 'sync', 'k', ['four']);
    expect(await releaseLease(db, 'L1', { reason: 'its workflow failed' })).toEqual({ groups: 2, deliveries: 3 });
    expect(await settleGroup(db, toSettlement('L1', zombie))).toMatchObject({ held: false });
    expect(await claim(db, 'L2', { kind: 'batch' })).toEqual([]);
    expect((await claim(db, 'L3')).map((row) => row.attempts)).toEqual([2, 2]);
    expect(await extendLease(db, 'L1', 1_000)).toBe(false);
    expect(await findCounterDrift(db)).toEqual([]);
  });

  it('that an operator terminated leaves its deliveries terminated, with the reason', async () => {
    const db = await open();
    await recordEach(db, 'sync', 'k', ['one']);
    await claimAndBegin(db, 'L1');
    await recordEach(db, 'sync', 'k', ['two']);
    expect(await releaseLease(db, 'L1', { reason: 'terminated by hand', state: 'terminated' })).toEqual({ groups: 1, deliveries: 1 });
    expect(await listDeliveries(db, { state: 'terminated' })).toMatchObject([{ outcome: 'terminated by hand' }]);
    expect(await claim(db, 'L2')).toHaveLength(1);
    expect(await findCounterDrift(db)).toEqual([]);
  });

  it('that holds nothing any more is released without an effect', async () => {
    const db = await open();
    await recordEach(db, 'sync', 'k', ['one']);
    await settleGroup(db, toSettlement('L1', await claimAndBegin(db, 'L1')));
    expect(await releaseLease(db, 'L1', { reason: 'completed' })).toEqual({ groups: 0, deliveries: 0 });
    expect(await countRows(db, 'lease', 'open')).toBe(0);
    expect(await findCounterDrift(db)).toEqual([]);
  });
});
