import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@temporalio/client';
import { createPostgres } from '../../store/driver/postgres.ts';
import { createChaosConverter } from './converter.ts';
import { startMember } from './member.ts';
import { createOwnPostgres } from './postgres.ts';
import { sinkReady } from './stage.ts';
import { connectTo, createTemporal, writeBundle } from './temporal.ts';
import { migrateWatched } from './watch.ts';
import { startChild } from '../rig/child.ts';
import type { Database } from '../../store/driver/database.ts';
import type { Member, MemberSettings } from './member.ts';
import type { Point } from './points.ts';
import type { OwnPostgres } from './postgres.ts';
import type { Control } from './settings.ts';
import type { Child } from '../rig/child.ts';

/** Making a database, and the judge's questions about whole tables, may take long on a busy machine. */
const STATEMENT_MS = 60_000;

/** What walking points takes from outside. */
export interface PointsOptions {
  readonly temporalCliPath: string;
  /** Where programs are looked for (`PATH`). */
  readonly path: string;
  progress(text: string): void;
  /** Takes what the processes log; left out: nobody. */
  readonly onLog?: (text: string) => void;
}

/** One point's own server, worker, remote system, database and task queues, so that several are walked side by side. */
export interface Lane {
  readonly server: Member;
  readonly worker: Member;
  readonly sink: Child;
  readonly db: Database;
  /** Its own PostgreSQL, where the point stops it; null: its database is on the shared one. */
  readonly postgres: OwnPostgres | null;
  readonly client: Client;
  readonly secret: string;
  close(): Promise<void>;
}

/** PostgreSQL and Temporal, for all points. */
export interface PointsStage {
  /** `control`: what is switched off. */
  openLane(point: Point, control: Control): Promise<Lane>;
  close(): Promise<void>;
}

type Closers = (() => Promise<unknown>)[];

/** Starts what all points share. Throws where this machine has no PostgreSQL. */
export async function openPointsStage(options: PointsOptions): Promise<PointsStage> {
  const closers: Closers = [];
  return opened(closers, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'deskbridge-points-'));
    closers.push(() => rm(folder, { recursive: true, force: true }));
    options.progress('starting PostgreSQL and Temporal');
    const postgres = await createOwnPostgres(options.path);
    closers.push(() => postgres.remove());
    const temporal = await createTemporal(options.temporalCliPath, null);
    closers.push(() => temporal.stop());
    const connection = await connectTo(temporal.address);
    closers.push(() => connection.close());
    const client = new Client({ connection, dataConverter: createChaosConverter() });
    const shared = { temporalAddress: temporal.address, bundlePath: await writeBundle(folder) };
    let lanes = 0;
    let last: Promise<unknown> = Promise.resolve();
    return {
      close: () => closeAll(closers),
      // One after another: a start takes all of a processor, and none of them may take so long that others time out.
      openLane(point, control) {
        lanes += 1;
        const number = lanes;
        const lane = last.then(() => openLane({ options, point, control, number, client, shared, postgres }));
        last = lane.catch(() => undefined);
        return lane;
      },
    };
  });
}

interface LaneParts {
  readonly options: PointsOptions;
  readonly point: Point;
  readonly control: Control;
  readonly number: number;
  readonly client: Client;
  readonly shared: Pick<MemberSettings, 'temporalAddress' | 'bundlePath'>;
  readonly postgres: OwnPostgres;
}

function openLane({ options, point, control, number, client, shared, postgres }: LaneParts): Promise<Lane> {
  const closers: Closers = [];
  return opened(closers, async () => {
    const own = point.storeDown ? await createOwnPostgres(options.path) : null;
    if (own !== null) closers.push(() => own.remove());
    const databaseUrl = own?.url ?? (await createDatabase(postgres.url, `point_${number}`));
    const db = createPostgres({ url: databaseUrl, max: 2, statementMs: STATEMENT_MS });
    closers.push(() => db.close());
    await migrateWatched(db);
    const sink = await startChild({ entry: 'chaos/sink', name: 'sink', settings: null });
    closers.push(() => sink.stop());
    const secret = randomBytes(32).toString('base64');
    const start = async (role: Point['member']): Promise<Member> => {
      const crashAt = point.member === role ? point.crashAt : null;
      const { origin: sinkOrigin } = sinkReady.parse(sink.ready);
      const queues = { live: `live-${number}`, bulk: `bulk-${number}` };
      const { batchGroups = null } = point;
      const settings = {
        ...shared,
        batchGroups,
        role,
        name: `${role}-${number}`,
        databaseUrl,
        sinkOrigin,
        secret,
        control,
        only: point.way,
        queues,
      };
      const member = await startMember(settings, crashAt, options.onLog);
      closers.push(() => member.child.kill('SIGKILL'));
      return member;
    };
    const [server, worker] = [await start('server'), await start('worker')];
    return { server, worker, sink, db, postgres: own, client, secret, close: () => closeAll(closers) };
  });
}

async function createDatabase(url: string, name: string): Promise<string> {
  const admin = createPostgres({ url, max: 1, statementMs: STATEMENT_MS });
  await admin.query(`create database ${name}`);
  await admin.close();
  return Object.assign(new URL(url), { pathname: `/${name}` }).href;
}

/** What was started is ended where the rest cannot be. */
async function opened<T>(closers: Closers, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    await closeAll(closers);
    throw error;
  }
}

async function closeAll(closers: Closers): Promise<void> {
  for (const closer of closers.reverse()) await closer().catch(() => undefined);
}
