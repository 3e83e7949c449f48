import PgBoss from 'pg-boss';
import { createPostgres } from '../../store/driver/postgres.ts';
import { CONCURRENCY, POOL } from './peer.ts';
import type { Peer, PeerEvent, PeerParts } from './peer.ts';

const QUEUE = 'events';
/** Several pollers: each waits for its whole batch before it fetches again. */
const WORKERS = 4;
const BATCH = CONCURRENCY / WORKERS;
const LEAST_POLLING_S = 0.5;
/** A job whose worker died runs again after this long; the default is 15 min, and no effect of ours takes 30 s. */
const EXPIRE_S = 30;
const MAINTENANCE_EVERY_S = 10;

/**
 * pg-boss: one job an event, with the event's id, which is not taken a second time while the job is kept. Its pollers are told of
 * new jobs by this process (`notifyWorker`), because the shortest polling is half a second.
 */
export async function startPgBoss(parts: PeerParts): Promise<Peer> {
  const connectionString = parts.service('postgres');
  const boss = new PgBoss({ connectionString, max: POOL, maintenanceIntervalSeconds: MAINTENANCE_EVERY_S });
  boss.on('error', () => undefined);
  await boss.start();
  await boss.createQueue(QUEUE, { name: QUEUE, policy: 'standard', expireInSeconds: EXPIRE_S, retryLimit: 5, retryBackoff: true });
  const workers: string[] = [];
  while (workers.length < WORKERS) workers.push(await startWorker(boss, parts.effect));
  const db = createPostgres({ url: connectionString, max: 1 });
  let next = 0;
  return {
    async accept(event) {
      await boss.send(QUEUE, event, { id: toUuid(event.id) });
      next = (next + 1) % WORKERS;
      boss.notifyWorker(workers[next] ?? '');
    },
    held: async () => (await db.query<{ held: number }>(HELD))[0]?.held ?? 0,
    async close() {
      await boss.stop({ graceful: true, wait: true });
      await db.close();
    },
  };
}

async function startWorker(boss: PgBoss, effect: PeerParts['effect']): Promise<string> {
  let id = '';
  id = await boss.work<PeerEvent>(QUEUE, { batchSize: BATCH, pollingIntervalSeconds: LEAST_POLLING_S }, async (jobs) => {
    // A full batch: there are probably more.
    if (jobs.length === BATCH) boss.notifyWorker(id);
    await Promise.all(jobs.map(({ data }) => effect(data.text)));
  });
  return id;
}

const HELD = `select count(*)::int as held from pgboss.job where name = '${QUEUE}' and state in ('created', 'retry', 'active')`;

function toUuid(hex: string): string {
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}
