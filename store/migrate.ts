import { inbox } from './migrations/001-inbox.ts';
import { effects } from './migrations/002-effects.ts';
import { plans } from './migrations/003-plans.ts';
import { gates } from './migrations/005-gates.ts';
import type { Database } from './database.ts';

/** Any number that nothing else locks: two processes that start together migrate one after the other. */
const MIGRATION_LOCK = 20_260_517;
const MIGRATIONS: readonly Migration[] = [inbox, effects, plans, gates];

/** One step of the schema; applied once, never edited afterwards. */
export interface Migration {
  readonly id: string;
  readonly statements: readonly string[];
}

/** Brings the schema up to date, all or nothing; safe to run in several processes at once. Answers the ids it applied. */
export async function migrate(db: Database): Promise<readonly string[]> {
  return db.transaction(async (tx) => {
    await tx.query('set local statement_timeout = 0');
    await tx.query('select pg_advisory_xact_lock($1::bigint)', [MIGRATION_LOCK]);
    await tx.query('create table if not exists migration (id text primary key, applied_at timestamptz not null default now())');
    const applied = new Set((await tx.query<{ id: string }>('select id from migration')).map((row) => row.id));
    const missing = MIGRATIONS.filter((migration) => !applied.has(migration.id));
    for (const migration of missing) {
      for (const statement of migration.statements) await tx.query(statement);
      await tx.query('insert into migration (id) values ($1)', [migration.id]);
    }
    return missing.map((migration) => migration.id);
  });
}
