import { defineConfig } from 'vitest/config';
import quick from './vitest.config.ts';

/** Long stories, and tests that start many processes: without them `npm test` stays under two minutes. */
export default defineConfig({
  test: { ...quick.test, include: ['test/**/*.long.ts'], testTimeout: 60_000 },
});
