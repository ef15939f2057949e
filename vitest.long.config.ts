import { defineConfig } from 'vitest/config';
import quick from './vitest.config.ts';

/** Long stories, and tests that start many processes: without them `npm test` stays under two minutes. */
export default defineConfig({
  test: {
    ...quick.test,
    include: ['test/**/*.long.ts', 'test/store/*.test.ts'],
    env: { STORE_ENGINE: 'simulated' },
    testTimeout: 60_000,
  },
});
