import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { createOwnPostgres } from '../../bench/chaos/postgres.ts';
import { createPostgres } from '../../store/driver/postgres.ts';
import { eventually } from './eventually.ts';
import { countRows } from './inbox.ts';
import { startTcpProxy } from '../../bench/rig/tcp-proxy.ts';
import type { OwnPostgres } from '../../bench/chaos/postgres.ts';
import type { Database } from '../../store/driver/database.ts';
import type { TcpProxy } from '../../bench/rig/tcp-proxy.ts';

const PASSWORD = 'first';
const STATEMENT_MS = 60_000;
/** So few that a test can use them up. */
const CONNECTIONS = 60;
const GRAB_EVERY_MS = 5;

/** A PostgreSQL of a test's own, to play its outages on. The product signs in as `app`, with a password, and owns its database. */
export interface OwnStore {
  /** What the product uses, behind the proxy. */
  readonly db: Database;
  /** The same database for the test's own questions, past the proxy and as a superuser. */
  readonly direct: Database;
  readonly proxy: TcpProxy;
  /** Where the product's database is. */
  readonly url: string;
  /** The folder of the cluster's files. */
  readonly data: string;
  /** Ends every session of the product. */
  cutSessions(): Promise<void>;
  setPassword(password: string): Promise<void>;
  /** Takes every connection that is left; the answered function gives them back. */
  takeConnections(): Promise<() => Promise<void>>;
  /** Comes back as a standby, which only answers reads. */
  demote(): Promise<void>;
  promote(): Promise<void>;
  /** Notes every row and sequence of the schema `public`; the answered function sets them back, in one transaction. */
  backUp(): Promise<() => Promise<void>>;
  remove(): Promise<void>;
}

/** Makes one; not migrated. `disk`: a folder for the files of the product's database, given the user who runs the cluster. */
export async function makeOwnStore(disk?: (owner: number) => string): Promise<OwnStore> {
  const postgres = await createOwnPostgres(process.env['PATH'] ?? '', [`max_connections=${CONNECTIONS}`]);
  demandPassword(postgres);
  const admin = createPostgres({ url: postgres.url, max: 1, statementMs: STATEMENT_MS });
  await admin.query('select pg_reload_conf()');
  await admin.query(`create role app login password '${PASSWORD}'`);
  if (disk !== undefined) await admin.query(`create tablespace own location '${disk(statSync(postgres.data).uid)}'`);
  await admin.query(`create database desk owner app ${disk === undefined ? '' : 'tablespace own'}`);
  await admin.close();
  const directUrl = new URL(postgres.url);
  directUrl.pathname = '/desk';
  const direct = createPostgres({ url: directUrl.href, max: 2, statementMs: STATEMENT_MS });
  await direct.query('alter schema public owner to app');
  const proxy = await startTcpProxy({ host: directUrl.hostname, port: Number(directUrl.port) });
  const url = `postgres://app:${PASSWORD}@127.0.0.1:${proxy.port}/desk`;
  const db = createPostgres({ url, max: 16 });
  const countSessions = (): Promise<number> => countRows(direct, 'pg_stat_activity', "usename = 'app'");
  const cutSessions = async (): Promise<void> =>
    void (await direct.query("select pg_terminate_backend(pid, 1000) from pg_stat_activity where usename = 'app'"));
  return {
    db,
    direct,
    proxy,
    url,
    data: postgres.data,
    cutSessions,
    setPassword: async (password) => void (await direct.query(`alter role app password '${password}'`)),
    async takeConnections() {
      const giveBack = holdConnections(directUrl.href);
      await eventually(async () => {
        await cutSessions();
        expect(await countSessions()).toBe(0);
      });
      return giveBack;
    },
    async demote() {
      await postgres.stop();
      writeFileSync(join(postgres.data, 'standby.signal'), '');
      await postgres.start();
    },
    promote: async () => void (await direct.query('select pg_promote()')),
    backUp: () => backUp(direct),
    async remove() {
      await db.close();
      await direct.close();
      await proxy.close();
      await postgres.remove();
    },
  };
}

/** The cluster trusts everybody; of `app` it wants the password. The first line that fits counts. */
function demandPassword({ data }: OwnPostgres): void {
  const path = join(data, 'pg_hba.conf');
  writeFileSync(path, `host all app 127.0.0.1/32 scram-sha-256\n${readFileSync(path, 'utf8')}`);
}

async function backUp(direct: Database): Promise<() => Promise<void>> {
  const namesOf = async (view: string, column: string): Promise<string[]> =>
    (await direct.query<{ name: string }>(`select ${column} as name from ${view} where schemaname = 'public'`)).map(({ name }) => name);
  const tables = await namesOf('pg_tables', 'tablename');
  const sequences = await namesOf('pg_sequences', 'sequencename');
  await direct.query('create schema backup');
  for (const name of [...tables, ...sequences]) await direct.query(`create table backup.${name} as table public.${name}`);
  return () =>
    direct.transaction(async (tx) => {
      for (const name of tables) {
        await tx.query(`truncate public.${name}`);
        await tx.query(`insert into public.${name} overriding system value table backup.${name}`);
      }
      for (const name of sequences) await tx.query(`select setval('public.${name}', last_value, is_called) from backup.${name}`);
      await tx.query('drop schema backup cascade');
    });
}

/** Holds as many connections as there are, and tries for more as soon as one is free. */
function holdConnections(url: string): () => Promise<void> {
  const hogs = createPostgres({ url, max: CONNECTIONS, statementMs: STATEMENT_MS });
  const stop = new AbortController();
  const stopped = new Promise<void>((resolve) => stop.signal.addEventListener('abort', () => resolve()));
  const hold = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      await hogs.transaction(() => stopped).catch(() => undefined);
      await sleep(GRAB_EVERY_MS);
    }
  };
  const holding = Array.from({ length: CONNECTIONS }, hold);
  return async () => {
    stop.abort();
    await Promise.all(holding);
    await hogs.close();
  };
}
