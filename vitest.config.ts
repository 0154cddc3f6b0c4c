import { defineConfig } from 'vitest/config';

/** Tests run on the TypeScript sources of every package, not on what was last built. */
const sources = { conditions: ['vision-light-source', 'node'] };

export default defineConfig({
  resolve: sources,
  ssr: { resolve: sources },
  test: {
    // A test that hangs costs a minute. A test that needs long is split: machines differ fourfold and do other things.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Shorter than a test, so that a poll that fails says what it waited for.
    expect: { poll: { timeout: 50_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', 'tests/{model,tidy,sim,attack,fuzz,node}/**/*.test.ts'],
          // The machines that run this have two cores; more workers only make timings worse.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['tests/e2e/**/*.test.ts'],
          // After all of unit. These files mostly wait for blocks and timers, so two at a time, of either browser.
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
          expect: { poll: { interval: 100 } },
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e-firefox',
          include: ['tests/e2e/**/*.test.ts'],
          // One has both browsers already; the others need what only Chromium lets a test do, such as TURN on loopback.
          exclude: ['two-engines', 'visitors-device', 'nginx', 'join-by-camera', 'privacy'].map(
            (name) => `tests/e2e/${name}.test.ts`,
          ),
          env: { BROWSER_ENGINE: 'firefox' },
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
          expect: { poll: { interval: 100 } },
        },
      },
    ],
  },
});
