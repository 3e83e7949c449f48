import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';
import { connectWorker, createLazyClient } from '../../temporal/connect.ts';
import { createDataConverter } from '../../temporal/data-converter.ts';
import { startHost } from '../../processes/host.ts';
import { findTestWorkflows } from './stack.ts';
import type { Client } from '@temporalio/client';
import type { Activities, TaskQueues } from '../../workflows/contract.ts';

/** Our workflows on a real Temporal server, with activities that the test has written. */
export interface WorkflowHost {
  readonly client: Client;
  readonly queues: TaskQueues;
  /** Ids of workflows must not meet on the shared server. */
  readonly id: string;
  close(): Promise<void>;
}

/** Hosts the workflows on queues of their own; an activity that the test left out fails for good. */
export async function startWorkflowHost(activities: Partial<Activities>): Promise<WorkflowHost> {
  const where = { address: inject('temporalAddress'), namespace: 'default', tls: false, apiKey: null };
  const dataConverter = createDataConverter([{ id: 'test', bytes: Buffer.alloc(32, 7) }]);
  const { client, connection } = createLazyClient(where, dataConverter);
  const native = await connectWorker(where);
  const id = randomUUID().slice(0, 8);
  const queues = { live: `live-${id}`, bulk: `bulk-${id}` };
  const host = await startHost({
    connection: native,
    namespace: 'default',
    dataConverter,
    workflows: findTestWorkflows(),
    activities: complete(activities),
    identity: `test-${id}`,
    queues,
    batches: 4,
  });
  return {
    client,
    queues,
    id,
    async close() {
      await host.stop();
      await native.close();
      await connection.close();
    },
  };
}

function complete(activities: Partial<Activities>): Activities {
  const missing = (name: string) => (): Promise<never> => Promise.reject(new Error(`the test has no activity ${name}`));
  return {
    readInvoice: missing('readInvoice'),
    findFact: missing('findFact'),
    isEcho: missing('isEcho'),
    readConversation: missing('readConversation'),
    readMessage: missing('readMessage'),
    ensureContact: missing('ensureContact'),
    ensureConversation: missing('ensureConversation'),
    postMessage: missing('postMessage'),
    addLabel: missing('addLabel'),
    setPriority: missing('setPriority'),
    assign: missing('assign'),
    findThread: missing('findThread'),
    openThread: missing('openThread'),
    postReply: missing('postReply'),
    adoptThread: missing('adoptThread'),
    loadGroup: missing('loadGroup'),
    settleGroup: missing('settleGroup'),
    eventAge: missing('eventAge'),
    saveEdits: missing('saveEdits'),
    allowResend: missing('allowResend'),
    runBatch: missing('runBatch'),
    releaseLease: missing('releaseLease'),
    recordIntake: missing('recordIntake'),
    ...activities,
  };
}
