import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createSettler } from '../../activities/steps/settler.ts';
import { startDispatcher } from '../../inbox/dispatcher.ts';
import { createRecorder } from '../../inbox/recorder.ts';
import { createRecording } from '../../server/recording.ts';
import { StoreUnavailable } from '../../store/driver/database.ts';
import { migrate } from '../../store/migrate.ts';
import { createPostgres } from '../../store/driver/postgres.ts';
import { proveWritable } from '../../store/driver/prove-writable.ts';
import { eventually } from '../helpers/eventually.ts';
import { claimAndBegin, countRows, recordEach, toRowFor, toSettlement } from '../helpers/inbox.ts';
import { makePostgres, POSTGRES_URL } from '../helpers/databases.ts';
import { startTcpProxy } from '../../bench/rig/tcp-proxy.ts';
import type { WorkflowStarter } from '../../inbox/starter.ts';
import type { TestContext } from 'vitest';
import type { Database } from '../../store/driver/database.ts';
import type { TcpProxy } from '../../bench/rig/tcp-proxy.ts';

/** Everything goes on by itself within 10 s after an outage; a shared machine gets twice that. */
const BACK_WITHIN_MS = 20_000;
/** Between two bursts of requests. */
const RHYTHM_MS = 20;
const LOG = { info: () => undefined, warn: () => undefined, error: () => undefined };

type OnTestFinished = TestContext['onTestFinished'];

interface Silenced {
  /** What the product uses, behind the proxy. */
  readonly db: Database;
  readonly direct: Database;
  readonly proxy: TcpProxy;
}

/** What the test gave is ended with it. The tests run side by side, so each has its own hook. */
async function open(onTestFinished: OnTestFinished): Promise<Silenced> {
  const made = await makePostgres();
  onTestFinished(() => made.remove());
  await migrate(made.db);
  const url = new URL(made.url ?? '');
  const proxy = await startTcpProxy({ host: url.hostname, port: Number(url.port) });
  onTestFinished(() => proxy.close());
  url.hostname = '127.0.0.1';
  url.port = String(proxy.port);
  const db = createPostgres({ url: url.href, max: 16 });
  onTestFinished(() => db.close().catch(() => undefined));
  return { db, direct: made.db, proxy };
}

/** Opens connections as traffic does; they lie idle in the pool then. */
async function warm(db: Database, connections: number): Promise<void> {
  await Promise.all(Array.from({ length: connections }, () => db.query('select pg_sleep(0.2)')));
}

if (POSTGRES_URL !== undefined) {
  describe.concurrent('PostgreSQL whose connections fall silent while new ones are served', () => {
    it('a statement is given up within seconds, and the next one goes out on a new connection', async ({ onTestFinished }) => {
      const { db, proxy } = await open(onTestFinished);
      await warm(db, 16);
      proxy.freeze();
      const startedAt = performance.now();
      await expect(db.query('select 1')).rejects.toBeInstanceOf(StoreUnavailable);
      // The other fifteen are as old: none of them is tried.
      expect(await db.query('select 1 as n')).toEqual([{ n: 1 }]);
      expect(performance.now() - startedAt).toBeLessThan(BACK_WITHIN_MS);
    });

    it('a transaction is given up as well, and what it locked is free again', async ({ onTestFinished }) => {
      const { db, direct, proxy } = await open(onTestFinished);
      const lost = db.transaction(async (tx) => {
        await tx.query("insert into applied (flow, record, version) values ('a', 'b', 'c')");
        proxy.freeze();
        await tx.query('select 1');
      });
      await expect(lost).rejects.toBeInstanceOf(StoreUnavailable);
      const again = (): Promise<unknown> =>
        db.transaction((tx) => tx.query("insert into applied (flow, record, version) values ('a', 'b', 'd')"));
      await eventually(again, BACK_WITHIN_MS);
      expect(await direct.query('select version from applied')).toEqual([{ version: 'd' }]);
    });

    it('a connection that is made meanwhile is given up too, before anybody gets it', async ({ onTestFinished }) => {
      const { db, proxy } = await open(onTestFinished);
      const first = db.query('select 1').catch((error: unknown) => error);
      await new Promise((resolve) => setImmediate(resolve));
      proxy.freeze();
      await first;
      expect(await db.query('select 1 as n')).toEqual([{ n: 1 }]);
    });

    it('closing does not wait for what never answers', async ({ onTestFinished }) => {
      const { db, proxy } = await open(onTestFinished);
      await warm(db, 4);
      proxy.freeze();
      const lost = db.query('select 1').catch(() => undefined);
      const startedAt = performance.now();
      await db.close().catch(() => undefined);
      await lost;
      expect(performance.now() - startedAt).toBeLessThan(BACK_WITHIN_MS);
    });

    it.for([
      ['light', 1, 5],
      ['heavy', 64, 200],
    ] as const)(
      'events are recorded again, and none is refused meanwhile: %s traffic',
      async ([weather, onTheWire, each], { onTestFinished }) => {
        const { db, proxy, direct } = await open(onTestFinished);
        const limits = { recordMs: 1_000, fallbackMs: 1_400 };
        const recorder = createRecorder({ db, now: Date.now, limits: { commitMs: 800 } });
        const stores = {
          record: recorder.record,
          fallback: () => Promise.resolve(),
          park: () => Promise.resolve(),
          probeStore: () => proveWritable(db, 800),
        };
        const recording = createRecording(stores, limits, LOG);
        onTestFinished(() => recording.stop());
        let sent = 0;
        const send = async (): Promise<string> => {
          sent += 1;
          const row = { ...toRowFor(`event ${sent}`, 'sync', `key ${sent}`), facts: '{}', receivedAt: new Date() };
          return (await recording.record([row])).kind;
        };
        const sendMany = (count: number): Promise<string[]> => Promise.all(Array.from({ length: count }, send));
        await warm(db, 8);
        expect(new Set(await sendMany(20))).toEqual(new Set(['stored']));

        const during = sendMany(onTheWire);
        await new Promise((resolve) => setImmediate(resolve));
        during.then(undefined, () => undefined);
        const frozenAt = performance.now();
        proxy.freeze();
        const heard = new Set(await during);
        let stored: readonly string[] = [];
        while (!(stored.length > 0 && stored.every((kind) => kind === 'stored')) && performance.now() - frozenAt < 6 * BACK_WITHIN_MS) {
          await sleep(RHYTHM_MS);
          stored = await sendMany(each);
          for (const kind of stored) heard.add(kind);
        }
        const tookMs = Math.round(performance.now() - frozenAt);
        console.info(`${weather} traffic is recorded again ${tookMs} ms after the connections fell silent`);
        expect(tookMs).toBeLessThan(BACK_WITHIN_MS);
        heard.delete('stored');
        expect([...heard].filter((kind) => kind !== 'intake')).toEqual([]);
        await recorder.drain();
        expect(await countRows(direct, 'event')).toBeGreaterThanOrEqual(20 + each);
      },
    );

    it('the dispatcher hands over again', async ({ onTestFinished }) => {
      const { db, direct, proxy } = await open(onTestFinished);
      const started: string[] = [];
      const starter: WorkflowStarter = {
        startDelivery: (input) => Promise.resolve(started.push(input.group.key)).then(() => input.group.lease),
        startBatch: (input) => Promise.resolve(input.lease),
        startIntake: () => Promise.resolve(),
        stateOf: () => Promise.resolve('running'),
      };
      const dispatcher = startDispatcher({ db, starter, owner: 'test', flows: ['sync'], coalesce: [], only: 'delivery', log: LOG });
      onTestFinished(() => dispatcher.stop());
      await recordEach(direct, 'sync', 'before', ['one']);
      await eventually(() => expect(started).toEqual(['before']));
      proxy.freeze();
      await recordEach(direct, 'sync', 'after', ['two']);
      await eventually(() => expect(started).toEqual(['before', 'after']), BACK_WITHIN_MS);
    });

    it('a worker settles again, and what it was settling as well', async ({ onTestFinished }) => {
      const { db, direct, proxy } = await open(onTestFinished);
      const settler = createSettler({ db, onFreed: () => undefined });
      for (const key of ['a', 'b']) await recordEach(direct, 'sync', key, [key]);
      const rows = await claimAndBegin(db, 'lease');
      const settle = (key: string): Promise<boolean> => {
        const own = rows.filter((row) => row.key === key);
        const { epoch, flow, lane, ...settlement } = toSettlement('lease', own);
        const group = { lease: 'lease', flow, lane: lane === 1 ? (1 as const) : (0 as const), key };
        return settler.settle({ ...settlement, group, parked: null, reason: null }, { ...group, epoch });
      };
      await warm(db, 8);
      proxy.freeze();
      const settled = eventually(() => settle('a'), BACK_WITHIN_MS);
      expect(await eventually(() => settle('b'), BACK_WITHIN_MS)).toBe(true);
      expect(await settled).toBe(true);
      expect(await countRows(direct, 'delivery', 'state = 2')).toBe(2);
    });

    it('notifications are heard again', async ({ onTestFinished }) => {
      const { db, direct, proxy } = await open(onTestFinished);
      let heard = 0;
      const unlisten = await db.listen('channel', () => (heard += 1));
      onTestFinished(unlisten);
      await direct.query("select pg_notify('channel', '')");
      await eventually(() => expect(heard).toBe(1));
      proxy.freeze();
      await eventually(async () => {
        await direct.query("select pg_notify('channel', '')");
        expect(heard).toBeGreaterThan(1);
      }, BACK_WITHIN_MS);
    });
  });
}
