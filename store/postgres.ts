import { listenOnPostgres } from './postgres-listen.ts';
import { createPool, inPool, inTransaction } from './pool.ts';
import { isRolledBack } from './sql-failure.ts';
import type { Database } from './database.ts';

const CONNECT_TIMEOUT_MS = 1_500;
const STATEMENT_TIMEOUT_MS = 30_000;
const DEFAULT_MAX_CONNECTIONS = 10;
const DEADLOCK_TRIES = 5;

/** How to reach PostgreSQL. */
export interface PostgresSettings {
  readonly url: string;
  /** Connections in the pool; default 10. One more is used while something listens. */
  readonly max?: number;
}

/**
 * A pool of connections to PostgreSQL. Connects when first used; connection failures reject with StoreUnavailable.
 * A statement or transaction that a deadlock rolled back is repeated.
 */
export function createPostgres(settings: PostgresSettings): Database {
  const pool = createPool({
    connectionString: settings.url,
    max: settings.max ?? DEFAULT_MAX_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    keepAlive: true,
    application_name: 'deskbridge',
  });
  return {
    kind: 'postgres',
    query: (text, values) => repeatRolledBack(() => inPool(pool, text, values)),
    transaction: (work) => repeatRolledBack(() => inTransaction(pool, work)),
    listen: (channel, callback) => listenOnPostgres({ url: settings.url, connectTimeoutMs: CONNECT_TIMEOUT_MS }, channel, callback),
    close: () => pool.end(),
  };
}

async function repeatRolledBack<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      if (!isRolledBack(error) || attempt >= DEADLOCK_TRIES) throw error;
    }
  }
}
