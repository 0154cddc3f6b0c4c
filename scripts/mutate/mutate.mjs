/**
 * `npm run mutate`: changes the rules of the core, one character or number at a time, and says how many of the changes
 * the tests notice.
 */
import '../setup/node-version.mjs';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { exitWith, PlainError, root, runNode, toolPath } from '../run/run-command.mjs';
import { ensureReady } from '../setup/ensure-ready.mjs';
import { equivalentMutants } from './equivalent-mutants.mjs';
import { rooms } from './rooms.mjs';
import { scoreOf } from './score.mjs';

const help = `Usage: npm run mutate -- [--only ROOM] [--again] [--concurrency N] [--list]

Changes the code of each room, one place at a time, runs the quick tests of the room for each change (Stryker), and prints
how many changes the tests notice. Exit code 1 if that is less than a room needs.

  --only ROOM      one of ${rooms.map(({ name }) => name).join(', ')}; also lists what is not noticed
  --again          tries every change again; else only those whose code or tests differ from the last run
  --concurrency N  runs so many tests at a time; default 1
  --list           runs nothing: says what the last runs found
  --help           this text

build/mutate/ROOM.html shows each change in its file.`;

const options = {
  only: { type: 'string' },
  again: { type: 'boolean', default: false },
  concurrency: { type: 'string', default: '1' },
  list: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
};

function parse() {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    throw new PlainError(`${error.message.split('. ')[0]} (--help explains)`);
  }
}

function choose(only) {
  const chosen = rooms.filter(({ name }) => only === undefined || name === only);
  if (chosen.length > 0) return chosen;
  throw new PlainError(`--only: "${only}" is none of ${rooms.map(({ name }) => name).join(', ')}.`);
}

/** Runs Stryker on a room. Its report is in build/mutate. */
async function changeRoom({ name, folder }, { again, concurrency }) {
  console.log(`\nChanging ${folder} …`);
  const args = ['run', 'scripts/mutate/stryker.config.mjs', '--concurrency', concurrency];
  const { code } = await runNode(
    [toolPath('@stryker-mutator/core/bin/stryker.js'), ...args, ...(again ? ['--force'] : [])],
    { show: true, env: { MUTATE_ROOM: name } },
  );
  if (code !== 0) throw new PlainError(`Stryker failed on ${name}.`);
}

function readScore({ name }) {
  let text;
  try {
    text = readFileSync(path.join(root, `build/mutate/${name}.json`), 'utf8');
  } catch {
    return undefined;
  }
  return scoreOf(JSON.parse(text), equivalentMutants);
}

const isMet = ({ least }, { noticed, all }) => noticed * 100 >= least * all;

function rowOf(room, score) {
  if (score === undefined) return [room.name, '', '', '', `${room.least}`, 'not run'];
  const { noticed, all, equivalent } = score;
  // Rounded down: 94.96 in 100 is not 95.
  const rate = (Math.floor((noticed * 1000) / all) / 10).toFixed(1);
  return [
    room.name,
    `${noticed} of ${all}`,
    `${equivalent}`,
    rate,
    `${room.least}`,
    isMet(room, score) ? 'yes' : 'NO',
  ];
}

function printTable(rows) {
  const table = [['room', 'noticed', 'equivalent', 'in 100', 'least', 'met'], ...rows];
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  const pad = (cell, column) =>
    column % 5 === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]);
  for (const row of table) console.log(row.map(pad).join('  ').trimEnd());
}

async function main() {
  const values = parse();
  if (values.help) {
    console.log(help);
    return 0;
  }
  if (!/^[1-9][0-9]?$/.test(values.concurrency))
    throw new PlainError('--concurrency: a number from 1 to 99.');
  const chosen = choose(values.only);
  if (!values.list) {
    await ensureReady();
    for (const room of chosen) await changeRoom(room, values);
  }
  const results = chosen.map((room) => ({ room, score: readScore(room) }));
  console.log('');
  for (const { score } of results) {
    if (values.only !== undefined)
      for (const { file, line, code, becomes } of score?.unnoticed ?? [])
        console.log(`not noticed: ${file}:${line}\n    ${code}\n    ${becomes}`);
    for (const text of score?.stale ?? []) console.log(`not an unnoticed change (any more): ${text}`);
  }
  printTable(results.map(({ room, score }) => rowOf(room, score)));
  return results.every(({ room, score }) => score && isMet(room, score) && score.stale.length === 0) ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  exitWith(error);
}
