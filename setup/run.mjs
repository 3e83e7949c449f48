// The entry of every npm script: sets up what the command needs, then becomes the command.
// Plain JavaScript without dependencies, since it runs before `npm ci`.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureBuild } from './build.mjs';
import { COMMANDS, needsTemporalCli } from './commands.mjs';
import { ensureDependencies } from './install.mjs';
import { withLock } from './lock.mjs';
import { findPostgres } from './postgres.mjs';
import { exitOnSignal, foreground } from './process.mjs';
import { SetupError, say } from './report.mjs';
import { findTemporalCli } from './temporal-cli.mjs';

const MINIMUM_NODE = [20, 19];
const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const CACHE = join(ROOT, '.cache');

const [name = '', ...args] = process.argv.slice(2);
try {
  process.exitCode = await main(name, args);
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

/** @param {string} name @param {string[]} args @returns {Promise<number>} the command's exit code */
async function main(name, args) {
  checkNode(process.versions.node);
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) throw new SetupError(`setup: no command "${name}"; there are ${Object.keys(COMMANDS).join(', ')}`);
  const temporal = needsTemporalCli(command, args, readText);
  const stopExiting = exitOnSignal();
  const cli = await withLock(join(CACHE, 'setup.lock'), async () => {
    await ensureDependencies(ROOT);
    if (command.build) await ensureBuild(ROOT);
    return temporal ? findTemporalCli() : null;
  });
  const postgres = command.postgres ? await findPostgres({ env: process.env, cacheFolder: CACHE }) : null;
  if (postgres !== null) say(postgres.text);
  stopExiting();
  try {
    return await foreground(process.execPath, [...command.program, ...args], { cwd: ROOT, env: environment(cli, postgres) });
  } finally {
    await postgres?.stop();
  }
}

/** @param {string} version */
function checkNode(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = MINIMUM_NODE;
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return;
  throw new SetupError(
    `Deskbridge needs Node ${MINIMUM_NODE.join('.')} or newer, this is ${version}: install a newer one (https://nodejs.org) and run the same command again.`,
  );
}

/** @param {import('./temporal-cli.mjs').TemporalCli | null} cli @param {import('./postgres.mjs').TestPostgres | null} postgres */
function environment(cli, postgres) {
  return {
    ...process.env,
    ...(cli === null ? {} : { TEMPORAL_CLI_PATH: cli.path }),
    ...(postgres?.url ? { TEST_POSTGRES_URL: postgres.url } : {}),
  };
}

/** @param {string} path within the folder that the command runs in */
function readText(path) {
  const file = resolve(ROOT, path);
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}
