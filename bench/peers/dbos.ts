import { DBOS } from '@dbos-inc/dbos-sdk';
import { POOL } from './peer.ts';
import type { Peer, PeerEvent, PeerParts } from './peer.ts';

/** One workflow at a time for each key. https://docs.dbos.dev/typescript/tutorials/queue-tutorial */
const ORDERED = 'ordered';
const POLL_EVERY_MS = 100;
const NOTHING = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/**
 * DBOS: a workflow an event, its id the event's, with one step. It runs at once in this process, for a queue's first look is up to a
 * second later; events with a key go through a partitioned queue. What was running when the process died is recovered at its start.
 */
export async function startDbos(parts: PeerParts): Promise<Peer> {
  DBOS.setConfig({
    name: 'deskbridge-peer',
    systemDatabaseUrl: parts.service('postgres'),
    systemDatabasePoolSize: POOL,
    logger: NOTHING,
  });
  const deliver = DBOS.registerWorkflow((event: PeerEvent) => DBOS.runStep(() => parts.effect(event.text), { name: 'post' }), {
    name: 'deliver',
  });
  await DBOS.launch();
  await DBOS.registerQueue(ORDERED, { partitionConcurrency: 1, minPollingIntervalMs: POLL_EVERY_MS });
  return {
    async accept(event) {
      const ordered = event.key === null ? {} : { queueName: ORDERED, enqueueOptions: { queuePartitionKey: event.key } };
      await DBOS.startWorkflow(deliver, { workflowID: event.id, ...ordered })(event);
    },
    held: async () => (await DBOS.listWorkflows({ status: ['PENDING', 'ENQUEUED'], loadInput: false, loadOutput: false })).length,
    close: () => DBOS.shutdown(),
  };
}

function ignore(): void {
  // The peers say nothing: who looks for a mistake gives DBOS a logger here.
}
