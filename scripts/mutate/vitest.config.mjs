/** The tests of the room that MUTATE_ROOM names, in Stryker's copy of the repository. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer } from 'vitest/node';
import { root } from '../run/run-command.mjs';
import { roomOf } from './rooms.mjs';

/** The quickest first, as they were in the run before: Stryker stops at the first failure. */
class QuickestFirst extends BaseSequencer {
  async sort(files) {
    const timeOf = ({ moduleId }) =>
      this.ctx.cache.getFileTestResults(`:${path.relative(root, moduleId)}`)?.duration ?? 0;
    return [...files].sort((a, b) => timeOf(a) - timeOf(b) || (a.moduleId < b.moduleId ? -1 : 1));
  }
}

// Packages by their names are those of the copy; through node_modules they would be the unchanged ones.
const { workspaces } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const alias = workspaces.map((folder) => ({
  find: `@vision-light/${path.basename(folder)}`,
  replacement: path.join(root, folder, 'src/index.ts'),
}));
alias.push({ find: /^fast-check$/, replacement: path.join(root, 'scripts/mutate/few-examples.mjs') });

const sources = { alias, conditions: ['vision-light-source', 'node'] };

export default defineConfig({
  root,
  resolve: sources,
  ssr: { resolve: sources },
  test: {
    include: roomOf(process.env.MUTATE_ROOM ?? '').tests,
    // The files of one run share their modules. Each run has a new thread.
    isolate: false,
    runner: path.join(root, 'scripts/mutate/loading-runner.mjs'),
    testTimeout: 60_000,
    sequence: { sequencer: QuickestFirst },
  },
});
