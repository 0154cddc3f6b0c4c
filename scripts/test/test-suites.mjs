/**
 * The suites of `npm test`. Each is asked for counts, not for an exit code alone; a suite that gives none, or that
 * counts nothing, has failed: silence must never pass for success.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { checkLayers, checkStyle, checkTypes, checkUnused } from '../lint/lint-checks.mjs';
import { runNode, toolPath } from '../run/run-command.mjs';

/**
 * @typedef {object} SuiteResult
 * @property {string} name
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped  told to people; neither passed nor failed
 * @property {string} [note]   what made the suite itself fail
 * @property {string[]} [failures]  what failed and how, a text each
 */

/** Runs `work` with a path in a new folder, gone afterwards. */
async function withResultsFile(work) {
  const folder = mkdtempSync(path.join(tmpdir(), 'vision-light-'));
  try {
    return await work(path.join(folder, 'results.json'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Of a runner's words about a failure, no more than what tells it from another. */
function describeFailure(where, message) {
  const lines = (message ?? '')
    .trim()
    .split('\n')
    .filter((line) => !line.includes('node_modules'))
    .slice(0, 8);
  return [where, ...lines.map((line) => `    ${line}`)].join('\n');
}

/** Counts that cannot be true together with how the runner ended count as one failure more. */
function judge(name, counts, code) {
  const { passed, failed, skipped = 0, failures } = counts;
  if (![passed, failed, skipped].every(Number.isSafeInteger)) {
    return { name, passed: 0, failed: 1, skipped: 0, note: 'left no readable counts' };
  }
  if (passed + failed === 0) return { name, passed, failed: 1, skipped, note: 'ran no test' };
  if (code !== 0 && failed === 0)
    return { name, passed, failed: 1, skipped, note: `ended with exit code ${code}` };
  return { name, passed, failed, skipped, failures };
}

/** Each static check counts as one. @returns {Promise<SuiteResult>} */
export async function runLint() {
  const result = { name: 'lint', passed: 0, failed: 0, skipped: 0, failures: [] };
  for (const check of [checkStyle, checkTypes, checkLayers, checkUnused]) {
    const { name, ok, saw, output } = await check();
    console.log(`${ok ? '✓' : '✗'} ${name} (${saw})`);
    if (!ok) {
      console.log(output.trim());
      result.failures.push(describeFailure(name, output));
    }
    result[ok ? 'passed' : 'failed']++;
  }
  return result;
}

/** @returns {Promise<SuiteResult>} */
function runVitest(name, config, filters) {
  return withResultsFile(async (file) => {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
    const args = ['run', '--config', config, ...reporters, ...filters];
    const { code } = await runNode([toolPath('vitest/vitest.mjs'), ...args], { show: true });
    if (!existsSync(file)) return { name, passed: 0, failed: 1, skipped: 0, note: 'crashed: no results' };
    return judge(name, countVitest(JSON.parse(readFileSync(file, 'utf8'))), code);
  });
}

/** A file that could not even be loaded has no tests to count: it counts as one that failed. */
function countVitest({ numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults }) {
  const broken = testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((each) => each.status === 'failed'),
  );
  const failures = testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status === 'failed')
      .map(({ fullName, failureMessages }) =>
        describeFailure(`${path.relative('.', name)}: ${fullName}`, failureMessages[0]),
      ),
  );
  return {
    passed: numPassedTests,
    failed: numFailedTests + broken.length,
    skipped: numPendingTests + numTodoTests,
    failures: [
      ...failures,
      ...broken.map(({ name, message }) => describeFailure(path.relative('.', name), message)),
    ],
  };
}

/** Beside the code, model, simulation, Node and the repository's own rules. */
export const runUnit = (filters) => runVitest('unit', 'vitest.config.ts', filters);

/** Several pages, real servers, one file after the other. */
export const runEndToEnd = (filters) => runVitest('e2e', 'vitest.e2e.config.ts', filters);

/** In a real Chromium, named by `CHROME_PATH`. @returns {Promise<SuiteResult>} */
export function runBrowser() {
  return withResultsFile(async (file) => {
    const args = [toolPath('@web/test-runner/dist/bin.js'), '--config', 'web-test-runner.config.mjs'];
    const { code } = await runNode(args, { show: true, env: { RESULTS_FILE: file } });
    if (!existsSync(file))
      return { name: 'browser', passed: 0, failed: 1, skipped: 0, note: 'crashed: no results' };
    return judge('browser', JSON.parse(readFileSync(file, 'utf8')), code);
  });
}
