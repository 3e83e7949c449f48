import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/helpers/longest-first.ts';

const TEMPORAL_TESTS = ['test/workflows/**/*.test.ts', 'test/e2e/**/*.test.ts', 'test/chaos/**/*.test.ts'];
/** What the Temporal SDK says in a process goes to one place: here into the log that is searched for secrets. */
const WITH_SDK_LOG = ['test/e2e/secrecy.test.ts'];
const EMPTY_STORE = 'test/helpers/empty-store.ts';
const TEST_TIMEOUT_MS = 180_000;

export default defineConfig({
  test: {
    pool: 'forks',
    // More than cores: the long tests wait for leases and time-outs more than they work.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    testTimeout: TEST_TIMEOUT_MS,
    hookTimeout: TEST_TIMEOUT_MS,
    projects: [
      {
        extends: true,
        test: { name: 'unit', isolate: false, include: ['test/**/*.test.ts'], exclude: TEMPORAL_TESTS, globalSetup: [EMPTY_STORE] },
      },
      // A dev server is started once, and only when one of these files runs.
      {
        extends: true,
        test: {
          name: 'temporal',
          isolate: false,
          include: TEMPORAL_TESTS,
          exclude: WITH_SDK_LOG,
          setupFiles: ['test/helpers/quiet-temporal.ts'],
          globalSetup: [EMPTY_STORE, 'test/helpers/temporal-server.ts'],
        },
      },
      { extends: true, test: { name: 'temporal-alone', include: WITH_SDK_LOG, globalSetup: [EMPTY_STORE] } },
    ],
  },
});
