// `npm test`: everything that proves the product. Static checks first, side by side; then the tests. Ends with `N passed, N failed`.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { capture, foreground } from './process.mjs';
import { isCi } from './postgres.mjs';
import { seconds } from './report.mjs';

const CACHE = '.cache';
const REPORT = `${CACHE}/vitest.json`;
const SUMMARY = `${CACHE}/test-summary.txt`;
/** Two cores are the smallest machine that we promise minutes for. */
const SIDE_BY_SIDE = 2;

const CHECKS = [
  {
    name: 'types',
    args: ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json', '--incremental', '--tsBuildInfoFile', `${CACHE}/types.tsbuildinfo`],
  },
  {
    name: 'lint',
    args: ['node_modules/eslint/bin/eslint.js', '.', '--cache', '--cache-location', `${CACHE}/eslint`, '--max-warnings', '0'],
  },
  {
    name: 'arrows',
    args: ['setup/arrows.mjs'],
  },
  {
    name: 'format',
    args: [
      'node_modules/prettier/bin/prettier.cjs',
      '--check',
      '.',
      '--cache',
      '--cache-location',
      `${CACHE}/prettier`,
      '--log-level',
      'warn',
    ],
  },
  { name: 'unused', args: ['node_modules/knip/bin/knip.js', '--no-progress', '--cache', '--cache-location', `${CACHE}/knip`] },
  { name: 'shape', args: ['--import', 'tsx', 'setup/shape/shape.ts', '--no-arrows'] },
];

const startedMs = Date.now();
mkdirSync(CACHE, { recursive: true });
rmSync(SUMMARY, { force: true });
const checks = await runChecks();
const tests = await runTests(process.argv.slice(2));
const passed = checks.filter((check) => check.ok).length + tests.passed;
const failed = checks.filter((check) => !check.ok).length + tests.failed;
printSummary();
process.exitCode = failed === 0 ? 0 : 1;

/** @returns {Promise<{ name: string; ok: boolean }[]>} */
async function runChecks() {
  const waiting = [...CHECKS];
  /** @type {{ name: string; ok: boolean }[]} */
  const results = [];
  const lane = async () => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) results.push(await runCheck(check));
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, lane));
  return results;
}

/** @param {{ name: string; args: string[] }} check */
async function runCheck({ name, args }) {
  const sinceMs = Date.now();
  const { code, output } = await capture(process.execPath, args);
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds(sinceMs)})`);
  if (code !== 0) console.log(output.trimEnd());
  return { name, ok: code === 0 };
}

/**
 * Counts by vitest's report. A run that ends badly without a failed test (an unhandled error, a crash) counts as one failure.
 * @param {readonly string[]} args
 */
async function runTests(args) {
  rmSync(REPORT, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${REPORT}`];
  const code = await foreground(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...reporters, ...args]);
  const report = existsSync(REPORT) ? JSON.parse(readFileSync(REPORT, 'utf8')) : null;
  const skipped = report === null ? [] : skippedTests(report);
  // A file that fails to load fails no test; nor does a hook of it.
  const failed = (report?.numFailedTests ?? 0) + failedFiles(report) + (isCi(process.env) ? skipped.length : 0);
  const count = report?.numPassedTests ?? 0;
  return { passed: count, failed: failed === 0 && (code !== 0 || count === 0) ? 1 : failed, skipped };
}

/** @param {{ testResults: { status: string; assertionResults: { status: string }[] }[] } | null} report */
function failedFiles(report) {
  const files = report?.testResults ?? [];
  return files.filter((file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed')).length;
}

/** @param {{ testResults: { assertionResults: { status: string; fullName: string }[] }[] }} report @returns {string[]} */
function skippedTests(report) {
  const all = report.testResults.flatMap((file) => file.assertionResults);
  return all.filter((test) => ['pending', 'skipped', 'todo'].includes(test.status)).map((test) => test.fullName);
}

function printSummary() {
  for (const test of tests.skipped) console.log(`not run: ${test}`);
  if (tests.skipped.length > 0) console.log(`${tests.skipped.length} not run${isCi(process.env) ? ', which counts as failed in CI' : ''}`);
  const bad = checks.filter((check) => !check.ok).map((check) => check.name);
  console.log(
    `checks: ${bad.length === 0 ? 'all in order' : `failed: ${bad.join(', ')}`}; tests: ${tests.passed} passed, ${tests.failed} failed; ${seconds(startedMs)}`,
  );
  const line = `${passed} passed, ${failed} failed`;
  writeFileSync(SUMMARY, `${line}\n`);
  console.log(line);
}
