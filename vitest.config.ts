import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Vitest would leave one core free; most tests wait for local servers half of the time.
    maxWorkers: 2,
    // No test leaves anything behind in its process, and loading everything anew for each file takes a third of the time.
    isolate: false,
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
