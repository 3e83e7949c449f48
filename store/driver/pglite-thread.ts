import { parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import { PGlite } from '@electric-sql/pglite';

/**
 * The thread that PGlite runs on: it blocks while a statement runs, and must not keep the receiver from its sockets. Bytes of
 * PostgreSQL's protocol go in and out; null says that the store is open, or asks to close it. What fails here ends the thread.
 */

const { dataDir } = z.object({ dataDir: z.string().nullable() }).parse(workerData);
const lite = await PGlite.create(dataDir === null ? {} : { dataDir });
let last: Promise<void> = Promise.resolve();

parentPort?.on('message', (bytes: Uint8Array | null) => {
  last = last.then(() => (bytes === null ? close() : answer(bytes)));
});
parentPort?.postMessage(null);

async function answer(bytes: Uint8Array): Promise<void> {
  const answered = await lite.execProtocolRaw(bytes);
  if (answered.length > 0) parentPort?.postMessage(answered);
}

async function close(): Promise<void> {
  await lite.close();
  parentPort?.close();
}
