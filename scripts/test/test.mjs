/** `npm test`: sets everything up, runs every suite, ends with one line `N passed, N failed`. */
import '../setup/node-version.mjs';
import { parseArgs } from 'node:util';
import { PlainError } from '../run/run-command.mjs';
import { ensureReady } from '../setup/ensure-ready.mjs';
import { providePrometheus } from '../setup/prometheus.mjs';

const usage = `npm test -- [--only lint|unit|browser|e2e] [FILTER …]

Runs every suite. A FILTER is part of a test file's path; with one, only the unit tests run, or those of --only e2e.`;

const suiteNames = ['lint', 'unit', 'browser', 'e2e'];

function parseOptions() {
  try {
    const { values, positionals } = parseArgs({
      options: { only: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    });
    if (values.only !== undefined && !suiteNames.includes(values.only)) {
      throw new PlainError(`--only: "${values.only}" is none of ${suiteNames.join(', ')}.`);
    }
    return { ...values, filters: positionals };
  } catch (error) {
    throw error instanceof PlainError
      ? error
      : new PlainError(`${error.message.split('. ')[0]}. See npm test -- --help.`);
  }
}

/** Runs one suite; a runner that throws is a failure of its own, and the others still run. */
async function runSuite(name, filters) {
  // After ensureReady: these need the dependencies.
  const { runBrowser, runEndToEnd, runLint, runUnit } = await import('./test-suites.mjs');
  console.log(`\n── ${name} ──`);
  try {
    return await { lint: runLint, unit: runUnit, browser: runBrowser, e2e: runEndToEnd }[name](filters);
  } catch (error) {
    return { name, passed: 0, failed: 1, skipped: 0, note: error.message };
  }
}

async function main() {
  const { only, help, filters } = parseOptions();
  if (help) {
    console.log(usage);
    return;
  }
  const chosen = only !== undefined ? [only] : filters.length > 0 ? ['unit'] : suiteNames;
  await ensureReady({ chromium: chosen.includes('browser') || chosen.includes('e2e') });

  if (chosen.includes('unit')) await providePrometheus();

  const results = [];
  for (const name of chosen) results.push(await runSuite(name, filters));

  // Once more at the end: above, they stand among thousands of lines, of which a log may keep the last.
  for (const { name, failures = [] } of results) {
    for (const failure of failures) console.log(`\n✗ ${name}: ${failure}`);
  }
  console.log('');
  for (const { name, passed, failed, skipped, note } of results) {
    const more = [skipped > 0 ? `${skipped} skipped` : '', note ?? ''].filter(Boolean).join(', ');
    console.log(`${name}: ${passed} passed, ${failed} failed${more ? ` (${more})` : ''}`);
  }
  const sum = (key) => results.reduce((total, result) => total + result[key], 0);
  console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
  process.exitCode = sum('failed') === 0 ? 0 : 1;
}

try {
  await main();
} catch (error) {
  console.error(error instanceof PlainError ? error.message : error);
  // What could not even be set up has failed, and whoever reads only the last line must see it.
  console.log('0 passed, 1 failed');
  process.exitCode = 1;
}
