import { defineConfig } from 'vitest/config';

/** Tests run on the TypeScript sources of every package, not on what was last built. */
const sources = { conditions: ['vision-light-source', 'node'] };

/**
 * Whole networks run on the packages as they were built, which is some three times as fast: what vitest reads itself looks
 * each imported name up whenever it is used. `npm test` builds first.
 */
const built = { conditions: ['node'] };

/** A test that hangs costs a minute. A test that needs long is split: machines differ fourfold and do other things. */
const TEST_TIMEOUT_MS = 60_000;

/** One has both browsers already; the others need what only Chromium lets a test do, such as TURN on loopback. */
const notForFirefox = ['two-engines', 'visitors-device', 'nginx', 'join-by-camera', 'privacy'];

/**
 * What full nodes, other peers and servers do. What a page does of its own there, the other files hold to Firefox, so once is
 * enough for a run that has to stay short.
 */
const sameInFirefox = ['full-node', 'full-node-filters', 'full-node-pair', 'introducers', 'metrics'];

export default defineConfig({
  resolve: sources,
  ssr: { resolve: sources },
  test: {
    testTimeout: TEST_TIMEOUT_MS,
    hookTimeout: TEST_TIMEOUT_MS,
    // Shorter than a test, so that a poll that fails says what it waited for.
    expect: { poll: { timeout: 50_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', 'tests/{model,tidy,node}/**/*.test.ts'],
          // The machines that run this have two cores; more workers only make timings worse.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        resolve: built,
        ssr: { resolve: built },
        test: {
          name: 'sim',
          include: ['tests/{sim,attack,fuzz}/**/*.test.ts'],
          testTimeout: TEST_TIMEOUT_MS,
          hookTimeout: TEST_TIMEOUT_MS,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          server: { deps: { external: [/\/packages\/[^/]+\/dist\//] } },
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
          exclude: [...notForFirefox, ...sameInFirefox].map((name) => `tests/e2e/${name}.test.ts`),
          env: { BROWSER_ENGINE: 'firefox' },
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
          expect: { poll: { interval: 100 } },
        },
      },
    ],
  },
});
