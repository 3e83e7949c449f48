// A real PostgreSQL for the tests: one that is given, one that runs and lets us in, or a throw-away cluster from its binaries.
import { spawn } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { capture } from './process.mjs';
import { SetupError } from './report.mjs';
import { borrowRunning } from './postgres-running.mjs';

const DEBIAN_BINARIES = '/usr/lib/postgresql';
const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 20_000;
/** Accounts that may run a server when we are root, which PostgreSQL refuses to be run by. */
const UNPRIVILEGED_ACCOUNTS = ['postgres', 'nobody'];

const nothingToStop = async () => undefined;

/**
 * Finds or starts a PostgreSQL for the tests.
 * @param {import('./postgres.mjs').PostgresOptions} options
 * @returns {Promise<import('./postgres.mjs').TestPostgres>}
 * @throws {SetupError} in CI, where there must be one
 */
export async function findPostgres(options) {
  const { env } = options;
  const given = env['DESKBRIDGE_TEST_POSTGRES_URL'];
  if (given) return { url: given, text: 'PostgreSQL: the one DESKBRIDGE_TEST_POSTGRES_URL names', stop: nothingToStop };
  const running = await (options.borrow ?? borrowRunning)(env);
  if (running !== null) return running;
  const binaries = await findBinaries(env, options.debianFolder ?? DEBIAN_BINARIES);
  if (binaries !== null) return startCluster(binaries, options.cacheFolder);
  const todo = 'install it (Debian: apt-get install postgresql) or set DESKBRIDGE_TEST_POSTGRES_URL to a database that the tests may fill';
  if (isCi(env)) throw new SetupError(`PostgreSQL: none found, and in CI (CI=${env['CI']}) it must be tested. To go on, ${todo}.`);
  return { url: null, text: `PostgreSQL: none found, only PGlite is tested; to test both, ${todo}`, stop: nothingToStop };
}

/** @param {NodeJS.ProcessEnv} env */
export function isCi(env) {
  return env['CI'] !== undefined && !['', '0', 'false'].includes(env['CI']);
}

/** The folder with initdb and postgres: on the PATH, Debian's newest, or where pg_config says. @param {NodeJS.ProcessEnv} env @param {string} debianFolder */
export async function findBinaries(env, debianFolder) {
  const onPath = (env['PATH'] ?? '').split(delimiter).filter(Boolean);
  const versions = existsSync(debianFolder) ? readdirSync(debianFolder).sort((a, b) => Number(b) - Number(a)) : [];
  const debian = versions.map((version) => join(debianFolder, version, 'bin'));
  const asked = await capture('pg_config', ['--bindir'], { env });
  const configured = asked.code === 0 ? [asked.output.trim()] : [];
  return (
    [...onPath, ...debian, ...configured].find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres'))) ??
    null
  );
}

/** @param {string} binaries @param {string} cacheFolder */
async function startCluster(binaries, cacheFolder) {
  const account = process.getuid?.() === 0 ? unprivilegedAccount() : null;
  // Another account cannot be counted on to reach the project's folder, but reaches the system's one for temporary files.
  const parent = account === null ? cacheFolder : tmpdir();
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'deskbridge-postgres-'));
  if (account !== null) chownSync(folder, account.uid, account.gid);
  const as = { cwd: folder, env: { ...process.env, HOME: folder, LC_ALL: 'C' }, ...(account ?? {}) };
  const data = join(folder, 'data');
  const removeFolder = () => rmSync(folder, { recursive: true, force: true });
  // Set-up that is cut short runs no `finally`.
  process.once('exit', removeFolder);
  try {
    const made = await capture(join(binaries, 'initdb'), ['-D', data, '-U', 'deskbridge', '-A', 'trust', '-E', 'UTF8', '--locale=C'], as);
    if (made.code !== 0) throw new SetupError(`PostgreSQL: initdb of ${binaries} failed:\n${made.output.trim()}`);
    const port = await freePort();
    const stopServer = await startServer(join(binaries, 'postgres'), ['-D', data, '-p', String(port), ...serverSettings(folder)], as);
    const stop = async () => {
      await stopServer();
      process.off('exit', removeFolder);
      removeFolder();
    };
    const url = `postgres://deskbridge@127.0.0.1:${port}/postgres`;
    return { url, text: `PostgreSQL: a throw-away cluster on port ${port}, from ${binaries}`, stop };
  } catch (error) {
    process.off('exit', removeFolder);
    removeFolder();
    throw error;
  }
}

/** fsync stays on: what the tests prove about crashes must hold on a disk. The socket's path has a limit of 107 bytes, so there is none. @param {string} folder */
function serverSettings(folder) {
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=on', 'max_connections=200', 'shared_buffers=64MB'];
  return [...settings, `log_directory=${folder}`].flatMap((setting) => ['-c', setting]);
}

/** @param {string} program @param {readonly string[]} args @param {import('node:child_process').SpawnOptions} as @returns {Promise<() => Promise<void>>} */
async function startServer(program, args, as) {
  // Its own process group: a Ctrl-C reaches the tests first, and we stop the server when they are done.
  const child = spawn(program, [...args], { ...as, stdio: ['ignore', 'ignore', 'pipe'], detached: true });
  const closed = new Promise((resolve) => child.once('close', resolve));
  const quit = () => child.kill('SIGQUIT');
  process.prependOnceListener('exit', quit);
  let log = '';
  await new Promise((resolve, reject) => {
    const fail = (/** @type {string} */ why) => reject(new SetupError(`PostgreSQL: ${program} ${why}:\n${log.trim()}`));
    const timer = setTimeout(() => fail(`was not ready within ${START_TIMEOUT_MS} ms`), START_TIMEOUT_MS);
    child.once('error', (error) => fail(`could not be started (${error.message})`));
    child.once('close', (code) => fail(`ended with code ${code}`));
    child.stderr?.on('data', (chunk) => {
      log = (log + chunk).slice(-4_000);
      if (!log.includes('ready to accept connections')) return;
      clearTimeout(timer);
      resolve(undefined);
    });
  }).catch((error) => {
    child.kill('SIGKILL');
    throw error;
  });
  return async () => {
    const force = setTimeout(() => child.kill('SIGQUIT'), STOP_TIMEOUT_MS);
    child.kill('SIGINT');
    await closed;
    clearTimeout(force);
    process.off('exit', quit);
  };
}

/** @returns {{ uid: number; gid: number }} */
function unprivilegedAccount() {
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const name of UNPRIVILEGED_ACCOUNTS) {
    const entry = accounts.find((fields) => fields[0] === name);
    if (entry !== undefined) return { uid: Number(entry[2]), gid: Number(entry[3]) };
  }
  throw new SetupError(
    `PostgreSQL: we are root, which it refuses, and there is no account ${UNPRIVILEGED_ACCOUNTS.join(' or ')} to run it. ` +
      'Run the tests as another user, or set DESKBRIDGE_TEST_POSTGRES_URL.',
  );
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
