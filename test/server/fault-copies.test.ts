import { expect, it } from 'vitest';
import { createRecorder } from '../../inbox/recorder.ts';
import { describeOnEachDatabase } from '../helpers/databases.ts';
import { signFixture } from '../helpers/fixture-connector.ts';
import { createMemoryStores } from '../helpers/memory-stores.ts';
import { NOW_MS, openReceiver } from '../helpers/receiver.ts';
import type { Database } from '../../store/driver/database.ts';
import type { TestReceiver } from '../helpers/receiver.ts';

async function openWithInbox(db: Database): Promise<TestReceiver> {
  const recorder = createRecorder({ db, now: () => NOW_MS });
  const stores = { ...createMemoryStores(), record: (rows: Parameters<typeof recorder.record>[0]) => recorder.record(rows) };
  return openReceiver({ stores, limits: { recordMs: 20_000 } });
}

async function count(db: Database, table: 'event' | 'delivery' | 'body'): Promise<number> {
  const rows = await db.query(`select count(*)::int as n from ${table}`);
  return Number(rows[0]?.['n']);
}

describeOnEachDatabase('copies of one delivery', (open) => {
  it('fault 19: of 1000 parallel copies one is new, all are answered 200, and there is one delivery', async () => {
    const db = await open();
    const receiver = await openWithInbox(db);
    const statuses: number[] = [];
    const sendSome = async (): Promise<void> => {
      for (let sent = 0; sent < 20; sent += 1) statuses.push((await receiver.event()).status);
    };
    await Promise.all(Array.from({ length: 50 }, sendSome));
    expect(statuses).toEqual(Array.from({ length: 1_000 }, () => 200));
    expect([await count(db, 'event'), await count(db, 'delivery'), await count(db, 'body')]).toEqual([1, 1, 1]);
    expect(await receiver.metrics.text()).toContain('deskbridge_webhook_requests_total{connection="shop",verdict="duplicate"} 999');
  });

  it('fault 20: an answer of 200 means that the event is in the store, whatever becomes of the process', async () => {
    const db = await open();
    const receiver = await openWithInbox(db);
    const body = '{"id":"kept","topic":"t"}';
    expect((await receiver.post('/webhooks/shop', body, signFixture(body, NOW_MS))).status).toBe(200);
    const rows = await db.query<{ raw: Buffer }>('select b.raw from event e join body b on b.event_id = e.id');
    expect(rows.map((row) => Buffer.from(row.raw).toString())).toEqual([body]);
  });

  it('fault 24 and 30: what no flow wants is stored without deliveries', async () => {
    const db = await open();
    const receiver = await openWithInbox(db);
    expect((await receiver.event({ topic: 'unwanted' })).status).toBe(200);
    expect([await count(db, 'event'), await count(db, 'delivery')]).toEqual([1, 0]);
  });
});
