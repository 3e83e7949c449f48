import { randomUUID } from 'node:crypto';
import { slackConfig } from '../../connectors/slack/config.ts';
import { Secret } from '../../model/secret.ts';
import { createLogger } from '../../server/logger.ts';
import { createPostgres } from '../../store/driver/postgres.ts';
import { listQueues } from '../../store/inbox/query-queues.ts';
import { bindConnections } from '../../connectors/connections.ts';
import { bindCustom } from '../rig/bind-custom.ts';
import { readSettings, serveParent } from '../rig/child.ts';
import { startReceiverOver } from '../ingest/floor.ts';
import { startOurs } from '../ingest/ours.ts';
import { AS_IT_IS, CONNECTION } from '../ingest/settings.ts';
import { startBullmq } from './bullmq.ts';
import { startDbos } from './dbos.ts';
import { createGate } from './gate.ts';
import { startGraphileWorker } from './graphile-worker.ts';
import { keyOf, peerSettings } from './peer.ts';
import { startPgBoss } from './pg-boss.ts';
import { startRestate } from './restate.ts';
import { startTemporalPeer } from './temporal.ts';
import type { RecordRow } from '../../server/ports.ts';
import type { LoadApp, LoadParts } from '../rig/load-app.ts';
import type { Peer, PeerEvent, PeerName, PeerParts } from './peer.ts';

/** One peer of the comparison in a process of its own: the product's receiver, the peer behind it, and its worker. */

const SEND_MS = 10_000;

const settings = readSettings(peerSettings);
const shared: Pick<LoadParts, 'inbound' | 'sink' | 'log'> = {
  inbound: bindCustom(CONNECTION, settings.secret),
  sink: {
    name: 'sink',
    type: 'slack',
    settings: slackConfig.parse({
      type: 'slack',
      baseUrl: settings.sinkOrigin,
      token: new Secret('sink'),
      signingSecret: new Secret('not used'),
    }),
  },
  log: createLogger('info'),
};
const app = settings.name === 'ours' ? await startOursPeer() : await startBehindReceiver(settings.name);

serveParent(
  { port: app.port },
  {
    pause: async (paused) => {
      await app.pause(paused === true);
      return null;
    },
    held: () => app.held(),
    usage: () => {
      const { user, system } = process.cpuUsage();
      return { rssMb: Math.round(process.memoryUsage().rss / 1024 / 1024), cpuMs: Math.round((user + system) / 1000) };
    },
  },
  () => app.close(),
);

interface PeerApp extends LoadApp {
  held(): Promise<number>;
}

function service(name: string): string {
  const found = settings.services[name];
  if (found === undefined) throw new Error(`the run has no ${name} for ${settings.name}`);
  return found;
}

/** The product as `ingest` has it, with events in order where they have a key. */
async function startOursPeer(): Promise<PeerApp> {
  const databaseUrl = service('postgres');
  const { secret, sinkOrigin, bundlePath } = settings;
  const own = {
    system: 'postgres',
    temporalAddress: service('temporal'),
    sinkOrigin,
    databaseUrl,
    dataDir: '',
    levers: AS_IT_IS,
    bundlePath,
    secret,
  } as const;
  const product = await startOurs({ ...shared, settings: own, keyOf });
  const db = createPostgres({ url: databaseUrl, max: 1 });
  return {
    port: product.port,
    pause: (paused) => product.pause(paused),
    held: async () => (await listQueues(db)).reduce((sum, queue) => sum + queue.waiting + queue.underWay + queue.parked, 0),
    async close() {
      await product.close();
      await db.close();
    },
  };
}

async function startBehindReceiver(name: Exclude<PeerName, 'ours'>): Promise<PeerApp> {
  const gate = createGate();
  const chat = bindConnections([shared.sink]).open('chat', shared.sink.name);
  const effect = async (text: string): Promise<void> => {
    await gate.pass();
    const send = { mark: randomUUID(), sendBy: performance.now() + SEND_MS };
    await chat.post({ channel: 'C0123', thread: '1700000000.000000', text }, send);
  };
  const peer = await startPeer(name, { service, effect, bundlePath: settings.bundlePath, ownPort: settings.ownPort });
  const server = await startReceiverOver(shared, (rows) => Promise.all(rows.map((row) => acceptRow(peer, row))));
  return {
    port: server.port,
    pause: (paused) => Promise.resolve(gate.shut(paused)),
    held: () => peer.held(),
    async close() {
      gate.shut(false);
      await server.close();
      await peer.close();
    },
  };
}

function startPeer(name: Exclude<PeerName, 'ours'>, parts: PeerParts): Promise<Peer> {
  switch (name) {
    case 'bullmq':
      return startBullmq(parts, 'redis');
    case 'bullmq-always':
      return startBullmq(parts, 'redis-always');
    case 'pg-boss':
      return startPgBoss(parts);
    case 'graphile-worker':
      return startGraphileWorker(parts);
    case 'dbos':
      return startDbos(parts);
    case 'restate':
      return startRestate(parts);
    case 'temporal':
      return startTemporalPeer(parts);
  }
}

async function acceptRow(peer: Peer, row: RecordRow): Promise<{ eventId: string; fresh: boolean }> {
  const id = row.dedupe.toString('hex');
  const text = row.record ?? id;
  const event: PeerEvent = { id, text, key: keyOf(text), body: row.raw.toString('utf8') };
  await peer.accept(event);
  return { eventId: id, fresh: true };
}
