import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe } from 'vitest';
import { migrate } from '../../store/migrate.ts';
import { createPglite } from '../../store/driver/pglite.ts';
import { createPostgres } from '../../store/driver/postgres.ts';
import type { Database } from '../../store/driver/database.ts';

const START_TIMEOUT_MS = 60_000;
/** Making a database, and filling tables, take long on a busy machine. */
const STATEMENT_MS = 60_000;
const TABLES = 'event, body, queue_key, delivery, lease, gate, connection_gate, parked_request, applied, effect';

/** A database of its own for a test file: where it is, and how it is removed. */
export interface TestDatabase {
  readonly db: Database;
  /** null on PGlite. */
  readonly url: string | null;
  remove(): Promise<void>;
}

/** Where the tests' PostgreSQL is; without it only PGlite is tested. */
export const POSTGRES_URL = process.env['TEST_POSTGRES_URL'];

/**
 * Describes the same rules on PGlite and, where TEST_POSTGRES_URL names one, on PostgreSQL. `open` gives the migrated
 * database, emptied, to each test.
 */
export function describeOnEachDatabase(name: string, rules: (open: () => Promise<Database>, kind: Database['kind']) => void): void {
  const kinds: readonly Database['kind'][] = POSTGRES_URL === undefined ? ['pglite'] : ['pglite', 'postgres'];
  describe.each(kinds)(`${name} on %s`, (kind) => {
    let made: TestDatabase | undefined;
    beforeAll(async () => {
      made = kind === 'pglite' ? await makePglite() : await makePostgres();
      await migrate(made.db);
    }, START_TIMEOUT_MS);
    afterAll(async () => {
      await made?.remove();
    }, START_TIMEOUT_MS);
    rules(async () => {
      if (made === undefined) throw new Error('The database is opened before the first test; call open() inside a test.');
      await made.db.query(`truncate ${TABLES}`);
      return made.db;
    }, kind);
  });
}

/** A migrated database for a test of more than the store: on the tests' PostgreSQL where there is one, else PGlite. */
export async function makeDatabase(): Promise<TestDatabase> {
  const made = POSTGRES_URL === undefined ? await makePglite() : await makePostgres();
  await migrate(made.db);
  return made;
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

/** An empty PGlite in memory, not migrated. */
export async function makePglite(): Promise<TestDatabase> {
  const db = await createPglite();
  return { db, url: null, remove: () => db.close() };
}
