import { expect, it } from 'vitest';
import { beginLease } from '../../store/inbox/begin.ts';
import { editDelivery, saveEdits, skipDelivery, skipRemovedFlow } from '../../store/inbox/change-delivery.ts';
import { findCounterDrift } from '../../store/inbox/counter-drift.ts';
import { closeConnection, listConnectionGates, openConnection, pauseFlow } from '../../store/gates/gate.ts';
import { noteApplied, findApplied } from '../../store/inbox/applied.ts';
import { listParkedRequests, listUnkept, parkRequest, showParkedRequest } from '../../store/inbox/parked-requests.ts';
import { listDeliveries, showDelivery } from '../../store/inbox/query-deliveries.ts';
import { listEvents, showEvent } from '../../store/inbox/query-events.ts';
import { listQueues } from '../../store/inbox/query-queues.ts';
import { recordEvents } from '../../store/inbox/record-events.ts';
import { settleGroup } from '../../store/inbox/settle.ts';
import { describeOnEachDatabase } from '../helpers/databases.ts';
import { claim, claimAndBegin, recordEach, toRow, toSettlement } from '../helpers/inbox.ts';

describeOnEachDatabase('lists', (open) => {
  it('show events by connection, topic, record, flow and time, newest first, without bodies', async () => {
    const db = await open();
    const at = (day: number): Date => new Date(Date.UTC(2026, 0, day));
    await recordEvents(db, [
      toRow('one', { receivedAt: at(1) }),
      toRow('two', { receivedAt: at(2), topic: 'order.deleted', deliveries: [] }),
    ]);
    await recordEvents(db, [toRow('three', { receivedAt: at(3), connection: 'billing', record: 'invoice:1' })]);
    const topics = async (filter: Parameters<typeof listEvents>[1]): Promise<string[]> =>
      (await listEvents(db, filter)).map((event) => `${event.connection} ${event.topic}`);
    expect(await topics({})).toHaveLength(3);
    expect((await topics({}))[0]).toBe('billing order.changed');
    expect(await topics({ connection: 'shop' })).toHaveLength(2);
    expect(await topics({ topic: 'order.deleted' })).toEqual(['shop order.deleted']);
    expect(await topics({ record: 'invoice:1' })).toEqual(['billing order.changed']);
    expect(await topics({ flow: 'sync', connection: 'shop' })).toEqual(['shop order.changed']);
    expect(await topics({ since: at(2), until: at(3) })).toEqual(['shop order.deleted']);
    const [newest] = await listEvents(db, { limit: 1 });
    expect(newest).not.toHaveProperty('raw');
    expect(await topics({ afterId: newest?.id ?? '' })).toHaveLength(2);
    expect((await showEvent(db, newest?.id ?? ''))?.raw).toBeNull();
    expect((await showEvent(db, newest?.id ?? '', { withBody: true }))?.raw?.toString()).toBe('{"name":"three"}');
    expect(await showEvent(db, '999999999')).toBeNull();
  });

  it('show deliveries by state and page through them', async () => {
    const db = await open();
    await recordEach(db, 'sync', null, ['one', 'two', 'three']);
    await settleGroup(db, toSettlement('L1', await claimAndBegin(db, 'L1', { groups: 1 })));
    expect(await listDeliveries(db, { state: 'done' })).toHaveLength(1);
    expect(await listDeliveries(db, { state: 'waiting', flow: 'sync' })).toHaveLength(2);
    expect(await listDeliveries(db, { flow: 'other' })).toEqual([]);
    const [newest] = await listDeliveries(db, { limit: 1 });
    expect(await listDeliveries(db, { afterId: newest?.id ?? '' })).toHaveLength(2);
  });

  it('show each queue with its depth, age, gate and what is under way', async () => {
    const db = await open();
    await recordEach(db, 'sync', 'k', ['one', 'two']);
    await recordEach(db, 'sync', 'm', ['three']);
    await claim(db, 'L1', { groups: 1 });
    await pauseFlow(db, 'sync', true);
    await closeConnection(
      db,
      { connection: 'shop', state: 'throttled', reason: 'throttled', hint: 'Wait.', closedForMs: 600_000, probeInMs: null },
      ['sync'],
    );
    const [gate] = await listConnectionGates(db);
    const [live, replay] = await listQueues(db);
    expect(live).toMatchObject({
      flow: 'sync',
      lane: 0,
      waiting: 1,
      keys: 1,
      underWay: 1,
      paused: true,
      closedUntil: gate?.closedUntil,
      closedBy: ['shop'],
      parked: 0,
      credit: 256,
    });
    expect(live?.oldestWaitingAt).toBeInstanceOf(Date);
    expect(replay).toMatchObject({ lane: 1, waiting: 0, oldestWaitingAt: null });
  });

  it('show closed connections with their cause', async () => {
    const db = await open();
    const gate = {
      connection: 'shop',
      state: 'unauthorized',
      reason: 'unauthorized',
      hint: 'Renew the token.',
    } as const;
    const probed = { ...gate, closedForMs: null, probeInMs: 2000 };
    await closeConnection(db, probed, []);
    await closeConnection(db, probed, []);
    await closeConnection(db, { ...probed, connection: 'chat', probeInMs: null }, []);
    expect(await listConnectionGates(db)).toMatchObject([
      { connection: 'chat', failures: 1, probeAt: null },
      { ...gate, failures: 2, since: expect.any(Date), closedUntil: null, probeAt: expect.any(Date) },
    ]);
    await openConnection(db, 'shop');
    expect(await listConnectionGates(db)).toHaveLength(1);
  });

  it('show requests that were parked, with their bodies only one by one', async () => {
    const db = await open();
    const raw = Buffer.from([0, 1, 2, 255]);
    const id = await parkRequest(db, { connection: 'shop', problem: 'not JSON', raw });
    const [listed] = await listParkedRequests(db, { connection: 'shop' });
    expect(listed).toMatchObject({ id, problem: 'not JSON', bytes: 4, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(listed).not.toHaveProperty('raw');
    expect((await showParkedRequest(db, id))?.raw).toEqual(raw);
    expect(await listParkedRequests(db, { connection: 'other' })).toEqual([]);
  });

  it('list a request whose body was too large to be kept once, however often it is sent', async () => {
    const db = await open();
    const sha256 = Buffer.alloc(32, 7);
    const request = { connection: 'shop', problem: 'a body of 9000000 bytes is over the limit', sha256 };
    for (const one of [request, request, { ...request, connection: 'other' }, { ...request, sha256: Buffer.alloc(32, 8) }])
      await listUnkept(db, one);
    expect(await listParkedRequests(db, { connection: 'shop' })).toMatchObject([
      { sha256: '08'.repeat(32), bytes: 0 },
      { sha256: '07'.repeat(32), bytes: 0, problem: request.problem },
    ]);
  });
});

describeOnEachDatabase('an operator', (open) => {
  it('skips a delivery that waits; the others of its key go on', async () => {
    const db = await open();
    await recordEach(db, 'sync', 'k', ['one', 'two']);
    const [, first] = await listDeliveries(db, {});
    expect(await skipDelivery(db, { deliveryId: first?.id ?? '', text: 'not wanted' })).toBe('changed');
    expect(await showDelivery(db, first?.id ?? '')).toMatchObject({ state: 'skipped', outcome: 'not wanted' });
    expect(await skipDelivery(db, { deliveryId: first?.id ?? '', text: 'again' })).toBe('settled');
    expect(await claim(db, 'L1')).toHaveLength(1);
    expect(await findCounterDrift(db)).toEqual([]);
  });

  it('skips what waits behind a group under way without disturbing it, and is sent to the workflow for the group itself', async () => {
    const db = await open();
    await recordEach(db, 'sync', 'k', ['one']);
    const running = await claimAndBegin(db, 'L1');
    await recordEach(db, 'sync', 'k', ['two']);
    const [behind, held] = await listDeliveries(db, {});
    expect(await skipDelivery(db, { deliveryId: behind?.id ?? '', text: 'not wanted' })).toBe('changed');
    expect(await skipDelivery(db, { deliveryId: held?.id ?? '', text: 'not wanted' })).toBe('under_way');
    expect(await skipDelivery(db, { deliveryId: '999999999', text: 'not wanted' })).toBe('missing');
    expect(await settleGroup(db, toSettlement('L1', running))).toMatchObject({ held: true });
    expect(await findCounterDrift(db)).toEqual([]);
  });

  it('edits values of a delivery that waits or is parked; the attempt gets them', async () => {
    const db = await open();
    await recordEach(db, 'sync', 'k', ['one']);
    const [waiting] = await listDeliveries(db, {});
    expect(await editDelivery(db, { deliveryId: waiting?.id ?? '', edits: { reply: { text: 'a' } } })).toBe('changed');
    await claim(db, 'L1');
    expect(await editDelivery(db, { deliveryId: waiting?.id ?? '', edits: {} })).toBe('under_way');
    expect(await saveEdits(db, { lease: 'L2', deliveryId: waiting?.id ?? '', edits: {} })).toBe(false);
    expect(await saveEdits(db, { lease: 'L1', deliveryId: waiting?.id ?? '', edits: { label: { name: 'b\0' } } })).toBe(true);
    expect(await beginLease(db, 'L1')).toMatchObject([{ edits: { reply: { text: 'a' }, label: { name: 'b\uFFFD' } } }]);
  });

  it('sees what waited for a removed flow as skipped', async () => {
    const db = await open();
    await recordEach(db, 'gone', null, ['one', 'two', 'three']);
    expect(await skipRemovedFlow(db, 'gone', 2)).toBe(2);
    expect(await skipRemovedFlow(db, 'gone', 2)).toBe(1);
    expect(await listDeliveries(db, { flow: 'gone', state: 'skipped' })).toHaveLength(3);
    expect(await findCounterDrift(db)).toEqual([]);
  });
});

describeOnEachDatabase('an applied version', (open) => {
  it('is never followed by an older one', async () => {
    const db = await open();
    const note = (version: string): Promise<boolean> => noteApplied(db, { flow: 'sync', record: 'order:1', version });
    expect(await note('2026-01-02')).toBe(true);
    expect(await note('2026-01-01')).toBe(false);
    expect(await note('2026-01-02')).toBe(true);
    expect(await findApplied(db, 'sync', 'order:1')).toBe('2026-01-02');
    expect(await findApplied(db, 'sync', 'order:2')).toBeNull();
  });
});
