import { createServerProcess } from '../../server/create-server.ts';
import { createMetrics } from '../../server/metrics.ts';
import { pauseFlow } from '../../store/gates/gate.ts';
import { migrate } from '../../store/migrate.ts';
import { createPglite } from '../../store/driver/pglite.ts';
import { createPostgres } from '../../store/driver/postgres.ts';
import { connectWorker, createClient } from '../../temporal/connect.ts';
import { createDataConverter } from '../../temporal/data-converter.ts';
import { createStarter } from '../../temporal/starter.ts';
import { createWorker } from '../../processes/create-worker.ts';
import { runOf } from './flow.ts';
import { CONNECTION, FLOW } from './settings.ts';
import type { Database } from '../../store/driver/database.ts';
import type { LoadApp, LoadParts } from '../rig/load-app.ts';
import type { WorkerOptions } from '../../processes/create-worker.ts';

/** As in `processes`. */
const POOL = 16;

/** On a free port of this machine, with the usual bounds. */
const LISTENING = { host: '127.0.0.1', port: 0, limits: {} } as const;

/** What a worker is told of the one flow. */
const ONE_FLOW: Pick<WorkerOptions, 'directory' | 'flowsOf'> = {
  directory: {
    flow: () => ({ do: FLOW, options: {}, coalesce: false }),
    connectionType: (name) => (name === CONNECTION ? 'custom' : 'slack'),
  },
  flowsOf: () => [FLOW],
};

/** The product, all in one process, with the one flow of the load runs. */
export async function startOurs(parts: LoadParts): Promise<LoadApp> {
  const { system, temporalAddress: address, levers } = parts.settings;
  const db = await openStore(parts);
  const dataConverter = createDataConverter([{ id: 'load', bytes: Buffer.alloc(32, 1) }]);
  const connection = await connectWorker({ address, namespace: 'default', tls: false, apiKey: null });
  const queues = { live: `${system}-live`, bulk: `${system}-bulk` };
  const shared = { db, owner: system, log: parts.log };
  const server = await createServerProcess({
    ...shared,
    starter: createStarter({ client: createClient(connection, 'default', dataConverter), eager: true, queues }),
    probeTemporal: () => Promise.resolve(),
    connections: [parts.inbound],
    flows: [{ name: FLOW, coalesce: false, credit: levers.credit, paused: false }],
    batchGroups: levers.batchGroups ?? undefined,
    route: (_connection, { record }) => [{ flow: FLOW, key: record === null ? null : (parts.keyOf?.(record) ?? null), lane: 0 }],
    ...LISTENING,
    metrics: createMetrics({ process: true }),
    now: Date.now,
  });
  const worker = await createWorker({
    ...shared,
    configured: [parts.sink],
    ...ONE_FLOW,
    record: (rows) => server.record(rows),
    onFreed: () => server.wake(),
    instead: levers.refill ? { runOf } : { runOf, refillLease: () => Promise.resolve([]) },
    connection,
    namespace: 'default',
    dataConverter,
    workflows: { bundlePath: parts.settings.bundlePath },
    queues,
    identity: system,
  });
  return {
    port: server.port,
    async pause(paused) {
      await pauseFlow(db, FLOW, paused);
      server.wake();
    },
    close: () => closeAll([() => server.close(), () => worker.stop(), () => connection.close(), () => db.close()]),
  };
}

async function closeAll(closers: readonly (() => Promise<void>)[]): Promise<void> {
  for (const close of closers) await close();
}

async function openStore({ settings }: LoadParts): Promise<Database> {
  const { databaseUrl } = settings;
  const db = databaseUrl === null ? await createPglite({ dataDir: settings.dataDir }) : createPostgres({ url: databaseUrl, max: POOL });
  await migrate(db);
  return db;
}
