import pg from 'pg';
import { StoreUnavailable } from './database.ts';
import { toStoreFailure } from './sql-failure.ts';
import type { Queryable, Row } from './database.ts';

/** Statements that begin with this comment are prepared once per connection under that name: their planning costs more than their running. */
const PREPARED = /^\/\* prepare: (\w+) \*\//;

/**
 * A pool of connections that survives the loss of any of them, and whose plans do not depend on how full tables were at first.
 * `setUp` is done with each new connection before anybody gets it.
 */
export function createPool(config: pg.PoolConfig, setUp?: (client: pg.ClientBase) => Promise<void>): pg.Pool {
  const onConnect = async (client: pg.ClientBase): Promise<void> => {
    await preferIndexes(client);
    await setUp?.(client);
  };
  // eslint-disable-next-line @typescript-eslint/no-misused-promises -- pg-pool waits for the promise, but its types don't say so
  const pool = new pg.Pool({ ...config, onConnect });
  tolerateLostConnections(pool);
  return pool;
}

/**
 * A connection may be lost while it is idle in the pool, and while it is taken but runs nothing: the next statement finds out, and the
 * pool replaces it. Without listeners such an error would end the process.
 */
function tolerateLostConnections(pool: pg.Pool): void {
  pool.on('error', () => undefined);
  pool.on('connect', (client) => void client.on('error', () => undefined));
}

/**
 * Reading a table whole is cheapest while it is small, and a connection keeps to such a plan while the table fills up, until PostgreSQL
 * has counted its rows: within a minute, or never on PGlite.
 */
async function preferIndexes(client: pg.ClientBase): Promise<void> {
  await client.query('set enable_seqscan = off');
}

/** Runs one statement. The connection is kept where only the statement failed: PGlite has no other, and its prepared statements go with it. */
export async function inPool<R extends Row>(pool: pg.Pool, text: string, values?: readonly unknown[]): Promise<readonly R[]> {
  const client = await connect(pool);
  try {
    const rows = await runOn<R>(client, text, values);
    client.release();
    return rows;
  } catch (error) {
    client.release(error instanceof StoreUnavailable);
    throw error;
  }
}

/** Does the work in one transaction; what it throws rolls back. */
export async function inTransaction<T>(pool: pg.Pool, work: (tx: Queryable) => Promise<T>): Promise<T> {
  const client = await connect(pool);
  try {
    await runOn(client, 'begin');
    const result = await work({ query: (text, values) => runOn(client, text, values) });
    await runOn(client, 'commit');
    client.release();
    return result;
  } catch (error) {
    const clean = await runOn(client, 'rollback').then(
      () => true,
      () => false,
    );
    client.release(!clean);
    throw error;
  }
}

async function runOn<R extends Row>(client: pg.PoolClient, text: string, values?: readonly unknown[]): Promise<readonly R[]> {
  try {
    const name = PREPARED.exec(text)?.[1];
    const named = name === undefined ? {} : { name };
    return (await client.query<R>({ text, ...named, ...(values === undefined ? {} : { values: [...values] }) })).rows;
  } catch (error) {
    throw toStoreFailure(error);
  }
}

async function connect(pool: pg.Pool): Promise<pg.PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    throw toStoreFailure(error);
  }
}
