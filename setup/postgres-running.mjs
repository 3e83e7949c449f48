// A PostgreSQL that already runs on this machine and lets us in: the tests get a database of their own in it, dropped at the end.
import { randomBytes } from 'node:crypto';
import { userInfo } from 'node:os';

const CONNECT_TIMEOUT_MS = 1_000;
const DEFAULT_PORT = '5432';

/**
 * @param {NodeJS.ProcessEnv} env PGHOST, PGPORT, PGUSER and PGPASSWORD are honoured, as by psql
 * @returns {Promise<import('./postgres.mjs').TestPostgres | null>} null: none runs, or it does not let us make a database
 */
export async function borrowRunning(env) {
  const host = env['PGHOST'] ?? '127.0.0.1';
  const port = env['PGPORT'] ?? DEFAULT_PORT;
  const name = `deskbridge_test_${randomBytes(4).toString('hex')}`;
  const admin = toUrl(env, host, port, 'postgres');
  if (!(await runSql(admin, `CREATE DATABASE ${name}`))) return null;
  const stop = async () => {
    await runSql(admin, `DROP DATABASE ${name} WITH (FORCE)`);
  };
  return { url: toUrl(env, host, port, name), text: `PostgreSQL: the one on ${host}:${port}, in the database ${name}`, stop };
}

/** @param {NodeJS.ProcessEnv} env @param {string} host @param {string} port @param {string} database */
function toUrl(env, host, port, database) {
  const user = encodeURIComponent(env['PGUSER'] ?? userInfo().username);
  const password = env['PGPASSWORD'] === undefined ? '' : `:${encodeURIComponent(env['PGPASSWORD'])}`;
  return `postgres://${user}${password}@${encodeURIComponent(host)}:${port}/${database}`;
}

/** @param {string} url @param {string} statement @returns {Promise<boolean>} whether it was done */
async function runSql(url, statement) {
  // Imported late: set-up runs before the dependencies are there.
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(statement);
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
