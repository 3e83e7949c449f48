import { describe, expect, it } from 'vitest';
import { createRecorder } from '../../inbox/recorder.ts';
import { showEvent } from '../../store/inbox/query-events.ts';
import { readBody } from '../../store/inbox/body.ts';
import { recordEvents } from '../../store/inbox/record-events.ts';
import { findCounterDrift } from '../../store/inbox/counter-drift.ts';
import { StoreUnavailable } from '../../store/driver/database.ts';
import { describeOnEachDatabase } from '../helpers/databases.ts';
import { claimAndBegin, countRows, toRow, toRowFor } from '../helpers/inbox.ts';
import type { Queryable, Row } from '../../store/driver/database.ts';

const now = (): number => Date.UTC(2026, 0, 2, 3, 4, 5);

describeOnEachDatabase('recording', (open) => {
  it('stores an event, its body and one delivery per flow, and answers its id', async () => {
    const db = await open();
    const deliveries = [
      { flow: 'a', key: 'order:1', lane: 0 },
      { flow: 'b', key: null, lane: 0 },
    ] as const;
    const [recorded] = await recordEvents(db, [toRow('one', { deliveries, raw: Buffer.from([0, 255, 10]) })]);
    expect(recorded).toEqual({ eventId: expect.stringMatching(/^\d+$/), fresh: true });
    const rows = await claimAndBegin(db, 'L1', { flow: 'b' });
    expect(rows).toMatchObject([
      { eventId: recorded?.eventId, flow: 'b', key: `#${recorded?.eventId}`, bodyBytes: 3, facts: null, topic: 'order.changed' },
    ]);
    expect(await readBody(db, recorded?.eventId ?? '')).toEqual(Buffer.from([0, 255, 10]));
    expect(await countRows(db, 'delivery')).toBe(2);
  });

  it('records a duplicate once, in one batch and across batches, and answers the first one’s id', async () => {
    const db = await open();
    const first = await recordEvents(db, [toRow('one'), toRow('two'), toRow('one')]);
    const second = await recordEvents(db, [toRow('two'), toRow('three')]);
    expect(first.map((row) => row.fresh)).toEqual([true, true, false]);
    expect(first[2]?.eventId).toBe(first[0]?.eventId);
    expect(second.map((row) => row.fresh)).toEqual([false, true]);
    expect(second[0]?.eventId).toBe(first[1]?.eventId);
    expect(await countRows(db, 'delivery')).toBe(3);
    expect(await findCounterDrift(db)).toEqual([]);
  });

  it('tells the same dedupe hash of two connections apart', async () => {
    const db = await open();
    const recorded = await recordEvents(db, [toRow('one'), toRow('one', { connection: 'other' })]);
    expect(recorded.map((row) => row.fresh)).toEqual([true, true]);
  });

  it('records 1,000 parallel copies once', async () => {
    const db = await open();
    const recorders = [createRecorder({ db, now }), createRecorder({ db, now })];
    const each = Array.from({ length: 500 }, () => recorders.map((recorder) => recorder.record([toRow('copy')])));
    const rows = (await Promise.all(each.flat())).flat();
    expect(rows).toHaveLength(1_000);
    expect(rows.filter((row) => row.fresh)).toHaveLength(1);
    expect(new Set(rows.map((row) => row.eventId)).size).toBe(1);
    expect(await countRows(db, 'delivery')).toBe(1);
    await Promise.all(recorders.map((recorder) => recorder.drain()));
  });

  it('takes NUL, lone surrogates and endless keys, the same way each time', async () => {
    const db = await open();
    const record = `order:\0\uD800${'x'.repeat(20_000)}`;
    const foreign = { topic: 'a\0b\uDFFF', record, deliveries: [{ flow: 'sync', key: record, lane: 0 as const }] };
    const [first] = await recordEvents(db, [toRow('one', foreign)]);
    await recordEvents(db, [toRow('two', foreign)]);
    const event = await showEvent(db, first?.eventId ?? '');
    expect(event).toMatchObject({ topic: 'a\uFFFDb\uFFFD' });
    expect(event?.record?.length).toBeLessThan(400);
    expect(await countRows(db, 'queue_key')).toBe(1);
  });

  it('lets one row that cannot be stored fail alone', async () => {
    const db = await open();
    const recorder = createRecorder({ db, now });
    const twice = [
      { flow: 'sync', key: null, lane: 0 },
      { flow: 'sync', key: null, lane: 0 },
    ] as const;
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, (_unused, n) => recorder.record([toRow(`row ${n}`, n === 13 ? { deliveries: twice } : {})])),
    );
    expect(results.flatMap((result, n) => (result.status === 'rejected' ? [n] : []))).toEqual([13]);
    expect(results[13]).toMatchObject({ reason: { code: '23505' } });
    expect(await countRows(db, 'event')).toBe(19);
    await recorder.drain();
  });

  it('keeps the order of the input within one commit', async () => {
    const db = await open();
    const names = Array.from({ length: 40 }, (_unused, n) => `event ${n}`);
    await recordEvents(
      db,
      names.map((name) => toRowFor(name, 'sync', 'k')),
    );
    const rows = await claimAndBegin(db, 'L1');
    const bodies = await Promise.all(rows.map((row) => readBody(db, row.eventId)));
    expect(bodies.map((body) => body?.toString())).toEqual(names.map((name) => `{"name":"${name}"}`));
  });

  it('tells which flows have something new, and nothing for duplicates', async () => {
    const db = await open();
    const told: string[][] = [];
    const recorder = createRecorder({ db, now, onRecorded: (flows) => told.push([...flows].sort()) });
    await recorder.record([toRowFor('one', 'b', null), toRowFor('two', 'a', null)]);
    await recorder.record([toRowFor('one', 'b', null)]);
    await recorder.record([toRow('unwanted', { deliveries: [] })]);
    expect(told).toEqual([['a', 'b']]);
    await recorder.drain();
  });

  it('notifies other replicas', async () => {
    const db = await open();
    const recorder = createRecorder({ db, now });
    let unlisten: (() => Promise<void>) | undefined;
    const heard = new Promise<void>((resolve, reject) => {
      db.listen('deskbridge_inbox', resolve)
        .then((stop) => {
          unlisten = stop;
          return recorder.record([toRow('one')]);
        })
        .catch(reject);
    });
    await heard;
    await recorder.drain();
    await unlisten?.();
  });

  it('repeats a commit whose answer was lost, without recording twice', async () => {
    const db = await open();
    let losses = 2;
    const flaky: Queryable = {
      query: async <R extends Row>(text: string, values?: readonly unknown[]) => {
        const rows = await db.query<R>(text, values);
        if (text.includes('insert into event') && losses-- > 0) throw new StoreUnavailable('the connection was lost');
        return rows;
      },
    };
    const recorder = createRecorder({ db: flaky, now });
    const [recorded] = await recorder.record([toRow('one')]);
    expect(recorded?.eventId).toMatch(/^\d+$/);
    expect(await countRows(db, 'delivery')).toBe(1);
    losses = 3;
    await expect(recorder.record([toRow('two')])).rejects.toThrow(StoreUnavailable);
    await recorder.drain();
  });

  it('commits large bodies a few at a time, so that a commit is over within the time of those who wait', async () => {
    const db = await open();
    const sizes: number[] = [];
    const counting: Queryable = {
      query: <R extends Row>(text: string, values?: readonly unknown[]) => {
        const bodies = values?.[5];
        if (text.includes('insert into event') && Buffer.isBuffer(bodies)) sizes.push(bodies.length);
        return db.query<R>(text, values);
      },
    };
    const recorder = createRecorder({ db: counting, now });
    await Promise.all(
      Array.from({ length: 7 }, (_unused, n) => recorder.record([toRow(`row ${n}`, { raw: Buffer.alloc(3_000_000, 'x') })])),
    );
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(21_000_000);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(8 * 1024 * 1024);
    await recorder.drain();
  });

  it('takes the time of receipt from the row, else from its clock', async () => {
    const db = await open();
    const recorder = createRecorder({ db, now });
    const at = new Date('2025-12-24T18:00:00.123Z');
    const [own, clock] = await recorder.record([toRow('one', { receivedAt: at }), toRow('two')]);
    expect((await showEvent(db, own?.eventId ?? ''))?.receivedAt).toEqual(at);
    expect((await showEvent(db, clock?.eventId ?? ''))?.receivedAt).toEqual(new Date(now()));
    await recorder.drain();
  });
});

describe('recording nothing', () => {
  it('asks the store nothing', async () => {
    const db: Queryable = { query: () => Promise.reject(new Error('asked')) };
    expect(await recordEvents(db, [])).toEqual([]);
  });
});
