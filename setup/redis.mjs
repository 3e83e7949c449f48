// A Redis for `npm run bench -- peers`: the one on the PATH, or Debian's package where we may install it. Run as a script it prints
// where the program is.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { capture } from './process.mjs';
import { SetupError, step } from './report.mjs';

const PROGRAM = 'redis-server';
const PACKAGE = 'redis-server';
const KEPT_OUTPUT = 500;

/**
 * Finds redis-server on the PATH, or installs Debian's package where we are root.
 * @param {import('./redis.mjs').RedisOptions} [options]
 * @returns {Promise<{ path: string }>}
 * @throws {SetupError} with what to do
 */
export async function findRedis(options = {}) {
  const env = options.env ?? process.env;
  const found = onPath(env);
  if (found !== null) return { path: found };
  if (!(options.isRoot ?? process.getuid?.() === 0)) throw new SetupError(refusal('and only root may install it'));
  return { path: await step(`Redis: apt-get install ${PACKAGE}`, () => install(env)) };
}

/** @param {NodeJS.ProcessEnv} env */
async function install(env) {
  const said = await runAptGet(env);
  const path = onPath(env);
  if (path === null) throw new SetupError(refusal(`and apt-get could not install it: ${said.slice(-KEPT_OUTPUT)}`));
  return path;
}

/** @param {NodeJS.ProcessEnv} env @returns {Promise<string>} what it said last */
async function runAptGet(env) {
  const quiet = { env: { ...env, DEBIAN_FRONTEND: 'noninteractive' } };
  const first = await capture('apt-get', ['install', '-y', PACKAGE], quiet);
  if (first.code === 0) return first.output;
  // The list of packages may be missing or old.
  await capture('apt-get', ['update'], quiet);
  return (await capture('apt-get', ['install', '-y', PACKAGE], quiet)).output.trim();
}

/** @param {NodeJS.ProcessEnv} env */
function onPath(env) {
  const folders = (env['PATH'] ?? '').split(delimiter).filter(Boolean);
  return folders.map((folder) => join(folder, PROGRAM)).find(isExecutable) ?? null;
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** @param {string} why */
function refusal(why) {
  return `there is no ${PROGRAM} on the PATH, ${why}. Install Redis 5 or newer (Debian: apt-get install ${PACKAGE}).`;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    console.log(JSON.stringify(await findRedis()));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
