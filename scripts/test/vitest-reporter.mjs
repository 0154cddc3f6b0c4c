/** A reporter for vitest that counts by project, for {@link SuiteCounts}. */
import { SuiteCounts } from './suite-counts.mjs';

export default class VitestReporter {
  /** @param {readonly import('vitest/node').TestModule[]} modules  the test files */
  onTestRunEnd(modules) {
    const counts = new SuiteCounts();
    for (const module of modules) countModule(counts, module);
    counts.write();
  }
}

function countModule(counts, module) {
  const suite = module.project.name;
  const file = module.relativeModuleId;
  let failures = 0;
  const fail = (where, error) => {
    failures += 1;
    counts.fail(suite, where, error);
  };
  for (const test of module.children.allTests()) {
    const { state, errors } = test.result();
    if (state === 'failed') fail(`${file}: ${test.fullName}`, errors[0]);
    else counts.add(suite, state === 'passed' ? 'passed' : 'skipped');
  }
  // What a group of tests needs could not be set up, or the file could not be loaded: no test of it says so.
  for (const group of module.children.allSuites()) {
    if (group.errors().length > 0) fail(`${file}: ${group.fullName}`, group.errors()[0]);
  }
  if (module.errors().length > 0 || (failures === 0 && !module.ok())) fail(file, module.errors()[0]);
}
