import { Worker } from 'node:worker_threads';
import { StoreUnavailable } from './database.ts';
import { OPENED } from './pglite-messages.ts';
import type { Row } from './database.ts';
import type { Answer, Call, Failure, Message, Rows, ThreadSettings } from './pglite-messages.ts';

/** PGlite's thread, as the thread of the caller sees it. */
export interface PgliteThread {
  /** Rejects with an error that has the SQLSTATE as `code`, or with StoreUnavailable where the thread has ended. */
  call<R extends Row>(call: WithoutId<Call>): Promise<readonly R[]>;
  onNotified(callback: (channel: string) => void): void;
  close(): Promise<void>;
}

type WithoutId<C> = C extends unknown ? Omit<C, 'id'> : never;

interface Waiting {
  resolve(rows: readonly never[]): void;
  reject(error: unknown): void;
}

/** Threads cannot be started from TypeScript: what runs from the sources, such as tests, takes the built one. */
const THREAD = import.meta.url.endsWith('.ts') ? '../dist/store/pglite-thread.js' : './pglite-thread.js';

/** Starts the thread and opens the store. Rejects where it cannot be opened. */
export async function openThread(settings: ThreadSettings): Promise<PgliteThread> {
  const worker = new Worker(new URL(THREAD, import.meta.url), { workerData: settings, execArgv: [] });
  const waiting = new Map<number, Waiting>();
  const listeners: ((channel: string) => void)[] = [];
  let nextId = OPENED;
  let ended: Error | null = null;

  const wait = <R extends Row>(id: number): Promise<readonly R[]> =>
    new Promise<readonly R[]>((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      // Only who waits for an answer keeps the process alive.
      worker.ref();
    });
  const settle = (answer: Answer<never>): void => {
    const one = waiting.get(answer.id);
    waiting.delete(answer.id);
    if (waiting.size === 0) worker.unref();
    if ('failure' in answer) one?.reject(toError(answer.failure));
    else one?.resolve(withBuffers(answer));
  };
  const end = (cause: unknown): void => {
    ended ??= new StoreUnavailable('The embedded store has ended: start Deskbridge again. What was recorded is on disk.', { cause });
    for (const { reject } of waiting.values()) reject(ended);
    waiting.clear();
  };
  worker.on('message', (message: Message<never>) => {
    if ('notified' in message) for (const listener of listeners) listener(message.notified);
    else settle(message);
  });
  worker.on('error', end);
  worker.on('exit', end);

  const call = <R extends Row>(asked: WithoutId<Call>): Promise<readonly R[]> => {
    if (ended !== null) return Promise.reject(ended);
    nextId += 1;
    const done = wait<R>(nextId);
    worker.postMessage({ ...asked, id: nextId, ...('values' in asked ? { values: asked.values?.map(withOwnBytes) ?? null } : {}) });
    return done;
  };
  await wait(OPENED).catch(async (error: unknown) => {
    await worker.terminate();
    throw error;
  });
  return {
    call,
    onNotified: (callback) => void listeners.push(callback),
    async close() {
      await call({ do: 'close' }).finally(() => worker.terminate());
    },
  };
}

/** Small Buffers share one pool, all of which would be copied with each. */
function withOwnBytes(value: unknown): unknown {
  if (value instanceof Uint8Array) return new Uint8Array(value);
  return Array.isArray(value) ? value.map(withOwnBytes) : value;
}

function withBuffers<R extends Row>({ rows, bytea }: Rows<R>): readonly R[] {
  for (const row of bytea.length === 0 ? [] : rows) {
    for (const name of bytea) {
      const value = row[name];
      if (value instanceof Uint8Array) Reflect.set(row, name, Buffer.from(value.buffer, value.byteOffset, value.byteLength));
    }
  }
  return rows;
}

function toError({ message, code }: Failure): Error {
  return Object.assign(new Error(message), code === null ? {} : { code });
}
