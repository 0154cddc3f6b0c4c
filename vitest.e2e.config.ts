import { defineConfig } from 'vitest/config';

// End to end: real servers and several pages, so one file after the other and with time for a slow machine.
export default defineConfig({
  resolve: { conditions: ['vision-light-source', 'node'] },
  ssr: { resolve: { conditions: ['vision-light-source', 'node'] } },
  test: {
    include: ['tests/e2e/**/*.test.ts'],
    // For what hangs, not for what is slow: a machine may have much else to do.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 300_000, interval: 100 } },
    fileParallelism: false,
    maxWorkers: 1,
  },
});
