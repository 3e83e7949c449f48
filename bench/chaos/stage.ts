import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@temporalio/client';
import { z } from 'zod';
import { createPostgres } from '../../store/driver/postgres.ts';
import { TASK_QUEUES } from '../../workflows/contract.ts';
import { createChaosConverter } from './converter.ts';
import { startMember } from './member.ts';
import { createOwnPostgres } from './postgres.ts';
import { connectTo, createTemporal, writeBundle } from './temporal.ts';
import { migrateWatched } from './watch.ts';
import { startChild } from '../rig/child.ts';
import type { Database } from '../../store/driver/database.ts';
import type { Member, MemberSettings } from './member.ts';
import type { OwnPostgres } from './postgres.ts';
import type { Control } from './settings.ts';
import { canMount, mountSmallDisk } from '../rig/small-disk.ts';
import { startTcpProxy } from '../rig/tcp-proxy.ts';
import type { Child } from '../rig/child.ts';
import type { SmallDisk } from '../rig/small-disk.ts';
import type { TcpProxy } from '../rig/tcp-proxy.ts';

/** The judge asks about whole tables. */
const STATEMENT_MS = 60_000;
/** Room for all that a quick run stores, several times over; it is in memory. */
const DISK_MEGABYTES = 2000;

/** What the sink says when it is ready. */
export const sinkReady = z.object({ origin: z.string() });

/** What a fault run needs from outside. */
export interface ChaosOptions {
  readonly temporalCliPath: string;
  /** Where programs are looked for (`PATH`). */
  readonly path: string;
  readonly control: Control;
  progress(text: string): void;
  /** Takes what the processes log; left out: nobody. */
  readonly onLog?: (text: string) => void;
}

/** Everything of a fault run, running: each a process of its own. */
export interface ChaosStage {
  readonly servers: readonly Member[];
  readonly workers: readonly Member[];
  readonly sink: Child;
  readonly postgres: OwnPostgres;
  /** Between every process and PostgreSQL. */
  readonly proxy: TcpProxy;
  /** What PostgreSQL keeps its files on; null: this user may not mount one. */
  readonly disk: SmallDisk | null;
  readonly db: Database;
  readonly secret: string;
  readonly client: Client;
  /** Ends Temporal at once, and starts it again on the same file. */
  killTemporal(): Promise<void>;
  startTemporal(): Promise<void>;
  close(): Promise<void>;
}

/** Handed over by the weather, in batches as usual. */
const AS_IT_IS = { only: null, batchGroups: null } as const;

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
    const store = await startStore(options, closers);
    const temporal = await createTemporal(options.temporalCliPath, join(folder, 'temporal.db'));
    closers.push(() => temporal.stop());
    const connection = await connectTo(temporal.address);
    closers.push(() => connection.close());
    const sink = await startChild({ entry: 'chaos/sink', name: 'sink', settings: null });
    closers.push(() => sink.stop());
    const secret = randomBytes(32).toString('base64');
    const shared = {
      databaseUrl: throughProxy(store.postgres.url, store.proxy),
      temporalAddress: temporal.address,
      sinkOrigin: sinkReady.parse(sink.ready).origin,
      bundlePath: await writeBundle(folder),
      secret,
      control: options.control,
      ...AS_IT_IS,
      queues: TASK_QUEUES,
    };
    const servers = await startAll({ ...shared, role: 'server' }, counts.servers, options, closers);
    const workers = await startAll({ ...shared, role: 'worker' }, counts.workers, options, closers);
    const client = new Client({ connection, dataConverter: createChaosConverter() });
    return { servers, workers, sink, ...store, secret, client, killTemporal: temporal.kill, startTemporal: temporal.start, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** PostgreSQL on a disk that can be filled, where that can be had, and behind a proxy that can fall silent. */
async function startStore(
  { path, progress }: ChaosOptions,
  closers: (() => Promise<unknown>)[],
): Promise<Pick<ChaosStage, 'postgres' | 'disk' | 'proxy' | 'db'>> {
  const disk = canMount() ? mountSmallDisk(process.getuid?.() ?? 0, DISK_MEGABYTES) : null;
  if (disk === null) progress('NOT RUN: the full disk; this user may not mount a file system of its own');
  else closers.push(() => Promise.resolve(disk.remove()));
  const postgres = await createOwnPostgres(path, disk === null ? [] : ['max_wal_size=256MB'], disk?.path);
  closers.push(() => postgres.remove());
  const proxy = await startTcpProxy({ host: '127.0.0.1', port: Number(new URL(postgres.url).port) });
  closers.push(() => proxy.close());
  const db = createPostgres({ url: postgres.url, max: 4, statementMs: STATEMENT_MS });
  closers.push(() => db.close());
  await migrateWatched(db);
  return { postgres, disk, proxy, db };
}

function throughProxy(url: string, proxy: TcpProxy): string {
  const proxied = new URL(url);
  proxied.port = String(proxy.port);
  return proxied.href;
}

async function startAll(
  shared: Omit<MemberSettings, 'name'>,
  count: number,
  options: ChaosOptions,
  closers: (() => Promise<unknown>)[],
): Promise<Member[]> {
  const members: Member[] = [];
  for (let number = 1; number <= count; number += 1) {
    const member = await startMember({ ...shared, name: `${shared.role}-${number}` }, null, options.onLog);
    closers.push(() => member.child.kill('SIGKILL'));
    members.push(member);
  }
  return members;
}
