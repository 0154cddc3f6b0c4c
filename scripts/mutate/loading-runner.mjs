/** What vitest runs the tests of a changed core with: a test file that cannot be loaded any more counts as a failure. */
import { TestRunner } from 'vitest';

// biome-ignore lint/style/noDefaultExport: vitest takes the default export.
export default class LoadingRunner extends TestRunner {
  /** Stryker looks at the results of tests alone, and a file that fails before its first test has none. */
  onCollected(files) {
    for (const { filepath, result } of files)
      if (result?.state === 'fail')
        throw new Error(`${filepath} does not load: ${result.errors?.[0]?.message}`);
  }
}
