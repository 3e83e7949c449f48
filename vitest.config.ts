import { defineConfig } from 'vitest/config';

const TEMPORAL_TESTS = ['test/workflows/**/*.test.ts', 'test/e2e/**/*.test.ts', 'test/chaos/**/*.test.ts'];
const TEST_TIMEOUT_MS = 180_000;

export default defineConfig({
  test: {
    pool: 'forks',
    // More than cores: the long tests wait for leases and time-outs more than they work.
    maxWorkers: 3,
    testTimeout: TEST_TIMEOUT_MS,
    hookTimeout: TEST_TIMEOUT_MS,
    projects: [
      { extends: true, test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: TEMPORAL_TESTS } },
      // A dev server is started once, and only when one of these files runs.
      {
        extends: true,
        test: {
          name: 'temporal',
          include: TEMPORAL_TESTS,
          setupFiles: ['test/helpers/quiet-temporal.ts'],
          globalSetup: ['test/helpers/temporal-server.ts'],
        },
      },
    ],
  },
});
