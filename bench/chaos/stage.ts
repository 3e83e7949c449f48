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
import type { Child } from '../rig/child.ts';

/** The judge asks about whole tables. */
const STATEMENT_MS = 60_000;

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
    const postgres = await createOwnPostgres(options.path);
    closers.push(() => postgres.remove());
    const db = createPostgres({ url: postgres.url, max: 4, statementMs: STATEMENT_MS });
    closers.push(() => db.close());
    await migrateWatched(db);
    const temporal = await createTemporal(options.temporalCliPath, join(folder, 'temporal.db'));
    closers.push(() => temporal.stop());
    const connection = await connectTo(temporal.address);
    closers.push(() => connection.close());
    const sink = await startChild({ entry: 'chaos/sink', name: 'sink', settings: null });
    closers.push(() => sink.stop());
    const secret = randomBytes(32).toString('base64');
    const shared = {
      databaseUrl: postgres.url,
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
    return { servers, workers, sink, postgres, db, secret, client, killTemporal: temporal.kill, startTemporal: temporal.start, close };
  } catch (error) {
    await close();
    throw error;
  }
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
