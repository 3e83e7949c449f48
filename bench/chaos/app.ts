import { createRecorder, INBOX_CHANNEL } from '../../inbox/recorder.ts';
import { createServerProcess } from '../../server/create-server.ts';
import { createLogger } from '../../server/logger.ts';
import { createMetrics } from '../../server/metrics.ts';
import { createPostgres } from '../../store/driver/postgres.ts';
import { connectWorker, createLazyClient } from '../../temporal/connect.ts';
import { createStarter } from '../../temporal/starter.ts';
import { createWorker } from '../../processes/create-worker.ts';
import { bindCustom } from '../rig/bind-custom.ts';
import { createChaosConnections } from './client.ts';
import { createChaosConverter } from './converter.ts';
import { createControlledStore } from './control.ts';
import { runOf } from './flow.ts';
import { chaosSettings, CLASSES, CONNECTION } from './settings.ts';
import { readSettings, serveParent } from '../rig/child.ts';
import { createCrash, parseCrashPoint } from '../rig/crash-at.ts';

/** One process of the product in a fault run: `deskbridge server` or `deskbridge worker`, with the run's flows and connections. */

const POOL = 10;
const settings = readSettings(chaosSettings);
const log = createLogger('info');
const crash = createCrash(parseCrashPoint(settings.crashAt));
const db = crash.db(createPostgres({ url: settings.databaseUrl, max: POOL }));
const where = { address: settings.temporalAddress, namespace: 'default', tls: false, apiKey: null };
const dataConverter = createChaosConverter();

if (settings.role === 'server') await serveServer();
else await serveWorker();

/** A flow for each class, each ordered by record; the topic begins with the class. */
async function serveServer(): Promise<void> {
  const { client, connection } = createLazyClient(where, dataConverter);
  const server = await createServerProcess({
    db,
    starter: crash.starter(createStarter({ client, eager: false, queues: settings.queues })),
    probeTemporal: async () => void (await connection.workflowService.describeNamespace({ namespace: 'default' })),
    connections: [bindCustom(CONNECTION, settings.secret)],
    flows: CLASSES.map((name) => ({ name, coalesce: false, credit: null, paused: false })),
    route: (_connection, event) => [{ flow: event.topic.split('.')[0] ?? '', key: event.record, lane: 0 }],
    host: '127.0.0.1',
    port: settings.port,
    limits: {},
    owner: settings.name,
    only: settings.only ?? undefined,
    batchGroups: settings.batchGroups ?? undefined,
    metrics: createMetrics({ process: true }),
    log,
    now: Date.now,
  });
  serveParent({ port: server.port }, {}, () => server.close());
}

async function serveWorker(): Promise<void> {
  const recorder = createRecorder({ db, now: Date.now });
  const connection = await connectWorker(where);
  const worker = await createWorker({
    db,
    configured: [],
    directory: { flow: (name) => ({ do: name, options: {}, coalesce: false }), connectionType: () => 'custom' },
    flowsOf: (name) => [name],
    record: (rows) => recorder.record(rows),
    onFreed: () => void db.query('select pg_notify($1, $2)', [INBOX_CHANNEL, '']).catch(() => undefined),
    instead: {
      runOf,
      connections: (onOutcome) => createChaosConnections(settings.sinkOrigin, onOutcome, (name, client) => crash.chat(name, client)),
      effects: createControlledStore(db, settings.control),
    },
    connection,
    namespace: 'default',
    dataConverter,
    workflows: { bundlePath: settings.bundlePath },
    queues: settings.queues,
    identity: settings.name,
    log,
  });
  worker.ended.catch((error: unknown) => {
    log.error({ err: error instanceof Error ? error.name : 'unknown' }, 'the worker ended');
    process.exit(1);
  });
  serveParent({}, {}, () => worker.stop());
}
