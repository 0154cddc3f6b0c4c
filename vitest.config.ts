import { defineConfig } from 'vitest/config';

// Tests run on the TypeScript sources of every package, not on what was last built.
export default defineConfig({
  resolve: { conditions: ['vision-light-source', 'node'] },
  ssr: { resolve: { conditions: ['vision-light-source', 'node'] } },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'tests/{model,tidy,sim,attack,fuzz,node}/**/*.test.ts'],
    // For what hangs, not for what is slow: a machine may have much else to do.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 300_000 } },
    // The machines that run this have two cores; more workers only make timings worse.
    maxWorkers: 2,
  },
});
