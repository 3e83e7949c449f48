import { Logger, makeWorkerUtils, run } from 'graphile-worker';
import { CONCURRENCY, POOL } from './peer.ts';
import type { WorkerUtils } from 'graphile-worker';
import type { Peer, PeerEvent, PeerParts } from './peer.ts';

const TASK = 'deliver';
/** Jobs fetched at once, and finished ones told without delay but together. https://worker.graphile.org/docs/performance */
const BATCHING = { localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 };

declare global {
  // The library's way to tell the payloads of tasks.
  namespace GraphileWorker {
    interface Tasks {
      deliver: PeerEvent;
    }
  }
}

/**
 * Graphile Worker: one job an event, its id the job's key, which is not taken a second time while the job waits. Events with a key
 * go through a queue of that name, one after another. The jobs of a process that was killed stay locked for four hours; we let them
 * go at the start, as an operator who knows that no other worker runs.
 */
export async function startGraphileWorker(parts: PeerParts): Promise<Peer> {
  const connectionString = parts.service('postgres');
  const logger = new Logger(() => () => undefined);
  const utils = await makeWorkerUtils({ connectionString, maxPoolSize: 2, logger });
  await utils.migrate();
  await unlock(utils);
  const runner = await run({
    preset: { worker: { connectionString, concurrentJobs: CONCURRENCY, maxPoolSize: POOL, logger, ...BATCHING } },
    taskList: { [TASK]: (event) => parts.effect(event.text) },
    parsedCronItems: [],
    noHandleSignals: true,
  });
  return {
    accept: async (event) =>
      void (await runner.addJob(TASK, event, { jobKey: event.id, ...(event.key === null ? {} : { queueName: event.key }) })),
    held: () => utils.withPgClient(async (client) => (await client.query<{ held: number }>(HELD)).rows[0]?.held ?? 0),
    async close() {
      await runner.stop();
      await utils.release();
    },
  };
}

/** https://worker.graphile.org/docs/admin-functions: only for workers that are known to have ended. */
async function unlock(utils: WorkerUtils): Promise<void> {
  const { rows } = await utils.withPgClient((client) => client.query<{ worker: string }>(LOCKED));
  if (rows.length > 0) await utils.forceUnlockWorkers(rows.map(({ worker }) => worker));
}

const LOCKED = 'select distinct locked_by as worker from graphile_worker.jobs where locked_by is not null';
const HELD = 'select count(*)::int as held from graphile_worker.jobs where attempts < max_attempts';
