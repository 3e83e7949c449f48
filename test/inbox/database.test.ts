import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { StoreUnavailable } from '../../store/driver/database.ts';
import { migrations } from '../../processes/slices.ts';
import { migrate } from '../../store/migrate.ts';
import { createPglite } from '../../store/driver/pglite.ts';
import { createPostgres } from '../../store/driver/postgres.ts';
import { describeOnEachDatabase, makePglite, makePostgres, POSTGRES_URL } from '../helpers/databases.ts';
import { putEmptyStore } from '../helpers/empty-store.ts';
import type { TestDatabase } from '../helpers/databases.ts';

const MAKERS: readonly (readonly [string, () => Promise<TestDatabase>])[] = [
  ['pglite', makePglite],
  ...(POSTGRES_URL === undefined ? [] : ([['postgres', makePostgres]] as const)),
];

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'deskbridge-store-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

describe.each(MAKERS)('migrations on %s', (_kind, make) => {
  it('are applied once, also by processes that start together', async () => {
    const made = await make();
    onTestFinished(() => made.remove());
    const applied = await Promise.all([1, 2, 3].map(() => migrate(made.db, migrations)));
    expect(applied.flat()).toEqual(migrations.map(({ id }) => id));
    expect(await migrate(made.db, migrations)).toEqual([]);
  });
});

describeOnEachDatabase('the store', (open) => {
  it('gives bigint as text, bytes as Buffer, times as Date, JSON as values', async () => {
    const db = await open();
    const [row] = await db.query(
      "select 9007199254740993::bigint as a, '\\x00ff'::bytea as b, '2026-01-02T03:04:05Z'::timestamptz as c, '{\"d\":[1]}'::jsonb as d",
    );
    expect(row).toEqual({ a: '9007199254740993', b: Buffer.from([0, 255]), c: new Date('2026-01-02T03:04:05Z'), d: { d: [1] } });
    expect(Buffer.isBuffer(row?.['b'])).toBe(true);
  });

  it('rolls a transaction back that throws', async () => {
    const db = await open();
    const failing = db.transaction(async (tx) => {
      await tx.query("insert into applied (flow, record, version) values ('a', 'b', 'c')");
      throw new Error('enough');
    });
    await expect(failing).rejects.toThrow('enough');
    expect(await db.query('select * from applied')).toEqual([]);
  });

  it('passes the error of a bad statement on, with its SQLSTATE', async () => {
    const db = await open();
    await expect(db.query('select 1 / 0')).rejects.toMatchObject({ code: '22012' });
  });
});

describe('the embedded store', () => {
  it('refuses a folder that a living process uses, and says which', async () => {
    const dataDir = join(await makeFolder(), 'store');
    putEmptyStore(dataDir);
    const first = await createPglite({ dataDir });
    await first.query('create table kept (n int)');
    await expect(createPglite({ dataDir })).rejects.toThrow(`in use by process ${process.pid}`);
    await first.close();
    const second = await createPglite({ dataDir });
    expect(await second.query('select * from kept')).toEqual([]);
    await second.close();
  });

  it('says which folder it cannot open, and lets go of it', async () => {
    const dataDir = join(await makeFolder(), 'store');
    await mkdir(dataDir);
    await writeFile(join(dataDir, 'PG_VERSION'), '9.1\n');
    await expect(createPglite({ dataDir })).rejects.toThrow(`The embedded store in ${dataDir} can't be opened`);
    await rm(dataDir, { recursive: true });
    const db = await createPglite({ dataDir });
    await db.close();
  });

  it('is closed when its files are at rest, so that the next process may have them', async () => {
    const dataDir = join(await makeFolder(), 'store');
    for (let n = 0; n < 2; n += 1) {
      const db = await createPglite({ dataDir });
      expect(await readdir(dataDir)).toContain('postmaster.pid');
      await db.close();
      expect(await readdir(dataDir)).not.toContain('postmaster.pid');
    }
  });

  it('takes over the lock of a process that is gone, or whose id was given to another', async () => {
    const folder = await makeFolder();
    for (const [n, holder] of ['999999999 1', `${process.pid} 1`].entries()) {
      await writeFile(join(folder, `store${n}.lock`), holder);
      putEmptyStore(join(folder, `store${n}`));
      const db = await createPglite({ dataDir: join(folder, `store${n}`) });
      await db.close();
    }
  });
});

describe('PostgreSQL that cannot be reached', () => {
  it('rejects with StoreUnavailable when nothing listens', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    await new Promise((resolve) => server.close(resolve));
    const db = createPostgres({ url: `postgres://nobody:secret@127.0.0.1:${port}/none` });
    onTestFinished(() => db.close());
    const failed = await db.query('select 1').catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(StoreUnavailable);
    expect(String(failed)).not.toContain('secret');
    await expect(db.transaction(async () => undefined)).rejects.toBeInstanceOf(StoreUnavailable);
  });

  it('rejects with StoreUnavailable within seconds when it accepts and says nothing', async () => {
    const sockets = new Set<{ destroy(): void }>();
    const server = createServer((socket) => sockets.add(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const db = createPostgres({ url: `postgres://nobody@127.0.0.1:${port}/none` });
    onTestFinished(async () => {
      for (const socket of sockets) socket.destroy();
      await db.close();
      await new Promise((resolve) => server.close(resolve));
    });
    const startedAt = performance.now();
    await expect(db.query('select 1')).rejects.toBeInstanceOf(StoreUnavailable);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });
});

if (POSTGRES_URL !== undefined) {
  describe('PostgreSQL that cuts connections', () => {
    it('rejects what was under way with StoreUnavailable, and goes on with new connections', async () => {
      const made = await makePostgres();
      onTestFinished(() => made.remove());
      const cut = made.db.query('select pg_terminate_backend(pg_backend_pid())');
      await expect(cut).rejects.toBeInstanceOf(StoreUnavailable);
      expect(await made.db.query('select 1 as n')).toEqual([{ n: 1 }]);
    });

    it('rejects a transaction whose connection is lost between two statements, and goes on with another', async () => {
      const made = await makePostgres();
      onTestFinished(() => made.remove());
      const lost = made.db.transaction(async (tx) => {
        const [row] = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
        await made.db.query('select pg_terminate_backend($1, 5000)', [row?.pid]);
        await new Promise((resolve) => setImmediate(resolve));
        await tx.query('select 1');
      });
      await expect(lost).rejects.toBeInstanceOf(StoreUnavailable);
      expect(await made.db.query('select 1 as n')).toEqual([{ n: 1 }]);
    });

    it('hears notifications again after its listening connection was cut', async () => {
      const made = await makePostgres();
      onTestFinished(() => made.remove());
      let heard = (): void => undefined;
      const next = (): Promise<void> => new Promise((resolve) => (heard = resolve));
      const stop = await made.db.listen('channel', () => heard());
      onTestFinished(stop);
      const reconnected = next();
      await made.db.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'deskbridge listen' and datname = current_database()",
      );
      await reconnected;
      const notified = next();
      await made.db.query("select pg_notify('channel', '')");
      await notified;
    });

    it('repeats a transaction that a deadlock rolled back', async () => {
      const made = await makePostgres();
      onTestFinished(() => made.remove());
      await made.db.query('create table pair (id int primary key, n int)');
      await made.db.query('insert into pair values (1, 0), (2, 0)');
      const both = (first: number, second: number): Promise<void> =>
        made.db.transaction(async (tx) => {
          await tx.query('update pair set n = n + 1 where id = $1', [first]);
          await tx.query('select pg_sleep(0.05)');
          await tx.query('update pair set n = n + 1 where id = $1', [second]);
        });
      await Promise.all([both(1, 2), both(2, 1)]);
      expect(await made.db.query('select n from pair order by id')).toEqual([{ n: 2 }, { n: 2 }]);
    });
  });
}
