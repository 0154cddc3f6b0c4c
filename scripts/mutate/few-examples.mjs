/** Property tests under Stryker: always the same examples, fewer of them, and none made smaller after a failure. */
import fc from 'fast-check';

fc.configureGlobal({ seed: 1, numRuns: 25, endOnFailure: true });
