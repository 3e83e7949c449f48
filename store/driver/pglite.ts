import { mkdir } from 'node:fs/promises';
import pg from 'pg';
import { StoreUnavailable } from './database.ts';
import { lockFolder } from './folder-lock.ts';
import { PgliteStream } from './pglite-stream.ts';
import { createPool } from './pool.ts';
import type { Database } from './database.ts';

/** A machine that is busy may be slow; a thread that fails says so, and is replaced at once. */
const STATEMENT_MS = 30_000;
/** What is in memory goes with its thread: that is given up only when it is stuck for good. */
const STATEMENT_IN_MEMORY_MS = 10 * 60 * 1000;
/** One session serves all: who waits for it waits for those before, a vacuum perhaps. A new folder takes half a minute on a busy machine. */
const CONNECT_TIMEOUT_MS = 180_000;
/** After a try that could not even open the files: each costs a second of a processor. */
const REOPEN_AFTER_MS = 2_000;
const WHAT_TO_DO =
  'Its thread is started anew by itself. If it goes on: make room on the disk, or restore the folder of the store from a backup.';

/** Where PGlite keeps its files. */
export interface PgliteSettings {
  /** Left out: in memory, gone when closed or when its thread dies. */
  readonly dataDir?: string;
  /** Milliseconds of an ordinary statement; default 30,000, and ten minutes in memory. */
  readonly statementMs?: number;
}

/**
 * PostgreSQL embedded in this process, on a thread of its own, behind the driver that PostgreSQL has too. One process at a time:
 * a second one on the same folder is refused with a clear error. A thread that died, or says nothing more, is replaced on the same
 * files, as after a power cut: what was answered is there.
 */
export async function createPglite(settings: PgliteSettings = {}): Promise<Database> {
  const unlock = settings.dataDir === undefined ? undefined : await lockDataDir(settings.dataDir);
  const dataDir = settings.dataDir ?? null;
  const ordinaryMs = settings.statementMs ?? (dataDir === null ? STATEMENT_IN_MEMORY_MS : STATEMENT_MS);
  const listeners = new Map<string, Set<() => void>>();
  const threads = createThreads(dataDir);
  const pool = createPool({
    // There is one session, so there is one connection.
    connection: {
      stream: () => threads.next(),
      max: 1,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      idleTimeoutMillis: 0,
      allowExitOnIdle: true,
      user: 'postgres',
    },
    limits: { ordinaryMs, leastMs: ordinaryMs, serverAheadMs: null },
    async setUp(client) {
      client.on('notification', ({ channel }) => {
        for (const callback of listeners.get(channel) ?? []) callback();
      });
      for (const channel of listeners.keys()) await client.query(toListen(channel));
    },
    whatToDo: WHAT_TO_DO,
  });
  const close = async (): Promise<void> => {
    await pool.end();
    // The pool does not wait for its connections, and the folder is ours until the last has written its files.
    await threads.ended();
    await unlock?.();
  };
  await pool.query('select 1').catch(async (error: unknown) => {
    await close();
    throw cannotOpen(dataDir, error);
  });
  return {
    kind: 'pglite',
    query: pool.query,
    transaction: pool.transaction,
    listen: async (channel, callback) => {
      const callbacks = listeners.get(channel) ?? new Set();
      listeners.set(channel, callbacks.add(callback));
      // Where the thread is away the one that replaces it listens.
      await pool.query(toListen(channel)).catch(() => undefined);
      return async () => void callbacks.delete(callback);
    },
    close,
  };
}

/** The threads of one store, one after another: two at a time would write its files twice over. */
function createThreads(dataDir: string | null): { next(): PgliteStream; ended(): Promise<void> } {
  const open = new Set<PgliteStream>();
  let last: Promise<void> = Promise.resolve();
  return {
    next() {
      const stream = new PgliteStream(dataDir, last);
      open.add(stream);
      let served = false;
      stream.once('connect', () => (served = true));
      last = new Promise((resolve) => {
        stream.once('close', () => {
          open.delete(stream);
          setTimeout(resolve, served ? 0 : REOPEN_AFTER_MS).unref();
        });
      });
      return stream;
    },
    async ended() {
      await Promise.all([...open].map((stream) => new Promise((resolve) => stream.once('close', resolve))));
    },
  };
}

function cannotOpen(dataDir: string | null, error: unknown): Error {
  const where = dataDir === null ? 'in memory' : `in ${dataDir}`;
  const cause = error instanceof StoreUnavailable ? error.cause : error;
  const why = cause instanceof Error ? cause.message : 'unknown';
  return new Error(
    `The embedded store ${where} can't be opened (${why}); expected files that PGlite wrote, of this release, and room on the disk. Restore the folder from a backup, or move it away to begin anew.`,
    { cause: error },
  );
}

async function lockDataDir(dataDir: string): Promise<() => Promise<void>> {
  await mkdir(dataDir, { recursive: true });
  return lockFolder(dataDir);
}

function toListen(channel: string): string {
  return `listen ${pg.escapeIdentifier(channel)}`;
}
