/** A reporter for @web/test-runner, for {@link SuiteCounts}. A file that could not be run counts as one failure. */
import path from 'node:path';
import { root } from '../run/run-command.mjs';
import { SuiteCounts } from './suite-counts.mjs';

/** @returns {import('@web/test-runner').Reporter} */
export function browserReporter() {
  return {
    onTestRunFinished({ sessions }) {
      const counts = new SuiteCounts();
      for (const { testFile, testResults, errors } of sessions) {
        const where = path.relative(root, testFile);
        countGroup(counts, testResults, where);
        if (errors.length > 0 || testResults === undefined) counts.fail('browser', where, errors[0]);
      }
      counts.write();
    },
  };
}

function countGroup(counts, group, where) {
  for (const { name, passed, skipped, error } of group?.tests ?? []) {
    if (skipped || passed) counts.add('browser', skipped ? 'skipped' : 'passed');
    else counts.fail('browser', `${where}: ${name}`, error);
  }
  for (const each of group?.suites ?? []) countGroup(counts, each, `${where}: ${each.name}`);
}
