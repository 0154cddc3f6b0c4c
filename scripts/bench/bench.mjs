/** `npm run bench`: runs every bench, one after the other, prints a table, and ends with one line of JSON. */
import '../setup/node-version.mjs';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { exitWith, PlainError, root } from '../run/run-command.mjs';
import { ensureReady } from '../setup/ensure-ready.mjs';
import { benchTable, describeMachine } from './bench-table.mjs';

/** Folders whose `*.bench.mjs` are run; each exports one function `bench…()`. */
const folders = [
  'packages/pow/bench',
  'packages/protocol/bench',
  'packages/signal-server/bench',
  'tests/bench',
];

const suffix = '.bench.mjs';

function findBenches() {
  return folders.flatMap((folder) => {
    if (!existsSync(path.join(root, folder))) return [];
    const files = readdirSync(path.join(root, folder)).filter((file) => file.endsWith(suffix));
    return files
      .sort()
      .map((file) => ({ name: file.slice(0, -suffix.length), file: path.join(root, folder, file) }));
  });
}

/**
 * @typedef {object} BenchResult
 * @property {{ what: string, value: number, unit: string, target?: string, note?: string }[]} rows
 * @property {Record<string, number>} figures  flat; the same numbers for machines
 */

// A tracker of the tests brings bufferutil along. Whoever installs a package of ours does not have it, so it must not be measured.
process.env.WS_NO_BUFFER_UTIL = '1';

/** @returns {Promise<BenchResult>} */
async function runBench({ name, file }) {
  const module = await import(`file://${file}`);
  const run = Object.entries(module).find(
    ([key, value]) => key.startsWith('bench') && typeof value === 'function',
  )?.[1];
  if (run === undefined) throw new PlainError(`${name}: exports no function bench…()`);
  return run();
}

function choose(only) {
  const benches = findBenches();
  const chosen = only === undefined ? benches : benches.filter(({ name }) => name === only);
  if (chosen.length > 0) return chosen;
  throw new PlainError(`--only: "${only}" is none of ${benches.map(({ name }) => name).join(', ')}.`);
}

function parseOptions() {
  try {
    return parseArgs({ options: { only: { type: 'string' }, help: { type: 'boolean', short: 'h' } } }).values;
  } catch (error) {
    throw new PlainError(`${error.message.split('. ')[0]}. See npm run bench -- --help.`);
  }
}

async function main() {
  const { only, help } = parseOptions();
  if (help) {
    const names = findBenches().map(({ name }) => name);
    console.log(`npm run bench -- [--only NAME]\n\nRuns all benches, or one of: ${names.join(', ')}.`);
    return;
  }
  const benches = choose(only);
  await ensureReady({ chromium: true });

  const rows = [];
  const figures = {};
  const failed = [];
  for (const bench of benches) {
    console.log(`Measuring ${bench.name} …`);
    try {
      const result = await runBench(bench);
      rows.push(...result.rows);
      Object.assign(figures, result.figures);
    } catch (error) {
      failed.push(bench.name);
      console.error(`${bench.name} failed:`, error);
    }
  }
  console.log(`\n${benchTable(rows)}\n\n${describeMachine()}`);
  if (failed.length > 0) console.log(`Not measured, because they failed: ${failed.join(', ')}`);
  console.log(JSON.stringify(figures));
  // A bench that failed may have left a server running, so the process is ended. First all output has to be written.
  process.stdout.write('', () => process.exit(failed.length === 0 ? 0 : 1));
}

try {
  await main();
} catch (error) {
  exitWith(error);
}
