/**
 * How Stryker changes the room that MUTATE_ROOM names, and runs its tests (`npm run mutate`).
 *
 * Stryker copies the repository into build/mutate, changes the copy, and runs the tests there, so that the sources
 * can be edited meanwhile.
 */
import { roomOf } from './rooms.mjs';

const room = roomOf(process.env.MUTATE_ROOM ?? '');

export default {
  testRunner: 'vitest',
  // The quick tests of the room: all of them are run without a change first, to see which of them reach which code.
  vitest: { configFile: 'scripts/mutate/vitest.config.mjs', related: false },
  coverageAnalysis: 'perTest',
  plugins: ['@stryker-mutator/vitest-runner', './scripts/mutate/message-texts.mjs'],
  ignorers: ['message-texts'],
  mutate: room.sources,
  // What is not copied: the products of builds, and what no test of a room reads.
  ignorePatterns: ['dist', 'build', 'docs', 'ops'],
  tempDirName: 'build/mutate/sandboxes',
  incremental: true,
  incrementalFile: `build/mutate/${room.name}.incremental.json`,
  reporters: ['progress', 'json', 'html'],
  jsonReporter: { fileName: `build/mutate/${room.name}.json` },
  htmlReporter: { fileName: `build/mutate/${room.name}.html` },
  // One runner: tests that time out because of another runner would count as noticed.
  concurrency: Number(process.env.MUTATE_CONCURRENCY ?? 1),
  // A changed loop that never ends counts as noticed. A busy machine makes a test three times as slow, hence the margin.
  timeoutMS: 5000,
  timeoutFactor: 3,
  dryRunTimeoutMinutes: 15,
  thresholds: { high: 100, low: room.least, break: null },
};
