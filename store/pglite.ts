import { mkdir } from 'node:fs/promises';
import { lockFolder } from './folder-lock.ts';
import { openThread } from './pglite-calls.ts';
import { toStoreFailure } from './sql-failure.ts';
import type { Database, Queryable, Row } from './database.ts';
import type { PgliteThread } from './pglite-calls.ts';

/** Where PGlite keeps its files. */
export interface PgliteSettings {
  /** Left out: in memory, gone when closed. */
  readonly dataDir?: string;
}

/**
 * PostgreSQL embedded in this process, on a thread of its own. One process at a time: a second one on the same folder is refused
 * with a clear error.
 */
export async function createPglite(settings: PgliteSettings = {}): Promise<Database> {
  const unlock = settings.dataDir === undefined ? undefined : await lockDataDir(settings.dataDir);
  const thread = await openThread({ dataDir: settings.dataDir ?? null }).catch(async (error: unknown) => {
    await unlock?.();
    throw error;
  });
  const turns = createTurns();
  const listeners = new Map<string, Set<() => void>>();
  thread.onNotified((channel) => listeners.get(channel)?.forEach((callback) => callback()));
  return {
    kind: 'pglite',
    query: (text, values) => turns.pass(() => runOn(thread, text, values)),
    transaction: (work) => turns.hold(() => inTransaction(thread, work)),
    listen: async (channel, callback) => {
      const callbacks = listeners.get(channel) ?? new Set();
      callbacks.add(callback);
      if (!listeners.has(channel)) {
        listeners.set(channel, callbacks);
        await turns.pass(() => thread.call({ do: 'listen', channel }));
      }
      return async () => void callbacks.delete(callback);
    },
    close: async () => {
      await turns.hold(() => thread.close());
      await unlock?.();
    },
  };
}

async function lockDataDir(dataDir: string): Promise<() => Promise<void>> {
  await mkdir(dataDir, { recursive: true });
  return lockFolder(dataDir);
}

interface Turns {
  /** Begins the work in its turn; what comes after it need not wait for its end, for the thread keeps the order. */
  pass<T>(work: () => Promise<T>): Promise<T>;
  /** Does the work in its turn; what comes after it waits for its end. */
  hold<T>(work: () => Promise<T>): Promise<T>;
}

/** There is one session: between a transaction's first and last statement no other may come in. */
function createTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve();
  let held = 0;
  return {
    pass: (work) => (held === 0 ? work() : last.then(work)),
    hold(work) {
      held += 1;
      const done = last.then(work).finally(() => (held -= 1));
      last = done.catch(() => undefined);
      return done;
    },
  };
}

async function runOn<R extends Row>(thread: PgliteThread, text: string, values?: readonly unknown[]): Promise<readonly R[]> {
  try {
    return await thread.call<R>({ do: 'query', text, values: values ?? null });
  } catch (error) {
    throw toStoreFailure(error);
  }
}

async function inTransaction<T>(thread: PgliteThread, work: (tx: Queryable) => Promise<T>): Promise<T> {
  await runOn(thread, 'begin');
  try {
    const result = await work({ query: (text, values) => runOn(thread, text, values) });
    await runOn(thread, 'commit');
    return result;
  } catch (error) {
    await runOn(thread, 'rollback').catch(() => undefined);
    throw error;
  }
}
