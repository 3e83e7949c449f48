import { mkdir } from 'node:fs/promises';
import { PGlite, types } from '@electric-sql/pglite';
import { lockFolder } from './folder-lock.ts';
import { toStoreFailure } from './sql-failure.ts';
import type { Database, Queryable, Row } from './database.ts';

/** Where PGlite keeps its files. */
export interface PgliteSettings {
  /** Left out: in memory, gone when closed. */
  readonly dataDir?: string;
}

/** PostgreSQL embedded in this process. One process at a time: a second one on the same folder is refused with a clear error. */
export async function createPglite(settings: PgliteSettings = {}): Promise<Database> {
  const unlock = settings.dataDir === undefined ? undefined : await lockDataDir(settings.dataDir);
  const lite = await start(settings.dataDir).catch(async (error: unknown) => {
    await unlock?.();
    throw error;
  });
  const inTurn = createTurns();
  return {
    kind: 'pglite',
    query: (text, values) => inTurn(() => runOn(lite, text, values)),
    transaction: (work) => inTurn(() => inTransaction(lite, work)),
    listen: (channel, callback) => lite.listen(channel, callback),
    close: async () => {
      await lite.close();
      await unlock?.();
    },
  };
}

interface Runner {
  query<R>(text: string, values?: unknown[]): Promise<{ readonly rows: R[] }>;
}

async function lockDataDir(dataDir: string): Promise<() => Promise<void>> {
  await mkdir(dataDir, { recursive: true });
  return lockFolder(dataDir);
}

async function start(dataDir: string | undefined): Promise<PGlite> {
  const parsers = {
    [types.INT8]: (value: string): string => value,
    [types.BYTEA]: (value: string): Buffer => Buffer.from(value.slice(2), 'hex'),
  };
  return PGlite.create({ ...(dataDir === undefined ? {} : { dataDir }), parsers });
}

/**
 * Statements run on this thread and block it. Between two of them sockets and timers get their turn: a store that always has
 * a next statement would otherwise keep the receiver from reading any request.
 */
function createTurns(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const done = last.then(work);
    last = done.then(letOthers, letOthers);
    return done;
  };
}

function letOthers(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function runOn<R extends Row>(runner: Runner, text: string, values?: readonly unknown[]): Promise<readonly R[]> {
  try {
    return (await runner.query<R>(text, values === undefined ? undefined : [...values])).rows;
  } catch (error) {
    throw toStoreFailure(error);
  }
}

async function inTransaction<T>(lite: PGlite, work: (tx: Queryable) => Promise<T>): Promise<T> {
  try {
    return await lite.transaction((tx) => work({ query: (text, values) => runOn(tx, text, values) }));
  } catch (error) {
    throw toStoreFailure(error);
  }
}
