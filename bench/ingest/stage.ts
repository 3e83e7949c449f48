import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { createPostgres } from '../../store/driver/postgres.ts';
import { bundleBare, bundleOurs } from '../rig/bundle.ts';
import { startChild } from '../rig/child.ts';
import { freePort } from '../rig/free-port.ts';
import { AS_IT_IS, SYSTEMS } from './settings.ts';
import { startTemporal } from '../rig/temporal-choice.ts';
import type { Child, ChildOptions } from '../rig/child.ts';
import type { AppSettings, Levers, SystemName } from './settings.ts';
import type { TemporalKind } from '../rig/temporal-choice.ts';

/** What a load run needs from outside. */
export interface StageOptions {
  readonly temporalCliPath: string;
  /** Left out: the dev server, in memory. */
  readonly temporal?: { readonly kind: TemporalKind; readonly path: string };
  /** A PostgreSQL on which databases can be made; null: `postgres` is left out. */
  readonly postgresUrl: string | null;
  /** Which systems; left out: all. */
  readonly systems?: readonly SystemName[];
  readonly levers?: Levers;
  readonly nodeOptions?: readonly string[];
  onProgress(text: string): void;
  /** Takes what the systems log; left out: nobody. */
  readonly onLog?: (text: string) => void;
}

/** A system that runs. */
export interface RunningSystem {
  readonly name: SystemName;
  readonly child: Child;
  readonly origin: string;
}

/** Everything that a load run measures, running. */
export interface Stage {
  readonly systems: readonly RunningSystem[];
  readonly sink: Child;
  readonly secret: string;
  /** The database of `postgres`; null: there is none. */
  readonly databaseUrl: string | null;
  /** Temporal actions so far, as the server itself counts them. */
  actions(): Promise<number>;
  close(): Promise<void>;
}

/** What other commands than ingest measure on. */
const IN_MEMORY = { kind: 'dev', path: '' } as const;

/** Making and dropping a database may take long on a busy machine. */
const ADMIN_MS = 60_000;
const ready = z.object({ port: z.number() });
const sinkReady = z.object({ origin: z.string() });

/** Starts Temporal, the sink and every system, each a process of its own. */
export async function openStage(options: StageOptions): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'deskbridge-load-'));
  const closers: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  const close = async (): Promise<void> => {
    for (const closer of closers.reverse()) await closer();
  };
  try {
    options.onProgress('starting Temporal, sink and systems');
    const metricsPort = await freePort();
    const { temporal: choice = IN_MEMORY, temporalCliPath: cliPath, onProgress } = options;
    const temporal = await startTemporal({ ...choice, cliPath, metricsPort, onProgress });
    closers.push(() => temporal.stop());
    const sink = await startChild({ entry: 'ingest/sink', name: 'sink', settings: null });
    closers.push(() => sink.stop());
    const database = options.postgresUrl === null ? null : await makeDatabase(options.postgresUrl);
    if (database !== null) closers.push(() => database.remove());
    const secret = randomBytes(32).toString('base64');
    const bundles = await writeBundles(folder);
    const shared = {
      temporalAddress: temporal.address,
      sinkOrigin: sinkReady.parse(sink.ready).origin,
      dataDir: join(folder, 'store'),
      secret,
      levers: options.levers ?? AS_IT_IS,
    };
    const systems: RunningSystem[] = [];
    for (const name of options.systems ?? SYSTEMS) {
      if (name === 'postgres' && database === null) continue;
      const databaseUrl = name === 'postgres' ? (database?.url ?? null) : null;
      const bundlePath = name === 'bare' ? bundles.bare : bundles.ours;
      const system = await startSystem({ ...shared, system: name, databaseUrl, bundlePath }, options);
      closers.push(() => system.child.stop());
      systems.push(system);
    }
    return { systems, sink, secret, databaseUrl: database?.url ?? null, actions: () => readActions(metricsPort), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startSystem(settings: AppSettings, options: StageOptions): Promise<RunningSystem> {
  const { system: name } = settings;
  const child = await startChild({ entry: 'ingest/app', name, settings, ...optional(options) });
  return { name, child, origin: `http://127.0.0.1:${ready.parse(child.ready).port}` };
}

function optional({ onLog, nodeOptions }: StageOptions): Pick<ChildOptions, 'onOutput' | 'nodeOptions'> {
  return { ...(onLog === undefined ? {} : { onOutput: onLog }), ...(nodeOptions === undefined ? {} : { nodeOptions }) };
}

/** Bundles the workflows of ours and of the bare way; answers where they are. */
export async function writeBundles(folder: string): Promise<{ ours: string; bare: string }> {
  const paths = { ours: join(folder, 'ours.js'), bare: join(folder, 'bare.js') };
  await writeFile(paths.ours, (await bundleOurs('ingest')).code);
  await writeFile(paths.bare, (await bundleBare()).code);
  return paths;
}

async function makeDatabase(adminUrl: string): Promise<{ url: string; remove(): Promise<void> }> {
  const name = `deskbridge_load_${randomBytes(6).toString('hex')}`;
  const admin = createPostgres({ url: adminUrl, max: 1, statementMs: ADMIN_MS });
  await admin.query(`create database ${name}`);
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    remove: async () => {
      await admin.query(`drop database ${name} with (force)`);
      await admin.close();
    },
  };
}

/** The server's own counter of billable actions; see docs.temporal.io/cloud/actions for what counts. */
async function readActions(metricsPort: number): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  const lines = text.split('\n').filter((line) => /^action(_total)?\{/.test(line) && line.includes('namespace="default"'));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}
