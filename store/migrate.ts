import { inbox } from './migrations/001-inbox.ts';
import { effects } from './migrations/002-effects.ts';
import { plans } from './migrations/003-plans.ts';
import { gates } from './migrations/005-gates.ts';
import { inboxSources } from './migrations/006-inbox.ts';
import { batches } from './migrations/007-batches.ts';
import { runs } from './migrations/008-runs.ts';
import type { Database, Queryable } from './driver/database.ts';
import type { Migration } from './migration.ts';

/** Any number that nothing else locks: two processes that start together migrate one after the other. */
const MIGRATION_LOCK = 20_260_517;
/** One may rebuild an index of a table that has grown for years; the others wait for it. */
const MIGRATION_MS = 60 * 60 * 1000;
/** Those of the inbox and its ledger. */
export const INBOX_MIGRATIONS: readonly Migration[] = [inbox, effects, plans, gates, inboxSources, batches, runs];

/** Brings the schema up to date, all or nothing; left out: the inbox's own part of it. Safe to run in several processes at once. Answers the ids it applied. */
export async function migrate(db: Database, migrations: readonly Migration[] = INBOX_MIGRATIONS): Promise<readonly string[]> {
  // Most starts find nothing to do: they need no lock, and no patience.
  if ((await missingIn(db, migrations)).length === 0) return [];
  return db.transaction(
    async (tx) => {
      await tx.query('select pg_advisory_xact_lock($1::bigint)', [MIGRATION_LOCK]);
      await tx.query('create table if not exists migration (id text primary key, applied_at timestamptz not null default now())');
      const missing = await missingIn(tx, migrations);
      for (const migration of missing) {
        for (const statement of migration.statements) await tx.query(statement);
        await tx.query('insert into migration (id) values ($1)', [migration.id]);
      }
      return missing.map((migration) => migration.id);
    },
    { limitMs: MIGRATION_MS },
  );
}

async function missingIn(db: Queryable, migrations: readonly Migration[]): Promise<readonly Migration[]> {
  const [begun] = await db.query<{ yes: boolean }>("select to_regclass('migration') is not null as yes");
  if (begun?.yes !== true) return migrations;
  const applied = new Set((await db.query<{ id: string }>('select id from migration')).map((row) => row.id));
  return migrations.filter((migration) => !applied.has(migration.id));
}
