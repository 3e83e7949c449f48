import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { Client, Connection, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { bindConnections } from '../../connectors/connections.ts';
import { startReceiverOver } from './floor.ts';
import type { RecordRow } from '../../server/ports.ts';
import type { BareInput } from './bare-workflows.ts';
import type { LoadApp, LoadParts } from '../rig/load-app.ts';

const SEND_MS = 10_000;

/** The task queue of the bare way; the load run counts its workflows by it. */
export const BARE_QUEUE = 'bare';

/** Temporal without anything around it: a workflow an event. */
export interface Bare {
  /** Starts the workflow of an event; one that was started before, whether or not it is done, is left alone. */
  start(eventId: string, input: BareInput): Promise<void>;
  /** Workflows that run, as the server lists them: a second late. */
  running(): Promise<number>;
  close(): Promise<void>;
}

/** The bare way: `client.workflow.start` for each request before it is answered, one activity, one call. */
export async function startBare(parts: LoadParts): Promise<LoadApp> {
  const { sink } = parts;
  const slack = bindConnections([sink]).open('chat', sink.name);
  const bare = await openBare(parts.settings.temporalAddress, parts.settings.bundlePath, async (text) => {
    await slack.post({ channel: 'C0123', thread: '1700000000.000000', text }, { mark: randomUUID(), sendBy: performance.now() + SEND_MS });
  });
  const server = await startReceiverOver(parts, (rows) => Promise.all(rows.map((row) => startOne(bare, row))));
  return {
    port: server.port,
    pause: () => Promise.resolve(),
    async close() {
      await server.close();
      await bare.close();
    },
  };
}

/** A client and a worker of the bare way. `post`: the one activity. */
export async function openBare(address: string, bundlePath: string, post: (text: string) => Promise<void>): Promise<Bare> {
  const nativeConnection = await NativeConnection.connect({ address });
  const connection = await Connection.connect({ address });
  const client = new Client({ connection });
  const worker = await Worker.create({
    connection: nativeConnection,
    taskQueue: BARE_QUEUE,
    workflowBundle: { codePath: bundlePath },
    activities: { post },
  });
  const running = worker.run();
  return {
    start: async (workflowId, input) => {
      const once = { workflowIdConflictPolicy: 'USE_EXISTING', workflowIdReusePolicy: 'REJECT_DUPLICATE' } as const;
      await client.workflow.start('bare', { taskQueue: BARE_QUEUE, workflowId, args: [input], ...once }).catch((error: unknown) => {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      });
    },
    running: async () => (await client.workflow.count(`TaskQueue = '${BARE_QUEUE}' and ExecutionStatus = 'Running'`)).count,
    async close() {
      worker.shutdown();
      await running;
      await connection.close();
      await nativeConnection.close();
    },
  };
}

async function startOne(bare: Bare, row: RecordRow): Promise<{ eventId: string; fresh: boolean }> {
  const eventId = row.dedupe.toString('hex');
  await bare.start(eventId, { text: row.record ?? eventId, body: row.raw.toString('utf8') });
  return { eventId, fresh: true };
}
