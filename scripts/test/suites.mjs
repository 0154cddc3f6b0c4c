/**
 * The suites of `npm test`: what runs each, and what became of it. A runner's exit code alone is not believed: a suite of
 * which no counts come, or that counts nothing, has failed.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runChecks } from '../lint/lint-checks.mjs';
import { runNode, toolPath } from '../run/run-command.mjs';
import { describeFailure } from './suite-counts.mjs';

/** The projects of vitest.config.ts that belong to a suite. */
const projectsOf = { unit: ['unit', 'sim'], e2e: ['e2e', 'e2e-firefox'] };

/** @typedef {import('./suite-counts.mjs').Counts & { name: string }} SuiteResult */

/**
 * @param {readonly string[]} names  of lint, unit, e2e and browser
 * @param {readonly string[]} filters  parts of paths of test files, for unit and e2e
 * @returns {Promise<SuiteResult[]>} one for each name
 */
export async function runSuites(names, filters) {
  const results = names.includes('lint') ? [await runLint()] : [];
  const projects = names.flatMap((name) => projectsOf[name] ?? []);
  if (projects.length > 0) {
    const args = ['run', '--reporter=default', '--reporter=./scripts/test/vitest-reporter.mjs', ...filters];
    args.push(...projects.map((name) => `--project=${name}`));
    results.push(...(await runCounting(projects, [toolPath('vitest/vitest.mjs'), ...args])));
  }
  if (names.includes('browser')) {
    const suites = ['browser: chromium', 'browser: firefox'];
    results.push(...(await runCounting(suites, [toolPath('@web/test-runner/dist/bin.js')])));
  }
  return results;
}

/** Each static check counts as one test. */
async function runLint() {
  const checks = await runChecks();
  const failures = checks.filter(({ ok }) => !ok).map(({ name, output }) => describeFailure(name, output));
  return {
    name: 'lint',
    passed: checks.length - failures.length,
    failed: failures.length,
    skipped: 0,
    failures,
  };
}

/** Runs a test runner whose reporter writes {@link SuiteCounts}. */
async function runCounting(names, args) {
  const folder = mkdtempSync(path.join(tmpdir(), 'vision-light-'));
  const file = path.join(folder, 'results.json');
  try {
    const { code } = await runNode(args, { show: true, env: { RESULTS_FILE: file } });
    const counts = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
    const hasFailed = Object.values(counts).some(({ failed }) => failed > 0);
    return names.map((name) => {
      const { passed = 0, failed = 0, skipped = 0, failures = [] } = counts[name] ?? {};
      const complaints = [];
      if (passed + failed === 0) complaints.push('ran no test');
      else if (code !== 0 && !hasFailed) complaints.push(`its runner ended with exit code ${code}`);
      return {
        name,
        passed,
        failed: failed + complaints.length,
        skipped,
        failures: [...failures, ...complaints],
      };
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
