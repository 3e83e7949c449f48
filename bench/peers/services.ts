import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { createPostgres } from '../../store/driver/postgres.ts';
import { createOwnPostgres } from '../chaos/postgres.ts';
import { freePort } from '../rig/free-port.ts';
import { runSetupScript } from '../rig/setup-script.ts';
import { startTemporal } from '../rig/temporal-choice.ts';
import { startServerProcess } from './server-process.ts';
import type { TemporalKind } from '../rig/temporal-choice.ts';
import type { PeerName, ServiceName } from './peer.ts';

/** What a service is started with. */
export interface ServiceOptions {
  /** Where it may keep its files. */
  readonly folder: string;
  /** Where programs are looked for (`PATH`). */
  readonly path: string;
  readonly temporalCliPath: string;
  readonly temporal: TemporalKind;
  onProgress(text: string): void;
}

/** A running service. */
export interface Service {
  /** Its processes; those that they start count as well. */
  readonly pids: readonly number[];
  /** Where a peer finds it, by the names of the peer's settings. */
  locate(peer: PeerName): Promise<Readonly<Record<string, string>>>;
  stop(): Promise<void>;
}

/** Making and dropping a database may take long on a busy machine. */
const ADMIN_MS = 60_000;
const found = z.object({ path: z.string() });

/** Starts one of the services, on free ports. Throws where this machine cannot have it. */
export function startService(name: ServiceName, options: ServiceOptions): Promise<Service> {
  switch (name) {
    case 'postgres':
      return startPostgres(options);
    case 'redis':
      return startRedis(name, 'everysec', options);
    case 'redis-always':
      return startRedis(name, 'always', options);
    case 'restate':
      return startRestateServer(options);
    case 'temporal':
      return startTemporalService(options);
  }
}

/** One cluster with fsync on for all peers that need one; each has a database of its own in it. */
async function startPostgres({ path }: ServiceOptions): Promise<Service> {
  const postgres = await createOwnPostgres(path);
  return {
    pids: [postgres.pid()],
    async locate(peer) {
      const database = `peer_${peer.replaceAll('-', '_')}`;
      const admin = createPostgres({ url: postgres.url, max: 1, statementMs: ADMIN_MS });
      await admin.query(`create database ${database}`);
      await admin.close();
      return { postgres: Object.assign(new URL(postgres.url), { pathname: `/${database}` }).href };
    },
    stop: () => postgres.remove(),
  };
}

/** As BullMQ wants it: append-only file, nothing evicted. https://docs.bullmq.io/guide/going-to-production */
async function startRedis(name: ServiceName, fsync: 'everysec' | 'always', options: ServiceOptions): Promise<Service> {
  const { path } = found.parse(await runSetupScript('redis'));
  const cwd = join(options.folder, name);
  await mkdir(cwd);
  const port = await freePort();
  const settings = { port, bind: '127.0.0.1', dir: cwd, appendonly: 'yes', appendfsync: fsync, save: '', 'maxmemory-policy': 'noeviction' };
  const args = Object.entries(settings).flatMap(([key, value]) => [`--${key}`, String(value)]);
  const { pid, stop } = await startServerProcess(path, args, { cwd, port });
  return { pids: [pid], stop, locate: () => Promise.resolve({ [name]: `redis://127.0.0.1:${port}` }) };
}

/** A server of one node with its defaults: its log is synced to disk before it answers. Nothing is told to its vendor. */
async function startRestateServer({ folder }: ServiceOptions): Promise<Service> {
  const { path } = found.parse(await runSetupScript('restate'));
  const cwd = join(folder, 'restate');
  await mkdir(cwd);
  const ports = { node: await freePort(), ingress: await freePort(), admin: await freePort() };
  const config = [
    'disable-telemetry = true',
    'listen-mode = "tcp"',
    'bind-ip = "127.0.0.1"',
    `bind-port = ${ports.node}`,
    `[ingress]\nbind-port = ${ports.ingress}`,
    `[admin]\nbind-port = ${ports.admin}\ndisable-web-ui = true`,
  ];
  await writeFile(join(cwd, 'restate.toml'), `${config.join('\n')}\n`);
  const args = ['--config-file', join(cwd, 'restate.toml'), '--base-dir', join(cwd, 'data'), '--node-name', 'peer', '--no-logo'];
  const { pid, stop } = await startServerProcess(path, args, { cwd, port: ports.admin });
  const origins = { restate: `http://127.0.0.1:${ports.ingress}`, 'restate-admin': `http://127.0.0.1:${ports.admin}` };
  return { pids: [pid], stop, locate: () => Promise.resolve(origins) };
}

async function startTemporalService({ temporal: kind, temporalCliPath: cliPath, path, onProgress }: ServiceOptions): Promise<Service> {
  const { address, pids, stop } = await startTemporal({ kind, cliPath, path, metricsPort: await freePort(), onProgress });
  return { pids, stop, locate: () => Promise.resolve({ temporal: address }) };
}
