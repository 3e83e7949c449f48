import { BoundedClient } from './bounded-client.ts';
import { StoreUnavailable } from './database.ts';
import { createPool } from './pool.ts';
import { listenOnPostgres } from './postgres-listen.ts';
import { isRolledBack } from './sql-failure.ts';
import type { Database } from './database.ts';

const CONNECT_TIMEOUT_MS = 1_500;
const STATEMENT_MS = 5_000;
/** The server gives a statement up first, if it still can: it would go on with one whose connection we left. */
const SERVER_AHEAD_MS = 1_000;
const DEFAULT_MAX_CONNECTIONS = 10;
const DEADLOCK_TRIES = 5;
const KEEP_ALIVE_MS = 10_000;
/** A server that hears nothing more of us must let go of locks, and of its session: there are only so many. */
const SESSION = 'set tcp_keepalives_idle = 30; set tcp_keepalives_interval = 10; set tcp_keepalives_count = 3';
const WHAT_TO_DO = 'Check that PostgreSQL runs and that store.url names it.';

/** How to reach PostgreSQL. */
export interface PostgresSettings {
  readonly url: string;
  /** Connections in the pool; default 10. One more is used while something listens. */
  readonly max?: number;
  /** Milliseconds of an ordinary statement; default 5,000. */
  readonly statementMs?: number;
}

/**
 * A pool of connections to PostgreSQL. Connects when first used; whatever keeps the store from working rejects with StoreUnavailable,
 * after the statement's limit at the latest. A statement or transaction that a deadlock rolled back is repeated.
 */
export function createPostgres(settings: PostgresSettings): Database {
  const ordinaryMs = settings.statementMs ?? STATEMENT_MS;
  const pool = createPool({
    connection: {
      Client: BoundedClient,
      connectionString: settings.url,
      max: settings.max ?? DEFAULT_MAX_CONNECTIONS,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      statement_timeout: ordinaryMs - SERVER_AHEAD_MS,
      idle_in_transaction_session_timeout: ordinaryMs - SERVER_AHEAD_MS,
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
      application_name: 'deskbridge',
    },
    limits: { ordinaryMs, leastMs: 0, serverAheadMs: SERVER_AHEAD_MS },
    setUp: (client) => client.query(SESSION),
    whatToDo: WHAT_TO_DO,
  });
  return {
    kind: 'postgres',
    query: (text, values, options) => repeatRolledBack(() => pool.query(text, values, options)),
    transaction: (work, options) => repeatRolledBack(() => pool.transaction(work, options)),
    listen: (channel, callback) => listenOnPostgres({ url: settings.url, connectTimeoutMs: CONNECT_TIMEOUT_MS }, channel, callback),
    close: () => pool.end(),
  };
}

async function repeatRolledBack<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      if (!isRolledBack(error)) throw error;
      if (attempt >= DEADLOCK_TRIES)
        throw new StoreUnavailable(
          `The store rolled a statement back ${DEADLOCK_TRIES} times because of others. It is tried again by itself. Look for long transactions.`,
          { cause: error },
        );
    }
  }
}
