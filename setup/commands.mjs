// What `npm run NAME` runs, and what it needs set up before.

/**
 * @typedef {object} Command
 * @property {readonly string[]} program what node is called with
 * @property {boolean} build whether dist/ must be up to date
 * @property {'yes' | 'no' | 'without-address' | 'for-dev'} temporal whether a Temporal CLI is needed: `without-address` only where the
 *   configuration names no Temporal server, `for-dev` only for the CLI's commands that start one
 * @property {boolean} postgres whether it gets a PostgreSQL for tests
 */

const VITEST = 'node_modules/vitest/vitest.mjs';
const CLI = 'dist/cli/main.js';

/** @type {Readonly<Record<string, Command>>} */
export const COMMANDS = {
  demo: { program: [CLI, 'demo'], build: true, temporal: 'yes', postgres: false },
  start: { program: [CLI, 'dev'], build: true, temporal: 'without-address', postgres: false },
  deskbridge: { program: [CLI], build: true, temporal: 'for-dev', postgres: false },
  vectors: { program: ['--import', 'tsx', 'setup/vectors/vectors.ts'], build: true, temporal: 'no', postgres: false },
  test: { program: ['setup/gates.mjs'], build: true, temporal: 'yes', postgres: true },
  'test:unit': { program: [VITEST, 'run'], build: true, temporal: 'yes', postgres: true },
  histories: { program: [VITEST, 'run', '--config', 'vitest.histories.config.ts'], build: true, temporal: 'yes', postgres: false },
  chaos: { program: ['dist/bench/chaos.js'], build: true, temporal: 'yes', postgres: true },
  bench: { program: ['dist/bench/main.js'], build: true, temporal: 'yes', postgres: true },
  screenshots: { program: ['setup/screenshots.mjs'], build: true, temporal: 'yes', postgres: false },
  shape: { program: ['--import', 'tsx', 'setup/shape/shape.ts'], build: false, temporal: 'no', postgres: false },
};

const CLI_COMMANDS_WITH_DEV_SERVER = ['dev', 'demo'];

/**
 * @param {Command} command
 * @param {readonly string[]} args what follows the command's name
 * @param {(path: string) => string | null} readText the text of a file, null where there is none
 * @returns {boolean}
 */
export function needsTemporalCli(command, args, readText) {
  if (command.temporal === 'yes') return true;
  if (command.temporal === 'no') return false;
  if (command.temporal === 'for-dev' && !CLI_COMMANDS_WITH_DEV_SERVER.includes(args[0] ?? '')) return false;
  return !namesTemporalAddress(readText(configPath(args)) ?? '');
}

/** @param {readonly string[]} args */
function configPath(args) {
  const index = args.indexOf('--config');
  const inline = args.find((arg) => arg.startsWith('--config='));
  return inline?.slice('--config='.length) ?? (index === -1 ? undefined : args[index + 1]) ?? 'deskbridge.yaml';
}

/** Set-up has no YAML parser: it reads just enough to see `address` within `temporal`. @param {string} yaml */
function namesTemporalAddress(yaml) {
  return (
    /^temporal:[ \t]*\{[^}]*\baddress[ \t]*:/m.test(yaml) ||
    /^temporal:[^\n{]*\n(?:[ \t]+[^\n]*\n|[ \t]*\n|#[^\n]*\n)*?[ \t]+address[ \t]*:/m.test(yaml)
  );
}
