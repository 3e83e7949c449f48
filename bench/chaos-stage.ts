import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { z } from 'zod';
import { migrate } from '../store/migrate.ts';
import { createPostgres } from '../store/postgres.ts';
import { startDevServer } from '../temporal/dev-server.ts';
import { registerSearchAttributes } from '../temporal/register.ts';
import { bundleOurs } from './bundle.ts';
import { createChaosConverter } from './chaos-converter.ts';
import { createOwnPostgres } from './chaos-postgres.ts';
import { startChild } from './child.ts';
import { freePort } from './free-port.ts';
import type { Database } from '../store/database.ts';
import type { DevServer } from '../temporal/dev-server.ts';
import type { OwnPostgres } from './chaos-postgres.ts';
import type { ChaosSettings, Control } from './chaos-settings.ts';
import type { Child } from './child.ts';

const sinkReady = z.object({ origin: z.string() });

/** What a fault run needs from outside. */
export interface ChaosOptions {
  readonly temporalCliPath: string;
  /** Where programs are looked for (`PATH`). */
  readonly path: string;
  readonly control: Control;
  readonly calmPerSecond: number;
  progress(text: string): void;
  /** Takes what the processes log; left out: nobody. */
  readonly onLog?: (text: string) => void;
}

/** A process of the product that can be started again. */
export interface Member {
  readonly name: string;
  /** Of a server: where its webhooks come to. */
  readonly origin: string;
  child: Child;
  /** Starts it again after it ended. */
  restart(crashAt?: string): Promise<void>;
}

/** Everything of a fault run, running: each a process of its own. */
export interface ChaosStage {
  readonly servers: readonly Member[];
  readonly workers: readonly Member[];
  readonly sink: Child;
  readonly postgres: OwnPostgres;
  readonly db: Database;
  readonly secret: string;
  readonly client: Client;
  /** Ends Temporal at once, and starts it again on the same file. */
  killTemporal(): Promise<void>;
  startTemporal(): Promise<void>;
  close(): Promise<void>;
}

/** Starts PostgreSQL, Temporal (on a file), the sink, servers and workers. Throws where this machine has no PostgreSQL. */
export async function openChaosStage(
  options: ChaosOptions,
  counts: { readonly servers: number; readonly workers: number },
): Promise<ChaosStage> {
  const folder = await mkdtemp(join(tmpdir(), 'deskbridge-chaos-'));
  const closers: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  const close = async (): Promise<void> => {
    for (const closer of closers.reverse())
      await closer().catch((error: unknown) => options.progress(`closing: ${error instanceof Error ? error.message : 'unknown'}`));
  };
  try {
    options.progress('starting PostgreSQL, Temporal, the sink, servers and workers');
    const postgres = await requirePostgres(options.path);
    closers.push(() => postgres.remove());
    const db = createPostgres({ url: postgres.url, max: 4 });
    closers.push(() => db.close());
    await migrate(db);
    const temporal = await createTemporal(options.temporalCliPath, join(folder, 'temporal.db'));
    closers.push(() => temporal.stop());
    const connection = await connectTo(temporal.address);
    closers.push(() => connection.close());
    const sink = await startChild({ entry: 'chaos-sink', name: 'sink', settings: null });
    closers.push(() => sink.stop());
    const bundlePath = await writeBundle(folder);
    const secret = randomBytes(32).toString('base64');
    const shared = {
      databaseUrl: postgres.url,
      temporalAddress: temporal.address,
      sinkOrigin: sinkReady.parse(sink.ready).origin,
      bundlePath,
      secret,
      control: options.control,
      calmPerSecond: options.calmPerSecond,
    };
    const servers = await startAll({ ...shared, role: 'server' }, counts.servers, options, closers);
    const workers = await startAll({ ...shared, role: 'worker' }, counts.workers, options, closers);
    const client = new Client({ connection, dataConverter: createChaosConverter() });
    return { servers, workers, sink, postgres, db, secret, client, killTemporal: temporal.kill, startTemporal: temporal.start, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function writeBundle(folder: string): Promise<string> {
  const path = join(folder, 'bundle.js');
  await writeFile(path, (await bundleOurs('chaos')).code);
  return path;
}

async function connectTo(address: string): Promise<Connection> {
  const connection = await Connection.connect({ address });
  await registerSearchAttributes(connection, 'default');
  return connection;
}

async function requirePostgres(path: string): Promise<OwnPostgres> {
  const postgres = await createOwnPostgres(path);
  if (postgres !== null) return postgres;
  throw new Error('there are no PostgreSQL programs (initdb, postgres) on this machine; install them (Debian: apt-get install postgresql)');
}

async function startAll(
  shared: Omit<ChaosSettings, 'name' | 'port' | 'crashAt'>,
  count: number,
  options: ChaosOptions,
  closers: (() => Promise<unknown>)[],
): Promise<Member[]> {
  const members: Member[] = [];
  for (let number = 1; number <= count; number += 1) {
    const port = await freePort();
    const member = await startMember({ ...shared, name: `${shared.role}-${number}`, port, crashAt: null }, options);
    closers.push(() => member.child.kill('SIGKILL'));
    members.push(member);
  }
  return members;
}

async function startMember(settings: ChaosSettings, options: ChaosOptions): Promise<Member> {
  const start = (crashAt: string | null): Promise<Child> =>
    startChild({
      entry: 'chaos-app',
      name: settings.name,
      settings: { ...settings, crashAt },
      ...(options.onLog === undefined ? {} : { onOutput: options.onLog }),
    });
  const member: Member = {
    name: settings.name,
    origin: `http://127.0.0.1:${settings.port}`,
    child: await start(settings.crashAt),
    async restart(crashAt) {
      member.child = await start(crashAt ?? null);
    },
  };
  return member;
}

interface OwnTemporal {
  readonly address: string;
  start(): Promise<void>;
  kill(): Promise<void>;
  stop(): Promise<void>;
}

async function createTemporal(cliPath: string, dbFile: string): Promise<OwnTemporal> {
  const ports = { port: await freePort(), uiPort: await freePort() };
  const start = (): Promise<DevServer> => startDevServer({ cliPath, ...ports, dbFile, codecEndpoint: null });
  let server = await start();
  return {
    address: server.address,
    start: async () => {
      server = await start();
    },
    kill: () => server.kill(),
    stop: () => server.stop(),
  };
}
