import { defineConfig } from 'vitest/config';

// End to end: real servers and several pages, so one file after the other and with time for a slow machine.
export default defineConfig({
  resolve: { conditions: ['vision-light-source', 'node'] },
  ssr: { resolve: { conditions: ['vision-light-source', 'node'] } },
  test: {
    include: ['tests/e2e/**/*.test.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    fileParallelism: false,
    maxWorkers: 1,
  },
});
