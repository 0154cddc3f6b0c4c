/** `npm test`: sets everything up, runs every suite, ends with one line `N passed, N failed`. */
import '../setup/node-version.mjs';
import { parseArgs } from 'node:util';
import { PlainError } from '../run/run-command.mjs';
import { ensureReady } from '../setup/ensure-ready.mjs';
import { provideSystemPrograms } from '../setup/system-programs.mjs';

const suiteNames = ['lint', 'unit', 'e2e', 'browser'];

const usage = `npm test -- [--only ${suiteNames.join('|')}] [FILTER …]

Runs every suite. A FILTER is part of a test file's path; with one, only the unit tests run, or those of --only e2e.`;

function parseOptions() {
  let parsed;
  try {
    const options = { only: { type: 'string' }, help: { type: 'boolean', short: 'h' } };
    parsed = parseArgs({ options, allowPositionals: true });
  } catch (error) {
    throw new PlainError(`${error.message.split('. ')[0]}. See npm test -- --help.`);
  }
  const { only, help } = parsed.values;
  if (only !== undefined && !suiteNames.includes(only)) {
    throw new PlainError(`--only: "${only}" is none of ${suiteNames.join(', ')}.`);
  }
  return { only, help, filters: parsed.positionals };
}

async function main() {
  const { only, help, filters } = parseOptions();
  if (help) return console.log(usage);
  const chosen = only !== undefined ? [only] : filters.length > 0 ? ['unit'] : suiteNames;
  const needsBrowsers = chosen.includes('browser') || chosen.includes('e2e');
  await ensureReady({ chromium: needsBrowsers, firefox: needsBrowsers });
  if (chosen.includes('unit') || chosen.includes('e2e')) await provideSystemPrograms();

  // After ensureReady: it needs the dependencies.
  const { runSuites } = await import('./suites.mjs');
  const results = await runSuites(chosen, filters);

  // Once more at the end: above, they stand among thousands of lines, of which a log may keep the last.
  for (const { name, failures } of results) {
    for (const failure of failures) console.log(`\n✗ ${name}: ${failure}`);
  }
  console.log('');
  for (const { name, passed, failed, skipped } of results) {
    console.log(`${name}: ${passed} passed, ${failed} failed${skipped > 0 ? ` (${skipped} skipped)` : ''}`);
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
