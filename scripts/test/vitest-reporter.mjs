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
  let hasFailedTest = false;
  for (const test of module.children.allTests()) {
    const { state, errors } = test.result();
    if (state === 'failed') {
      hasFailedTest = true;
      counts.fail(suite, `${module.relativeModuleId}: ${test.fullName}`, errors[0]);
    } else counts.add(suite, state === 'passed' ? 'passed' : 'skipped');
  }
  if (module.ok() || hasFailedTest) return;
  // It could not be loaded, or what a group of tests needs could not be set up: no test of it says so.
  const groups = [module, ...module.children.allSuites()];
  counts.fail(suite, module.relativeModuleId, groups.flatMap((each) => each.errors())[0]);
}
