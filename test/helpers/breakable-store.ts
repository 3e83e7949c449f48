import { createPostgres } from '../../store/driver/postgres.ts';
import { StoreUnavailable } from '../../store/driver/database.ts';
import { makeDatabase } from './databases.ts';
import { startTcpProxy } from '../../bench/rig/tcp-proxy.ts';
import type { Database } from '../../store/driver/database.ts';

const POSTGRES_PORT = 5432;

/** A store that a test can take away and give back. */
export interface BreakableStore {
  /** What the product uses. */
  readonly db: Database;
  /** The same store past the outage, for the test's own questions. */
  readonly direct: Database;
  down(): Promise<void>;
  up(): Promise<void>;
  remove(): Promise<void>;
}

/** PostgreSQL behind a proxy that resets and refuses connections, where the tests have one; else PGlite that fails on demand. */
export async function makeBreakableStore(): Promise<BreakableStore> {
  const made = await makeDatabase();
  if (made.url !== null) return behindProxy(made.db, made.url, () => made.remove());
  const state = { down: false };
  const outage = <T>(work: () => Promise<T>): Promise<T> =>
    state.down ? Promise.reject(new StoreUnavailable('The test took the store away.')) : work();
  const { db: direct } = made;
  return {
    direct,
    db: {
      kind: direct.kind,
      query: (text, values, options) => outage(() => direct.query(text, values, options)),
      transaction: (work, options) => outage(() => direct.transaction(work, options)),
      listen: (channel, callback) => direct.listen(channel, callback),
      close: () => Promise.resolve(),
    },
    down: () => Promise.resolve(void (state.down = true)),
    up: () => Promise.resolve(void (state.down = false)),
    remove: () => made.remove(),
  };
}

async function behindProxy(direct: Database, directUrl: string, remove: () => Promise<void>): Promise<BreakableStore> {
  const url = new URL(directUrl);
  const proxy = await startTcpProxy({ host: url.hostname, port: Number(url.port === '' ? POSTGRES_PORT : url.port) });
  url.hostname = '127.0.0.1';
  url.port = String(proxy.port);
  const db = createPostgres({ url: url.href });
  return {
    db,
    direct,
    down: () => proxy.cut(),
    up: () => proxy.restore(),
    async remove() {
      await db.close();
      await proxy.close();
      await remove();
    },
  };
}
