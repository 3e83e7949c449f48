import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { migrate } from '../store/migrate.ts';
import { createPglite } from '../store/driver/pglite.ts';
import { createPostgres } from '../store/driver/postgres.ts';
import { CliFailure, messageOf } from './fail.ts';
import type { Secret } from '../model/secret.ts';
import type { Database } from '../store/driver/database.ts';
import type { Migration } from '../store/migration.ts';

const POOL = 2;
/** A person waits, and may have asked for much: this is no place for a server's haste. */
const STATEMENT_MS = 30_000;

/** The configured store, and its whole schema. */
export interface StoreToOpen {
  readonly store: { readonly url?: Secret | undefined; readonly dir?: string | undefined };
  readonly migrations: readonly Migration[];
}

/**
 * Opens the configured store for a command. An embedded one must exist already and is brought up to date, since nobody else can use it;
 * tables of a PostgreSQL are left to `server` and `worker`. Throws CliFailure with what to do.
 */
export async function openStore({ store, migrations }: StoreToOpen, cwd: string): Promise<Database> {
  const { url, dir } = store;
  if (url !== undefined) return openPostgres(url.reveal());
  const dataDir = resolve(cwd, dir ?? '.deskbridge/store');
  if (!existsSync(dataDir))
    throw new CliFailure(
      `There is no store at ${dataDir} yet: start Deskbridge once (npm start), or run this command in the folder where it runs.`,
    );
  try {
    const db = await createPglite({ dataDir });
    await migrate(db, migrations).catch(async (error: unknown) => {
      await db.close().catch(() => undefined);
      throw error;
    });
    return db;
  } catch (error) {
    throw new CliFailure(messageOf(error), 1, { cause: error });
  }
}

async function openPostgres(url: string): Promise<Database> {
  const db = createPostgres({ url, max: POOL, statementMs: STATEMENT_MS });
  try {
    const [row] = await db.query<{ ready: boolean }>(`select to_regclass('delivery') is not null as ready`);
    if (row?.ready === true) return db;
  } catch (error) {
    await db.close();
    throw new CliFailure(`The store does not answer. Check that PostgreSQL runs and that store.url names it.`, 1, { cause: error });
  }
  await db.close();
  throw new CliFailure('The store has no tables yet: start deskbridge server once, which makes them.');
}
