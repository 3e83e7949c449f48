import { defineConfig } from 'vitest/config';

const TIMEOUT_MS = 120_000;

/** `npm run histories`: writes the replay corpus anew, from a run of the product. */
export default defineConfig({
  test: {
    pool: 'forks',
    testTimeout: TIMEOUT_MS,
    hookTimeout: TIMEOUT_MS,
    include: ['test/workflows/export-histories.ts'],
    globalSetup: ['test/helpers/temporal-server.ts'],
  },
});
