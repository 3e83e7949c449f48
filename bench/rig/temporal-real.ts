import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Connection } from '@temporalio/client';
import proto from '@temporalio/proto';
import { z } from 'zod';
import { createPostgres } from '../../store/driver/postgres.ts';
import { createOwnPostgres } from '../chaos/postgres.ts';
import { freePort } from './free-port.ts';
import { runSetupScript } from './setup-script.ts';
import { OTHER_PORTS, toRealServerConfig } from './temporal-real-config.ts';
import type { ChildProcess } from 'node:child_process';

/** A real Temporal server on a PostgreSQL of its own, each a process of its own, both gone at the end. */

const NAMESPACE = 'default';
/** The shortest that a server takes. */
const RETENTION_S = 86_400;
const READY_WITHIN_MS = 90_000;
/** Making and dropping a database may take long on a busy machine. */
const ADMIN_MS = 60_000;
const ASK_AGAIN_MS = 250;
const STOP_WITHIN_MS = 20_000;
const KEPT_OUTPUT = 2000;
const DATABASES = { main: 'temporal', visibility: 'temporal_visibility' };

const programs = z.object({ server: z.string(), sqlTool: z.string(), version: z.string() });

/** What a measurement needs of a Temporal server, whichever it is. */
export interface BenchTemporal {
  readonly address: string;
  /** Its own process and those of its database: what its work costs is theirs. */
  readonly pids: readonly number[];
  stop(): Promise<void>;
}

/**
 * Builds it where it was not built yet (some minutes), starts it and waits until the namespace `default` takes workflows.
 * Throws where Go or PostgreSQL is missing, or with the server's last words.
 */
export async function startRealServer(options: {
  /** Where programs are looked for (`PATH`). */
  readonly path: string;
  readonly metricsPort: number;
  onProgress(text: string): void;
}): Promise<BenchTemporal> {
  const { server, sqlTool, version } = programs.parse(await runSetupScript('temporal-server'));
  options.onProgress(`starting a real Temporal server ${version} on a PostgreSQL of its own`);
  const folder = await mkdtemp(join(tmpdir(), 'deskbridge-temporal-'));
  const closers: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  const stop = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const postgres = await createOwnPostgres(options.path);
    closers.push(() => postgres.remove());
    await createDatabases(sqlTool, postgres.url);
    const ports = {
      frontend: await freePort(),
      http: await freePort(),
      metrics: options.metricsPort,
      others: await freePorts(OTHER_PORTS),
    };
    const config = join(folder, 'server.yaml');
    await writeFile(config, toRealServerConfig(new URL(postgres.url), DATABASES, ports));
    const child = spawn(server, ['--config-file', config, '--allow-no-auth', 'start'], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    closers.push(() => end(child));
    const address = `127.0.0.1:${ports.frontend}`;
    await waitUntilServing(child, address);
    return { address, pids: [child.pid ?? 0, postgres.pid()], stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The vendor's own tool makes the schema, which it has inside. */
async function createDatabases(sqlTool: string, url: string): Promise<void> {
  const admin = createPostgres({ url, max: 1, statementMs: ADMIN_MS });
  for (const name of Object.values(DATABASES)) await admin.query(`create database ${name}`);
  await admin.close();
  const { hostname, port, username, password } = new URL(url);
  const reach = ['--plugin', 'postgres12', '--endpoint', hostname, '--port', port, '--user', username, '--password', password];
  const run = promisify(execFile);
  for (const [kind, schema] of [
    ['main', 'temporal'],
    ['visibility', 'visibility'],
  ] as const) {
    const on = [...reach, '--database', DATABASES[kind]];
    await run(sqlTool, [...on, 'setup-schema', '--version', '0.0']);
    await run(sqlTool, [...on, 'update-schema', '--schema-name', `postgresql/v12/${schema}`]);
  }
}

async function freePorts(count: number): Promise<readonly number[]> {
  const ports: number[] = [];
  while (ports.length < count) ports.push(await freePort());
  return ports;
}

async function waitUntilServing(child: ChildProcess, address: string): Promise<void> {
  let output = '';
  const keep = (chunk: Buffer): void => void (output = (output + chunk.toString()).slice(-KEPT_OUTPUT));
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const until = Date.now() + READY_WITHIN_MS;
  let last: unknown = null;
  while (Date.now() < until && child.exitCode === null && child.signalCode === null) {
    try {
      return await registerNamespace(address);
    } catch (error) {
      last = error;
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
    }
  }
  throw new Error(`The Temporal server did not serve at ${address}; it said: ${output.trim() || 'nothing'}`, { cause: last });
}

/** May be run again where it got only so far. */
async function registerNamespace(address: string): Promise<void> {
  const connection = await Connection.connect({ address, connectTimeout: 1000 });
  try {
    const { workflowService, operatorService } = connection;
    await workflowService.describeNamespace({ namespace: NAMESPACE }).catch(async () => {
      await workflowService.registerNamespace({
        namespace: NAMESPACE,
        workflowExecutionRetentionPeriod: proto.google.protobuf.Duration.fromObject({ seconds: RETENTION_S }),
      });
    });
    // The server learns of a new namespace by looking now and then: both services must have.
    await operatorService.listSearchAttributes({ namespace: NAMESPACE });
    await workflowService.describeTaskQueue({ namespace: NAMESPACE, taskQueue: { name: 'ready' }, taskQueueType: 1 });
  } finally {
    await connection.close();
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
  await ended;
  clearTimeout(force);
}
