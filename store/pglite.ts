import { mkdir } from 'node:fs/promises';
import pg from 'pg';
import { lockFolder } from './folder-lock.ts';
import { PgliteStream } from './pglite-stream.ts';
import { createPool, inPool, inTransaction } from './pool.ts';
import type { Database } from './database.ts';

/** Where PGlite keeps its files. */
export interface PgliteSettings {
  /** Left out: in memory, gone when closed. */
  readonly dataDir?: string;
}

/**
 * PostgreSQL embedded in this process, on a thread of its own, behind the driver that PostgreSQL has too. One process at a time:
 * a second one on the same folder is refused with a clear error.
 */
export async function createPglite(settings: PgliteSettings = {}): Promise<Database> {
  const unlock = settings.dataDir === undefined ? undefined : await lockDataDir(settings.dataDir);
  const dataDir = settings.dataDir ?? null;
  const listeners = new Map<string, Set<() => void>>();
  // There is one session, so there is one connection. A thread that failed is replaced by the next connection, on the same files.
  const open = new Set<PgliteStream>();
  const stream = (): PgliteStream => {
    const one = new PgliteStream(dataDir);
    open.add(one);
    return one.once('close', () => open.delete(one));
  };
  const pool = createPool({ stream, max: 1, idleTimeoutMillis: 0, allowExitOnIdle: true, user: 'postgres' }, async (client) => {
    client.on('notification', ({ channel }) => {
      for (const callback of listeners.get(channel) ?? []) callback();
    });
    for (const channel of listeners.keys()) await client.query(toListen(channel));
  });
  const close = async (): Promise<void> => {
    await pool.end();
    // The pool does not wait for its connections, and the folder is ours until the last has written its files.
    await Promise.all([...open].map((one) => new Promise((resolve) => one.once('close', resolve))));
    await unlock?.();
  };
  await pool.query('select 1').catch(async (error: unknown) => {
    await close();
    const where = dataDir === null ? 'in memory' : `in ${dataDir}`;
    const why = error instanceof Error ? error.message : 'unknown';
    throw new Error(
      `The embedded store ${where} can't be opened (${why}); expected files that PGlite wrote, of this release, and room on the disk. Restore the folder from a backup, or move it away to begin anew.`,
      { cause: error },
    );
  });
  return {
    kind: 'pglite',
    query: (text, values) => inPool(pool, text, values),
    transaction: (work) => inTransaction(pool, work),
    listen: async (channel, callback) => {
      const callbacks = listeners.get(channel) ?? new Set();
      listeners.set(channel, callbacks.add(callback));
      await inPool(pool, toListen(channel));
      return async () => void callbacks.delete(callback);
    },
    close,
  };
}

async function lockDataDir(dataDir: string): Promise<() => Promise<void>> {
  await mkdir(dataDir, { recursive: true });
  return lockFolder(dataDir);
}

function toListen(channel: string): string {
  return `listen ${pg.escapeIdentifier(channel)}`;
}
