import pg from 'pg';
import { unlessSilent } from './silence.ts';
import { losesConnection, toStoreFailure } from './sql-failure.ts';
import type { Queryable, Row, StatementOptions } from './database.ts';

/** Statements that begin with this comment are prepared once per connection under that name: their planning costs more than their running. */
const PREPARED = /^\/\* prepare: (\w+) \*\//;
/**
 * Reading a table whole is cheapest while it is small, and a connection keeps to such a plan while the table fills up, until PostgreSQL
 * has counted its rows: within a minute, or never on PGlite.
 */
const PREFER_INDEXES = 'set enable_seqscan = off';

/** How long statements may take. */
export interface StatementLimits {
  /** Milliseconds of an ordinary statement, after which its connection is given up. */
  readonly ordinaryMs: number;
  /** The least that a caller may ask for. */
  readonly leastMs: number;
  /** Milliseconds by which the server's own limit on long statements is shorter; null: the server keeps none. */
  readonly serverAheadMs: number | null;
}

/** What a pool is made of. */
export interface PoolSettings {
  readonly connection: pg.PoolConfig;
  readonly limits: StatementLimits;
  /** Done with each new connection before anybody gets it. */
  readonly setUp: (client: pg.ClientBase) => Promise<unknown>;
  /** For the messages of failures that say nothing else. */
  readonly whatToDo: string;
}

/** Connections, and the statements on them. Rejects with StoreUnavailable, or the driver's error of a bad row. */
export interface Pool extends Queryable {
  transaction<T>(work: (tx: Queryable) => Promise<T>, options?: StatementOptions): Promise<T>;
  /** Resolves when what runs has ended, within its limits. */
  end(): Promise<void>;
}

/** A connection in use. */
interface Checkout {
  readonly client: pg.PoolClient;
  readonly limitMs: number;
  lost: boolean;
}

/**
 * A pool of connections that survives the loss of any of them, waits for none beyond the limits, and whose plans do not depend on how
 * full tables were at first.
 */
export function createPool(settings: PoolSettings): Pool {
  const { limits, whatToDo } = settings;
  const pool = createDriverPool(settings);
  /** When one connection is lost, those of the same age are hardly better: none is tried before it is used up one limit at a time. */
  const ages = new WeakMap<pg.ClientBase, number>();
  let age = 0;
  pool.on('connect', (client) => void ages.set(client, age));

  async function checkOut(limitMs: number): Promise<Checkout> {
    for (;;) {
      const client = await pool.connect().catch((error: unknown) => {
        throw toStoreFailure(error, whatToDo);
      });
      if (ages.get(client) === age) return { client, limitMs, lost: false };
      giveUp(client);
    }
  }

  function giveBack({ client, lost }: Checkout): void {
    if (!lost) return client.release();
    if (ages.get(client) === age) age += 1;
    giveUp(client);
  }

  async function run<R extends Row>(checkout: Checkout, text: string, values?: readonly unknown[]): Promise<readonly R[]> {
    try {
      const name = PREPARED.exec(text)?.[1];
      const named = name === undefined ? {} : { name };
      const answer = checkout.client.query<R>({ text, ...named, ...(values === undefined ? {} : { values: [...values] }) });
      return (await unlessSilent(answer, checkout.limitMs)).rows;
    } catch (error) {
      checkout.lost ||= losesConnection(error);
      throw toStoreFailure(error, whatToDo);
    }
  }

  async function transaction<T>(work: (tx: Queryable) => Promise<T>, options?: StatementOptions): Promise<T> {
    const limitMs = toLimit(options, limits);
    const checkout = await checkOut(limitMs);
    try {
      await run(checkout, 'begin');
      if (limits.serverAheadMs !== null && limitMs > limits.ordinaryMs)
        await run(checkout, `set local statement_timeout = ${limitMs - limits.serverAheadMs}`);
      const result = await work({ query: (text, values) => run(checkout, text, values) });
      await run(checkout, 'commit');
      return result;
    } catch (error) {
      if (!checkout.lost) await run(checkout, 'rollback').catch(() => (checkout.lost = true));
      throw error;
    } finally {
      giveBack(checkout);
    }
  }

  return {
    async query<R extends Row>(text: string, values?: readonly unknown[], options?: StatementOptions): Promise<readonly R[]> {
      const limitMs = toLimit(options, limits);
      // The server would end it as an ordinary one.
      if (limits.serverAheadMs !== null && limitMs > limits.ordinaryMs) return transaction((tx) => tx.query<R>(text, values), options);
      const checkout = await checkOut(limitMs);
      try {
        return await run<R>(checkout, text, values);
      } finally {
        giveBack(checkout);
      }
    },
    transaction,
    end: () => pool.end(),
  };
}

function toLimit(options: StatementOptions | undefined, { ordinaryMs, leastMs }: StatementLimits): number {
  return Math.max(leastMs, options?.limitMs ?? ordinaryMs);
}

/** Not with a goodbye: nobody may be there to take it, and an embedded server that failed must not write any more. */
function giveUp(client: pg.PoolClient): void {
  client.connection.stream.destroy();
  client.release(true);
}

function createDriverPool({ connection, limits, setUp }: PoolSettings): pg.Pool {
  const onConnect = async (client: pg.ClientBase): Promise<void> => {
    await unlessSilent(client.query(PREFER_INDEXES), limits.ordinaryMs);
    await unlessSilent(setUp(client), limits.ordinaryMs);
  };
  // eslint-disable-next-line @typescript-eslint/no-misused-promises -- pg-pool waits for the promise, but its types don't say so
  const pool = new pg.Pool({ ...connection, onConnect });
  // A connection may be lost while it is idle in the pool, and while it is taken but runs nothing: the next statement finds out, and the
  // pool replaces it. Without listeners such an error would end the process.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => void client.on('error', () => undefined));
  return pool;
}
