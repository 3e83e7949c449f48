import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { StoreUnavailable } from '../../store/driver/database.ts';
import { createPglite } from '../../store/driver/pglite.ts';
import { putEmptyStore } from '../helpers/empty-store.ts';
import { eventually } from '../helpers/eventually.ts';
import { teardown } from '../helpers/teardown.ts';
import type { Worker } from 'node:worker_threads';
import type { Database } from '../../store/driver/database.ts';

/** Everything goes on by itself within 10 s after an outage; a shared machine gets twice that. */
const BACK_WITHIN_MS = 20_000;
const STATEMENT_MS = 4_000;

describe('the thread of the embedded store', () => {
  let db: Database;
  let dataDir: string;
  let thread: Worker | undefined;
  const closeAfter = teardown();
  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'deskbridge-thread-'));
    closeAfter(() => rm(folder, { recursive: true, force: true }));
    dataDir = join(folder, 'store');
    putEmptyStore(dataDir);
    // Node.js tells of each thread that is started.
    process.on('worker', (started) => (thread = started));
    db = await createPglite({ dataDir, statementMs: STATEMENT_MS });
    closeAfter(() => db.close());
    await db.query('create table kept (n int)');
  });
  beforeEach(() => db.query('truncate kept'));

  const insert = (n: number): Promise<unknown> => db.query('insert into kept values ($1)', [n]);
  const kept = async (): Promise<unknown[]> => (await db.query('select n from kept order by n')).map(({ n }) => n);

  it('is replaced on the same files when it dies, and what was answered is there', async () => {
    await insert(1);
    await thread?.terminate();
    await eventually(() => insert(2), BACK_WITHIN_MS);
    expect(await kept()).toEqual([1, 2]);
  });

  it('is replaced on the same files after a panic, and what was answered is there', async () => {
    await insert(1);
    // A file that PostgreSQL cannot do without: it panics, and PGlite answers nothing any more.
    const control = join(dataDir, 'global', 'pg_control');
    await rename(control, `${control}.away`);
    await expect(db.query('checkpoint')).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(insert(2)).rejects.toBeInstanceOf(StoreUnavailable);
    await rename(`${control}.away`, control);
    await eventually(() => insert(3), BACK_WITHIN_MS);
    expect(await kept()).toEqual([1, 3]);
  });

  it('is replaced when it panics in the middle of writing', async () => {
    await insert(1);
    const log = join(dataDir, 'pg_wal');
    await rename(log, `${log}.away`);
    await db.query('select pg_switch_wal()').catch(() => undefined);
    await expect(insert(2)).rejects.toBeInstanceOf(StoreUnavailable);
    await rename(`${log}.away`, log);
    await eventually(() => insert(3), BACK_WITHIN_MS);
    expect(await kept()).toEqual([1, 3]);
  });

  it('is replaced when it says nothing more, and goes on hearing notifications', async () => {
    let heard = 0;
    await db.listen('channel', () => (heard += 1));
    await insert(1);
    await expect(db.query('select count(*) from generate_series(1, 100000000000)')).rejects.toBeInstanceOf(StoreUnavailable);
    await insert(2);
    expect(await kept()).toEqual([1, 2]);
    await db.query("select pg_notify('channel', '')");
    await eventually(() => expect(heard).toBe(1));
  });

  it('is given the time that a long statement asks for', async () => {
    const [row] = await db.query('select count(*)::int as n, pg_sleep(2.5) from generate_series(1, 2)', [], { limitMs: 60_000 });
    expect(row).toMatchObject({ n: 2 });
  });

  it('is not started over for a statement that only fails', async () => {
    await db.query('create temp table of_this_session (n int)');
    await expect(db.query('select * from nowhere')).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(db.query('select 1 / 0')).rejects.toMatchObject({ code: '22012' });
    expect(await db.query('select * from of_this_session')).toEqual([]);
  });
});
