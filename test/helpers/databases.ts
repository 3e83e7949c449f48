import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { migrations } from '../../processes/slices.ts';
import { migrate } from '../../store/migrate.ts';
import { createPglite } from '../../store/driver/pglite.ts';
import { createPostgres } from '../../store/driver/postgres.ts';
import { putEmptyStore } from './empty-store.ts';
import type { Database } from '../../store/driver/database.ts';

/** Making a database, and filling tables, take long on a busy machine. */
const STATEMENT_MS = 60_000;
/** Those that were made last first, for they may refer to earlier ones. Not `truncate`: that gives each table and index new files, which PostgreSQL forces to the disk: a quarter of a second for a test. */
const EMPTY_TABLES = `
do $$ declare t regclass; begin
  for t in
    select oid from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace and relname <> 'migration' order by oid desc
  loop
    execute 'delete from ' || t;
  end loop;
end $$`;

/** A database of its own for a test file: where it is, and how it is removed. */
export interface TestDatabase {
  readonly db: Database;
  /** null on PGlite. */
  readonly url: string | null;
  remove(): Promise<void>;
}

/** The databases of the file that runs: a worker runs one file at a time, and each file removes its own. */
const sharedByFile = new Map<Database['kind'], Promise<TestDatabase>>();

/** Where the tests' PostgreSQL is; without it only PGlite is tested. */
export const POSTGRES_URL = process.env['TEST_POSTGRES_URL'];

/**
 * Describes the same rules on PGlite and, where TEST_POSTGRES_URL names one, on PostgreSQL. `open` gives the migrated
 * database, emptied, to each test. All calls of a file share its two databases. To be called at the top of the file, not in a `describe`.
 */
export function describeOnEachDatabase(name: string, rules: (open: () => Promise<Database>, kind: Database['kind']) => void): void {
  const kinds: readonly Database['kind'][] = POSTGRES_URL === undefined ? ['pglite'] : ['pglite', 'postgres'];
  afterAll(removeShared);
  describe.each(kinds)(`${name} on %s`, (kind) => {
    let made: TestDatabase | undefined;
    beforeAll(async () => {
      made = await openShared(kind);
    });
    rules(async () => {
      if (made === undefined) throw new Error('The database is opened before the first test; call open() inside a test.');
      await made.db.query(EMPTY_TABLES);
      return made.db;
    }, kind);
  });
}

function openShared(kind: Database['kind']): Promise<TestDatabase> {
  const opened = sharedByFile.get(kind) ?? (kind === 'pglite' ? makePglite() : makePostgres()).then(migrated);
  sharedByFile.set(kind, opened);
  return opened;
}

async function removeShared(): Promise<void> {
  const all = [...sharedByFile.values()];
  sharedByFile.clear();
  for (const opened of all) await (await opened).remove();
}

async function migrated(made: TestDatabase): Promise<TestDatabase> {
  await migrate(made.db, migrations);
  return made;
}

/** A migrated database for a test of more than the store: on the tests' PostgreSQL where there is one, else PGlite. */
export async function makeDatabase(): Promise<TestDatabase> {
  return migrated(POSTGRES_URL === undefined ? await makePglite() : await makePostgres());
}

/** A migrated PGlite. */
export async function makeEmbedded(): Promise<TestDatabase> {
  return migrated(await makePglite());
}

/** An empty database on the tests' PostgreSQL, not migrated. */
export async function makePostgres(): Promise<TestDatabase> {
  if (POSTGRES_URL === undefined)
    throw new Error('TEST_POSTGRES_URL is not set; expected the URL of a PostgreSQL server on which databases can be made.');
  const name = `deskbridge_test_${randomUUID().replaceAll('-', '')}`;
  const admin = createPostgres({ url: POSTGRES_URL, max: 1, statementMs: STATEMENT_MS });
  await admin.query(`create database ${name}`);
  const url = new URL(POSTGRES_URL);
  url.pathname = `/${name}`;
  const db = createPostgres({ url: url.href, statementMs: STATEMENT_MS });
  return {
    db,
    url: url.href,
    remove: async () => {
      await db.close();
      await admin.query(`drop database ${name} with (force)`);
      await admin.close();
    },
  };
}

/** An empty PGlite, not migrated. */
export function makePglite(): Promise<TestDatabase> {
  const folder = mkdtempSync(join(tmpdir(), 'deskbridge-pglite-'));
  return openPglite(join(folder, 'store'), () => rmSync(folder, { recursive: true, force: true }));
}

async function openPglite(dataDir: string, removeFolder: () => void): Promise<TestDatabase> {
  try {
    putEmptyStore(dataDir);
    const db = await createPglite({ dataDir, statementMs: STATEMENT_MS });
    return { db, url: null, remove: () => db.close().finally(removeFolder) };
  } catch (error) {
    removeFolder();
    throw error;
  }
}
