import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { bindConnections } from '../worker/connections.ts';
import { startReceiverOver } from './ingest-floor.ts';
import type { RecordRow } from '../server/ports.ts';
import type { BareInput } from './bare-workflows.ts';
import type { LoadApp, LoadParts } from './load-app.ts';

const SEND_MS = 10_000;

/** The task queue of the bare way; the load run counts its workflows by it. */
export const BARE_QUEUE = 'bare';

/** The bare way: `client.workflow.start` for each request before it is answered, one activity, one call. */
export async function startBare(parts: LoadParts): Promise<LoadApp> {
  const { temporalAddress: address, bundlePath } = parts.settings;
  const { sink } = parts;
  const slack = bindConnections([sink]).chat(sink.name);
  const nativeConnection = await NativeConnection.connect({ address });
  const connection = await Connection.connect({ address });
  const client = new Client({ connection });
  const post = async (text: string): Promise<void> => {
    await slack.post({ channel: 'C0123', thread: '1700000000.000000', text }, { mark: randomUUID(), sendBy: performance.now() + SEND_MS });
  };
  const worker = await Worker.create({
    connection: nativeConnection,
    taskQueue: BARE_QUEUE,
    workflowBundle: { codePath: bundlePath },
    activities: { post },
  });
  const running = worker.run();
  const server = await startReceiverOver(parts, (rows) => Promise.all(rows.map((row) => startOne(client, row))));
  return {
    port: server.port,
    pause: () => Promise.resolve(),
    async close() {
      await server.close();
      worker.shutdown();
      await running;
      await connection.close();
      await nativeConnection.close();
    },
  };
}

async function startOne(client: Client, row: RecordRow): Promise<{ eventId: string; fresh: boolean }> {
  const eventId = row.dedupe.toString('hex');
  const input: BareInput = { text: row.record ?? eventId, body: row.raw.toString('utf8') };
  await client.workflow.start('bare', { taskQueue: BARE_QUEUE, workflowId: eventId, args: [input] });
  return { eventId, fresh: true };
}
