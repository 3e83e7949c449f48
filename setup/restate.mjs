// A Restate server for `npm run bench -- peers`, out of its vendor's npm package: 200 MB and its own licence (BSL), therefore no
// dependency, but fetched once into the user's cache folder. Run as a script it prints where the program is.
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { withLock } from './lock.mjs';
import { capture, npmProgram } from './process.mjs';
import { SetupError, step } from './report.mjs';
import { userCacheFolder } from './temporal-cli.mjs';

const VERSION = '1.7.12';
const KEPT_OUTPUT = 500;

/**
 * Finds the server in the cache folder, or fetches it there.
 * @param {import('./restate.mjs').RestateOptions} [options]
 * @returns {Promise<{ path: string; version: string }>}
 * @throws {SetupError} with npm's last words
 */
export async function findRestate(options = {}) {
  const env = options.env ?? process.env;
  const name = `@restatedev/restate-server-${process.platform}-${process.arch}`;
  const folder = join(options.cacheFolder ?? userCacheFolder(env), `restate-${VERSION}`);
  const path = join(folder, 'node_modules', name, 'bin', 'restate-server');
  if (!existsSync(path)) await withLock(`${folder}.lock`, async () => (existsSync(path) ? undefined : fetch(name, folder, env)));
  if (!existsSync(path)) throw new SetupError(`the package ${name}@${VERSION} holds no bin/restate-server`);
  return { path, version: VERSION };
}

/** @param {string} name @param {string} folder @param {NodeJS.ProcessEnv} env */
async function fetch(name, folder, env) {
  mkdirSync(dirname(folder), { recursive: true });
  const scratch = mkdtempSync(`${folder}-`);
  try {
    await step(`Restate server ${VERSION}: npm install`, () => install(`${name}@${VERSION}`, scratch, env));
    rmSync(folder, { recursive: true, force: true });
    renameSync(scratch, folder);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** @param {string} wanted @param {string} folder @param {NodeJS.ProcessEnv} env */
async function install(wanted, folder, env) {
  const npm = npmProgram(env);
  const args = [
    ...npm.args,
    'install',
    '--prefix',
    folder,
    '--ignore-scripts',
    '--no-save',
    '--no-package-lock',
    '--loglevel',
    'error',
    wanted,
  ];
  const { code, output } = await capture(npm.file, args, { cwd: folder, env });
  if (code !== 0) throw new SetupError(`npm install ${wanted} failed (exit code ${code}): ${output.trim().slice(-KEPT_OUTPUT)}`);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    console.log(JSON.stringify(await findRestate()));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
