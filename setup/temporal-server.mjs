// A real Temporal server for `npm run bench -- ingest --temporal real`: built once from the public Go modules and kept in the user's
// cache folder. Run as a script it prints where the two programs are.
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { withLock } from './lock.mjs';
import { capture } from './process.mjs';
import { SetupError, step } from './report.mjs';
import { userCacheFolder } from './temporal-cli.mjs';

/** The version that the dev server of the pinned CLI has inside, for a fair comparison of the two. */
const SERVER_VERSION = '1.32.0';
const MODULE = 'go.temporal.io/server';
/** Its own folder in the module → the program's name, which Go takes from the folder. */
const PROGRAMS = /** @type {const} */ ({ server: 'cmd/server', sqlTool: 'cmd/tools/sql' });
const KEPT_OUTPUT = 2_000;

/**
 * Finds the server's programs in the cache folder, or builds them there.
 * @param {import('./temporal-server.mjs').ServerOptions} [options]
 * @returns {Promise<import('./temporal-server.mjs').TemporalServer>}
 * @throws {SetupError} where Go is missing, or with its last words
 */
export async function findTemporalServer(options = {}) {
  const env = options.env ?? process.env;
  const folder = join(options.cacheFolder ?? userCacheFolder(env), `temporal-server-${SERVER_VERSION}`);
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const programs = { server: join(folder, `server${suffix}`), sqlTool: join(folder, `sql${suffix}`) };
  const isThere = () => existsSync(programs.server) && existsSync(programs.sqlTool);
  if (!isThere()) await withLock(`${folder}.lock`, async () => (isThere() ? undefined : build(folder, env)));
  return { ...programs, version: SERVER_VERSION };
}

/** @param {string} folder @param {NodeJS.ProcessEnv} env */
async function build(folder, env) {
  const { code, output } = await capture('go', ['version'], { env });
  if (code !== 0) {
    throw new SetupError(
      `A real Temporal server is built with Go, and there is none on the PATH (go version: ${output.trim()}). ` +
        'Install Go 1.26.8 or newer (https://go.dev/dl), or measure with `--temporal dev`, which needs none.',
    );
  }
  mkdirSync(dirname(folder), { recursive: true });
  const scratch = mkdtempSync(`${folder}-`);
  try {
    const wanted = Object.values(PROGRAMS).map((path) => `${MODULE}/${path}@v${SERVER_VERSION}`);
    await step(`Temporal server ${SERVER_VERSION}: building it with Go, some minutes the first time`, () => install(wanted, scratch, env));
    rmSync(folder, { recursive: true, force: true });
    renameSync(scratch, folder);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** @param {readonly string[]} wanted @param {string} folder @param {NodeJS.ProcessEnv} env */
async function install(wanted, folder, env) {
  // Without cgo no C compiler is needed, as the vendor's own builds have it.
  const { code, output } = await capture('go', ['install', ...wanted], { env: { ...env, GOBIN: folder, CGO_ENABLED: '0' } });
  if (code !== 0) {
    throw new SetupError(
      `go install of the Temporal server ${SERVER_VERSION} failed (exit code ${code}): ${output.trim().slice(-KEPT_OUTPUT)}\n` +
        'It needs the Go module proxy (or GOPROXY of your own) and some 3 GB of disk while it builds; or measure with `--temporal dev`.',
    );
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    console.log(JSON.stringify(await findTemporalServer()));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
