import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { CONCURRENCY } from './peer.ts';
import type { JobsOptions } from 'bullmq';
import type { Peer, PeerEvent, PeerParts, ServiceName } from './peer.ts';

const QUEUE = 'events';
/**
 * Retries with backoff, failed jobs kept; finished ones for an hour: while a job is there its id is not taken a second time.
 * https://docs.bullmq.io/guide/retrying-failing-jobs, https://docs.bullmq.io/guide/jobs/job-ids
 */
const JOBS: JobsOptions = { attempts: 5, backoff: { type: 'exponential', delay: 1000 }, removeOnComplete: { age: 3600 } };

/**
 * BullMQ: one job an event. A job whose worker died is found to be stalled within two rounds of 30 s and run again.
 * https://docs.bullmq.io/guide/going-to-production, https://docs.bullmq.io/guide/workers/stalled-jobs
 */
export async function startBullmq(parts: PeerParts, redis: ServiceName): Promise<Peer> {
  const url = parts.service(redis);
  const [adding, working] = [new Redis(url), new Redis(url, { maxRetriesPerRequest: null })];
  const queue = new Queue<PeerEvent>(QUEUE, { connection: adding, defaultJobOptions: JOBS });
  const worker = new Worker<PeerEvent>(QUEUE, (job) => parts.effect(job.data.text), { connection: working, concurrency: CONCURRENCY });
  worker.on('error', () => undefined);
  await worker.waitUntilReady();
  return {
    accept: async (event) => void (await queue.add('deliver', event, { jobId: event.id })),
    held: () => queue.getJobCountByTypes('active', 'waiting', 'delayed', 'prioritized'),
    async close() {
      await worker.close();
      await queue.close();
      working.disconnect();
      adding.disconnect();
    },
  };
}
