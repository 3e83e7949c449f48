import { execFile, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { createPostgres } from '../../store/driver/postgres.ts';
import { freePort } from '../rig/free-port.ts';
import type { ChildProcess } from 'node:child_process';

/** A PostgreSQL cluster of the run's own, that may be stopped as a power cut would and started again. */

const DEBIAN_BINARIES = '/usr/lib/postgresql';
const START_TRIES = 200;
const START_EVERY_MS = 100;
/** Accounts that may run a server when we are root, whom PostgreSQL refuses. */
const ACCOUNTS = ['postgres', 'nobody'];

export interface OwnPostgres {
  readonly url: string;
  /** The process that the others of the cluster belong to; 0 while it is away. */
  pid(): number;
  /** The folder of its files. */
  readonly data: string;
  /** All of its processes end at once; nothing is written any more (`pg_ctl stop -m immediate`). */
  crash(): Promise<void>;
  /** Ends it as an operator would: everybody is cut off, what was done is written. */
  stop(): Promise<void>;
  start(): Promise<void>;
  remove(): Promise<void>;
}

/** Whether this machine has the programs. */
export function hasPostgres(path: string): boolean {
  return findBinaries(path) !== null;
}

/** Makes and starts a cluster with fsync on, and these settings (`name=value`), in a folder of its own below `parent`. Throws where this machine has no PostgreSQL programs. */
export async function createOwnPostgres(path: string, own: readonly string[] = [], parent = tmpdir()): Promise<OwnPostgres> {
  const binaries = findBinaries(path);
  if (binaries === null)
    throw new Error(
      'there are no PostgreSQL programs (initdb, postgres) on this machine; install them (Debian: apt-get install postgresql)',
    );
  const account = process.getuid?.() === 0 ? findAccount() : null;
  const folder = mkdtempSync(join(parent, 'deskbridge-chaos-pg-'));
  if (account !== null) chownSync(folder, account.uid, account.gid);
  const data = join(folder, 'data');
  const as = { cwd: folder, env: { PATH: path, HOME: folder, LC_ALL: 'C' }, ...(account ?? {}) };
  const making = ['-D', data, '-U', 'deskbridge', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
  await promisify(execFile)(join(binaries, 'initdb'), making, as);
  const port = await freePort();
  const url = `postgres://deskbridge@127.0.0.1:${port}/postgres`;
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=on', 'max_connections=400', 'shared_buffers=64MB'];
  const args = ['-D', data, '-p', String(port), ...[...settings, ...own].flatMap((setting) => ['-c', setting])];
  let server: ChildProcess | null = null;
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (server === null || !isRunning(server)) return;
    const ended = once(server, 'exit');
    server.kill(signal);
    await ended;
  };
  const start = async (): Promise<void> => {
    server = spawn(join(binaries, 'postgres'), args, { ...as, stdio: 'ignore' });
    await waitUntilServing(url);
  };
  await start();
  return {
    url,
    pid: () => (isRunning(server) ? (server?.pid ?? 0) : 0),
    data,
    // What pg_ctl sends for an immediate stop (postgresql.org/docs/current/server-shutdown.html).
    crash: () => end('SIGQUIT'),
    stop: () => end('SIGINT'),
    start,
    remove: async () => {
      await end('SIGINT');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function isRunning(server: ChildProcess | null): boolean {
  return server !== null && server.exitCode === null && server.signalCode === null;
}

async function waitUntilServing(url: string): Promise<void> {
  for (let tried = 1; tried <= START_TRIES; tried += 1) {
    const db = createPostgres({ url, max: 1 });
    const served = await db.query('select 1').then(
      () => true,
      () => false,
    );
    await db.close();
    if (served) return;
    await new Promise((resolve) => setTimeout(resolve, START_EVERY_MS));
  }
  throw new Error(`PostgreSQL did not serve within ${(START_TRIES * START_EVERY_MS) / 1000} s of its start.`);
}

function findBinaries(path: string): string | null {
  const versions = existsSync(DEBIAN_BINARIES) ? readdirSync(DEBIAN_BINARIES).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [...versions.map((version) => join(DEBIAN_BINARIES, version, 'bin')), ...path.split(delimiter)];
  return folders.find((folder) => folder !== '' && existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres'))) ?? null;
}

function findAccount(): { readonly uid: number; readonly gid: number } {
  const lines = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const name of ACCOUNTS) {
    const found = lines.find((fields) => fields[0] === name);
    if (found !== undefined) return { uid: Number(found[2]), gid: Number(found[3]) };
  }
  throw new Error(`PostgreSQL does not run as root, and there is no account ${ACCOUNTS.join(' or ')} to run it: run this as another user.`);
}
