/**
 * The static checks. Each passes or fails as a whole.
 *
 * Most of the tools report success when they looked at no files, for instance after a folder was renamed. So each check
 * also counts what its tool looked at, and fails if that is too little. TypeScript must have read sources of each project,
 * dependency-cruiser modules of each package, and biome and knip at least as many files as TypeScript.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root, runNode, toolPath } from '../run/run-command.mjs';
import { build, docsStep } from '../setup/build-steps.mjs';

/**
 * @typedef {object} CheckResult
 * @property {string} name
 * @property {boolean} ok
 * @property {string} saw     what it looked at, for people
 * @property {string} output  what the tool said; to be shown if the check failed
 */

function verdict(name, ok, count, noun, output, least = 1) {
  const hasSeen = count >= least;
  return {
    name,
    ok: ok && hasSeen,
    saw: `${count} ${noun}`,
    output: hasSeen ? output : `${output}\n${name} saw ${count} ${noun}, and there are at least ${least}.`,
  };
}

/** Corrects what biome can correct; the rest is as in the check. */
export const correctStyle = () => checkStyle(['--write'], 1);

/** Format and lint rules (biome). */
async function checkStyle(options = [], least = sourceCounts().total) {
  const args = ['check', ...options, '--error-on-warnings', '--max-diagnostics=50', '--colors=off'];
  const { code, output } = await runNode([toolPath('@biomejs/biome/bin/biome'), ...args]);
  const count = Number(/Checked (\d+) files?/.exec(output)?.[1] ?? 0);
  return verdict('biome', code === 0, count, 'files', output, least);
}

/** Types of every package and of the tests (tsc). */
async function checkTypes() {
  const { code, output } = await runNode([toolPath('typescript/bin/tsc'), '--build', '--pretty', 'false']);
  const { total, empty } = sourceCounts();
  const note = empty.length === 0 ? '' : `\nNo sources in ${empty.join(', ')}.`;
  return verdict('types', code === 0 && empty.length === 0, total, 'sources', output + note);
}

/** How many sources tsc has read, and the projects of which it has read none. */
function sourceCounts() {
  const { references } = JSON.parse(readFileSync(path.join(root, 'tsconfig.json'), 'utf8'));
  const counts = references.map(({ path: project }) => ({ project, count: sourcesOf(project) }));
  return {
    total: counts.reduce((sum, { count }) => sum + count, 0),
    empty: counts.filter(({ count }) => count === 0).map(({ project }) => project),
  };
}

/** How many of a project's own sources tsc notes that it has read. */
function sourcesOf(project) {
  const folder = path.join(root, project);
  const { compilerOptions } = JSON.parse(
    readFileSync(path.join(folder, 'tsconfig.json'), 'utf8').replace(/^\s*\/\/.*$/gm, ''),
  );
  const file = path.join(folder, compilerOptions.tsBuildInfoFile);
  if (!existsSync(file)) return 0;
  const { fileNames = [] } = JSON.parse(readFileSync(file, 'utf8'));
  return fileNames.filter((name) => !name.includes('node_modules/') && !name.endsWith('.d.ts')).length;
}

/** Which module may import which (dependency-cruiser; the rules stand in .dependency-cruiser.mjs). */
async function checkLayers() {
  const args = [
    '--config',
    '.dependency-cruiser.mjs',
    '--output-type',
    'json',
    'packages',
    'tests',
    'scripts',
  ];
  const { output } = await runNode([toolPath('dependency-cruiser/bin/dependency-cruise.mjs'), ...args]);
  let cruised;
  try {
    cruised = JSON.parse(output);
  } catch {
    return verdict('layers', false, 0, 'modules', output);
  }
  const { violations, error, warn } = cruised.summary;
  const modules = cruised.modules.filter(({ source }) => /^packages\/[^/]+\/src\//.test(source));
  const packages = new Set(modules.map(({ source }) => source.split('/')[1]));
  // An import that was not followed would be an import that no rule saw.
  const workspaces = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')).workspaces;
  const unseen = workspaces.map((name) => path.basename(name)).filter((name) => !packages.has(name));
  const lines = violations.map(
    ({ rule, from, to, comment }) => `${rule.name}: ${from} → ${to}${comment ? ` (${comment})` : ''}`,
  );
  if (unseen.length > 0) lines.push(`No modules seen in ${unseen.join(', ')}.`);
  const { default: config } = await import('../../.dependency-cruiser.mjs');
  const sources = cruised.modules.map(({ source }) => source);
  const blind = blindRules(config.forbidden, sources);
  for (const { name, side } of blind) lines.push(`Rule ${name} has no module to look at (${side}).`);
  return verdict(
    'layers',
    error + warn === 0 && unseen.length === 0 && blind.length === 0,
    modules.length,
    `modules, ${config.forbidden.length} rules`,
    lines.join('\n'),
  );
}

/**
 * Runs checks one after the other and prints a line for each, with what the tool said where it failed.
 *
 * @param {readonly (() => Promise<CheckResult>)[]} [checks]
 * @returns {Promise<CheckResult[]>}
 */
export async function runChecks(
  checks = [checkTypes, () => checkStyle(), checkLayers, checkUnused, checkSizes, checkDocs],
) {
  const results = [];
  for (const check of checks) {
    const result = await check();
    const { name, ok, saw, output } = result;
    console.log(`${ok ? '✓' : '✗'} ${name} (${saw})`);
    if (!ok) console.log(output.trim());
    results.push(result);
  }
  return results;
}

/**
 * Rules that no import could break, since the modules that they name do not exist: a folder was renamed, say.
 *
 * @param {readonly { name: string, from: object, to: object }[]} rules  of dependency-cruiser
 * @param {readonly string[]} sources  every module that was seen, those of node_modules included
 * @returns {{ name: string, side: 'from' | 'to' }[]}
 */
export function blindRules(rules, sources) {
  const isBlind = ({ path: wanted, pathNot: unwanted }) =>
    wanted !== undefined &&
    !sources.some(
      // What `$1` stands for is known only for one import, so such a pattern excludes nothing here.
      (source) =>
        new RegExp(wanted).test(source) &&
        (unwanted === undefined || /\$\d/.test(unwanted) || !new RegExp(unwanted).test(source)),
    );
  return rules.flatMap(({ name, from, to }) =>
    Object.entries({ from, to }).flatMap(([side, pattern]) => (isBlind(pattern) ? [{ name, side }] : [])),
  );
}

/** Files, exports and dependencies that nothing uses, and ones that are used unlisted (knip). */
async function checkUnused() {
  const args = ['--no-progress', '--reporter', './scripts/lint/knip-reporter.mjs'];
  const { output } = await runNode([toolPath('knip/bin/knip.js'), ...args]);
  // A failing knip writes something else, or nothing at all: then no files were seen.
  const report = /^\{"total":.*\}$/m.exec(output)?.[0];
  if (report === undefined) return verdict('unused', false, 0, 'files', output);
  const { total, lines } = JSON.parse(report);
  return verdict('unused', lines.length === 0, total, 'files', lines.join('\n'), sourceCounts().total);
}

/** What an application loads for each way into the library, gzipped, against its limit (size-limit; .size-limit.json). */
async function checkSizes() {
  const { code, output } = await runNode([toolPath('size-limit/bin.js'), '--json']);
  const list = /^\[[\s\S]*^\]$/m.exec(output)?.[0];
  if (list === undefined) return verdict('sizes', false, 0, 'imports', output);
  const sizes = JSON.parse(list);
  const lines = sizes
    .filter(({ passed }) => !passed)
    .map(({ name, size, sizeLimit }) => `${name}: ${size} bytes, and at most ${sizeLimit} are allowed`);
  const wanted = JSON.parse(readFileSync(path.join(root, '.size-limit.json'), 'utf8')).length;
  return verdict(
    'sizes',
    code === 0 && lines.length === 0,
    sizes.length,
    'imports',
    lines.join('\n'),
    wanted,
  );
}

/** Comments of what the packages export, and the links in them (typedoc; typedoc.json). */
async function checkDocs() {
  let output = '';
  try {
    await build([docsStep]);
  } catch (error) {
    output = error.message;
  }
  const folder = path.join(root, 'build/docs');
  const pages = existsSync(folder)
    ? readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.html'))
    : [];
  // Of some hundred exports each has a page of its own, constants share some.
  return verdict('API documentation', output === '', pages.length, 'pages', output, 100);
}
