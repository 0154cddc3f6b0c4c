/** A reporter for @web/test-runner, for {@link SuiteCounts}. A file that could not be run counts as one failure. */
import path from 'node:path';
import { root } from '../run/run-command.mjs';
import { SuiteCounts } from './suite-counts.mjs';

/** @returns {import('@web/test-runner').Reporter} */
export function browserReporter() {
  return {
    onTestRunFinished({ sessions }) {
      const counts = new SuiteCounts();
      for (const { browser, testFile, testResults, errors } of sessions) {
        const suite = `browser: ${browser.name.toLowerCase()}`;
        const where = path.relative(root, testFile);
        countGroup(counts, suite, testResults, where);
        if (errors.length > 0 || testResults === undefined) counts.fail(suite, where, errors[0]);
      }
      counts.write();
    },
  };
}

function countGroup(counts, suite, group, where) {
  for (const { name, passed, skipped, error } of group?.tests ?? []) {
    if (skipped || passed) counts.add(suite, skipped ? 'skipped' : 'passed');
    else counts.fail(suite, `${where}: ${name}`, error);
  }
  for (const each of group?.suites ?? []) countGroup(counts, suite, each, `${where}: ${each.name}`);
}
