import { parentPort, workerData } from 'node:worker_threads';
import { PGlite, types } from '@electric-sql/pglite';
import { sqlState } from './sql-failure.ts';
import { OPENED } from './pglite-messages.ts';
import type { Results } from '@electric-sql/pglite';
import type { Row } from './database.ts';
import type { Answer, Call, Message, ThreadSettings } from './pglite-messages.ts';

/** The thread that PGlite runs on: it blocks while a statement runs, and must not keep the receiver from its sockets. */

const settings: ThreadSettings = workerData;
const say = (message: Message<Row>): void => parentPort?.postMessage(message);

try {
  const lite = await PGlite.create({
    ...(settings.dataDir === null ? {} : { dataDir: settings.dataDir }),
    parsers: {
      [types.INT8]: (value: string): string => value,
      [types.BYTEA]: (value: string): Uint8Array => Uint8Array.from(Buffer.from(value.slice(2), 'hex')),
    },
  });
  parentPort?.on('message', (call: Call) => void answer(lite, call).then(say));
  say(toAnswer(OPENED, null));
} catch (error) {
  say(toFailure(OPENED, error));
}

async function answer(lite: PGlite, call: Call): Promise<Answer<Row>> {
  try {
    return toAnswer(call.id, await perform(lite, call));
  } catch (error) {
    return toFailure(call.id, error);
  }
}

async function perform(lite: PGlite, call: Call): Promise<Results<Row> | null> {
  if (call.do === 'query') return lite.query<Row>(call.text, call.values === null ? undefined : [...call.values]);
  if (call.do === 'listen') await lite.listen(call.channel, () => say({ notified: call.channel }));
  else await lite.close();
  return null;
}

function toAnswer(id: number, results: Results<Row> | null): Answer<Row> {
  const bytea = (results?.fields ?? []).filter(({ dataTypeID }) => dataTypeID === types.BYTEA).map(({ name }) => name);
  return { id, rows: results?.rows ?? [], bytea };
}

function toFailure(id: number, error: unknown): Answer<Row> {
  return { id, failure: { message: error instanceof Error ? error.message : String(error), code: sqlState(error) } };
}
