// Where a Temporal CLI is looked for, by set-up and by the product. Plain JavaScript, since set-up runs before anything is compiled.
import { execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** The version that set-up fetches; its cached copy is kept under this number. */
export const CLI_VERSION = '1.9.1';
/** Oldest CLI that is used where it is found: 1.7 brings server 1.31, the first with task priority on by default. */
export const MINIMUM_VERSION = '1.7.0';

const VERSION_TIMEOUT_MS = 20_000;
const BINARY = process.platform === 'win32' ? 'temporal.exe' : 'temporal';

/**
 * Looks at TEMPORAL_CLI_PATH, then along the PATH, then at the cached copy; the first that is new enough. What TEMPORAL_CLI_PATH names
 * is used or refused, never passed over.
 * @param {NodeJS.ProcessEnv} env
 * @param {string} [cacheFolder]
 * @returns {Promise<import('./cli-search.mjs').CliSearch>}
 */
export async function searchTemporalCli(env, cacheFolder = userCacheFolder(env)) {
  const given = env['TEMPORAL_CLI_PATH'];
  /** @type {string[]} */
  const tried = [];
  const cached = cachedCli(cacheFolder);
  if (given !== undefined && given !== '') {
    const cli = await tryBinary('TEMPORAL_CLI_PATH', given, env, tried);
    return { cli, tried, cached, given: true };
  }
  const cli = (await tryPath(env, tried)) ?? (await tryBinary('cached copy', cached, env, tried));
  return { cli, tried, cached, given: false };
}

/** Where fetched programs are kept between clones. @param {NodeJS.ProcessEnv} env */
export function userCacheFolder(env) {
  if (env['XDG_CACHE_HOME']) return join(env['XDG_CACHE_HOME'], 'deskbridge');
  if (process.platform === 'win32') return join(env['LOCALAPPDATA'] ?? homedir(), 'deskbridge');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'deskbridge');
  return join(homedir(), '.cache', 'deskbridge');
}

/**
 * Asks a binary for its version. Answers null, and adds to `tried` why, where it is not there, not executable, no Temporal CLI or too old.
 * @param {string} source how it was found, for people
 * @param {string} path
 * @param {NodeJS.ProcessEnv} env
 * @param {string[]} tried
 * @returns {Promise<import('./cli-search.mjs').TemporalCli | null>}
 */
export async function tryBinary(source, path, env, tried) {
  if (!isExecutable(path)) {
    tried.push(`${source}: ${path} is not there or not executable`);
    return null;
  }
  const answer = await askVersion(path, env);
  const version = /version (\d+\.\d+\.\d+[^\s]*)/.exec(answer.output)?.[1];
  if (!answer.ok || version === undefined) {
    tried.push(`${source}: ${path} --version did not answer as a Temporal CLI does`);
    return null;
  }
  if (isAtLeast(version, MINIMUM_VERSION)) return { path, version, source };
  tried.push(`${source}: ${path} is ${version}, at least ${MINIMUM_VERSION} is needed`);
  return null;
}

/** Whether a version reads at least as new as another: numbers by dots, what follows a hyphen ignored. @param {string} version @param {string} minimum */
export function isAtLeast(version, minimum) {
  const parts = (/** @type {string} */ text) => (text.split('-')[0] ?? '').split('.').map(Number);
  const [left, right] = [parts(version), parts(minimum)];
  for (let index = 0; index < 3; index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** @param {NodeJS.ProcessEnv} env @param {string[]} tried */
async function tryPath(env, tried) {
  const candidates = (env['PATH'] ?? '')
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, BINARY))
    .filter(isExecutable);
  if (candidates.length === 0) tried.push('PATH: no `temporal` on it');
  for (const path of candidates) {
    const found = await tryBinary('PATH', path, env, tried);
    if (found !== null) return found;
  }
  return null;
}

/** @param {string} cacheFolder */
function cachedCli(cacheFolder) {
  return join(cacheFolder, `temporal-${CLI_VERSION}`, BINARY);
}

/** @param {string} path @param {NodeJS.ProcessEnv} env @returns {Promise<{ ok: boolean; output: string }>} */
function askVersion(path, env) {
  return new Promise((resolve) => {
    execFile(path, ['--version'], { env, timeout: VERSION_TIMEOUT_MS }, (error, stdout, stderr) =>
      resolve({ ok: error === null, output: `${stdout}${stderr}` }),
    );
  });
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
