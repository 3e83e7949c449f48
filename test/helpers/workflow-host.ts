import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';
import { connectWorker, createLazyClient } from '../../temporal/connect.ts';
import { createDataConverter } from '../../temporal/data-converter.ts';
import { ACTION_NAMES } from '../../flows/actions.ts';
import { startHost } from '../../processes/host.ts';
import { findTestWorkflows } from './stack.ts';
import type { Client } from '@temporalio/client';
import type { JobActivities } from '../../jobs/job.ts';
import type { ActionActivities, Activities, TaskQueues } from '../../workflows/contract.ts';

/** Our workflows on a real Temporal server, with activities that the test has written. */
export interface WorkflowHost {
  readonly client: Client;
  readonly queues: TaskQueues;
  /** Ids of workflows must not meet on the shared server. */
  readonly id: string;
  close(): Promise<void>;
}

/** Hosts the workflows on queues of their own, `ofJobs` beside the activities of deliveries; one of these that the test left out fails for good. */
export async function startWorkflowHost(activities: Partial<Activities>, ofJobs: JobActivities = {}): Promise<WorkflowHost> {
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
    activities: { ...ofJobs, ...complete(activities) },
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
  return {
    ...missingActions(),
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

function missingActions(): ActionActivities {
  const actions: Partial<ActionActivities> = {};
  for (const name of ACTION_NAMES) Object.assign(actions, { [name]: missing(name) });
  if (!isComplete(actions)) throw new Error('an action has no activity');
  return actions;
}

function isComplete(actions: Partial<ActionActivities>): actions is ActionActivities {
  return ACTION_NAMES.every((name) => actions[name] !== undefined);
}

function missing(name: string): () => Promise<never> {
  return () => Promise.reject(new Error(`the test has no activity ${name}`));
}
