/**
 * The steps of a build, and when each of them has to run again.
 *
 * A step is stale when the hash of its inputs differs from the one noted after it last succeeded, or when one of its
 * outputs is missing. Inputs are compared by content: a checkout changes every file time and no content.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PlainError, root, runNode, toolPath } from '../run/run-command.mjs';

const skipped = new Set(['node_modules', 'dist', 'build', 'generated']);
/** What the library's module is made of, for whoever bundles it. */
const libraryFiles = [
  'index.js',
  'vision-worker.js',
  'bitcoin-worker.js',
  'transaction-key.js',
  'diagnosis.js',
  'tx-proof.js',
  'watches.js',
  'mining.js',
  'tracker.js',
  'by-hand.js',
  'ed25519.js',
];
const packages = ['protocol', 'pow', 'signaling', 'peering', 'signal-server', 'gateway', 'browser-node'];

/** What tsc compiles. The web page and the tests it only checks, in `npm run lint`. */
const projects = packages.map((name) => `packages/${name}`);

/** Sources that only tests read do not make a build stale. */
const isTest = (name) => /\.test\.(ts|mjs)$/.test(name);

/**
 * @typedef {object} BuildStep
 * @property {string} name
 * @property {readonly string[]} inputs   files and folders, from the root
 * @property {readonly string[]} outputs  files that must be there afterwards
 * @property {() => Promise<{ code: number, output: string }>} run
 */

/** @type {readonly BuildStep[]} in order: each may read what those before it wrote */
export const buildSteps = [
  {
    name: 'hash kernels to WebAssembly',
    inputs: ['packages/pow/assembly', 'packages/pow/scripts', 'package-lock.json'],
    outputs: ['packages/pow/src/generated/visionx-wasm.ts', 'packages/pow/src/generated/bitcoin-wasm.ts'],
    run: () => runNode(['packages/pow/scripts/build-wasm.mjs']),
  },
  {
    name: 'TypeScript',
    inputs: [
      ...packages.flatMap((name) =>
        ['src', 'package.json', 'tsconfig.json'].map((part) => `packages/${name}/${part}`),
      ),
      // The generated kernels are left out of what is walked; their sources stand for them.
      'packages/pow/assembly',
      'tsconfig.base.json',
      'package-lock.json',
    ],
    outputs: [
      ...['protocol', 'pow', 'signaling', 'peering', 'signal-server', 'gateway'].map(
        (name) => `packages/${name}/dist/index.js`,
      ),
      'packages/browser-node/build/tsc/index.d.ts',
    ],
    run: () => runNode([toolPath('typescript/bin/tsc'), '--build', ...projects]),
  },
  {
    name: 'verifier of proofs',
    inputs: [
      'packages/protocol/src',
      ...['bundle-script', 'outside-names', 'script-changes', 'short-reasons', 'shorten-names']
        .concat('slim-libraries', 'unused-methods', 'verifier', 'verifier.config')
        .map((name) => `packages/browser-node/vite.${name}.ts`),
      'tsconfig.base.json',
      'package-lock.json',
    ],
    outputs: ['packages/protocol/dist/verify.min.js'],
    run: () => runVite('packages/browser-node', 'vite.verifier.config.ts'),
  },
  {
    name: 'browser library',
    inputs: [
      'packages/protocol/src',
      'packages/pow/src',
      'packages/pow/assembly',
      'packages/signaling/src',
      'packages/peering/src',
      ...[
        'src',
        'tsconfig.json',
        'vite.bundle-script.ts',
        'vite.lib.config.ts',
        'vite.node-sources.ts',
        'vite.outside-names.ts',
        'vite.script-changes.ts',
        'vite.short-reasons.ts',
        'vite.shorten-names.ts',
        'vite.slim-libraries.ts',
        'vite.slim-sockets.ts',
        'vite.unused-methods.ts',
        'rolldown.config.ts',
        'package.json',
      ].map((part) => `packages/browser-node/${part}`),
      'tsconfig.base.json',
      'package-lock.json',
    ],
    outputs: [
      ...libraryFiles,
      'worker.js',
      ...['index.d.ts', 'element.d.ts', 'react.d.ts', 'vision-light.d.ts'],
      ...['element.js', 'react.js', 'vision-light.js'],
    ].map((file) => `packages/browser-node/dist/${file}`),
    async run() {
      const bundled = await runVite('packages/browser-node', 'vite.lib.config.ts');
      if (bundled.code !== 0) return bundled;
      // After the code, for vite empties the folder.
      return runNode([
        toolPath('rolldown/bin/cli.mjs'),
        '--config',
        'packages/browser-node/rolldown.config.ts',
      ]);
    },
  },
  {
    name: 'web page',
    inputs: [
      ...['src', 'index.html', 'public', 'vite.config.ts', 'package.json'].map(
        (part) => `packages/explorer/${part}`,
      ),
      'scripts/serve/page-policy.mjs',
      // The page takes the library as it was built.
      ...libraryFiles.map((file) => `packages/browser-node/dist/${file}`),
      'package-lock.json',
    ],
    outputs: ['packages/explorer/dist/index.html'],
    run: () => runVite('packages/explorer', 'vite.config.ts'),
  },
];

/**
 * The API documentation, as pages. It is no part of a build: it takes as long as all of it, and few need it. It fails where
 * something that is exported has no comment.
 *
 * @type {BuildStep}
 */
export const docsStep = {
  name: 'API documentation',
  inputs: [
    ...['protocol', 'signaling', 'peering', 'signal-server', 'gateway', 'browser-node'].map(
      (name) => `packages/${name}/src`,
    ),
    'typedoc.json',
    'tsconfig.docs.json',
    'tsconfig.base.json',
    'package-lock.json',
  ],
  outputs: ['build/docs/index.html'],
  run: () => runNode([toolPath('typedoc/bin/typedoc')]),
};

function runVite(folder, config) {
  const args = [toolPath('vite/bin/vite.js'), 'build', '--config', config, '--logLevel', 'warn'];
  return runNode(args, { cwd: path.join(root, folder) });
}

function* filesBelow(relative) {
  const absolute = path.join(root, relative);
  if (!existsSync(absolute)) return;
  if (statSync(absolute).isFile()) {
    yield relative;
    return;
  }
  for (const entry of readdirSync(absolute, { withFileTypes: true }).sort((a, b) =>
    a.name < b.name ? -1 : 1,
  )) {
    if (entry.isDirectory() ? !skipped.has(entry.name) : !isTest(entry.name))
      yield* filesBelow(`${relative}/${entry.name}`);
  }
}

/** Hash over the names and contents of a step's inputs. */
function inputsHash(step) {
  const hash = createHash('sha256');
  for (const input of step.inputs) {
    for (const file of filesBelow(input))
      hash
        .update(`${file}\0`)
        .update(readFileSync(path.join(root, file)))
        .update('\0');
  }
  return hash.digest('hex');
}

const stampFile = (step) => path.join(root, '.cache/build', step.name.replaceAll(' ', '-').toLowerCase());

/** The hash to note once the step has run; undefined if it is up to date. */
function staleHash(step) {
  const hash = inputsHash(step);
  const isComplete = step.outputs.every((file) => existsSync(path.join(root, file)));
  const stamp = stampFile(step);
  return isComplete && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash ? undefined : hash;
}

function noteDone(step, hash) {
  mkdirSync(path.dirname(stampFile(step)), { recursive: true });
  writeFileSync(stampFile(step), hash);
}

/** Whether {@link build} would have anything to do. @param {readonly BuildStep[]} [steps] */
export function isBuildStale(steps = buildSteps) {
  return steps.some((step) => staleHash(step) !== undefined);
}

/**
 * Runs the build steps that are stale, in order; one line for each that ran.
 *
 * @param {readonly BuildStep[]} [steps]
 * @returns {Promise<number>} how many ran
 * @throws {PlainError} with the tool's output, if one fails
 */
export async function build(steps = buildSteps) {
  let ran = 0;
  for (const step of steps) {
    const hash = staleHash(step);
    if (hash === undefined) continue;
    const started = performance.now();
    const { code, output } = await step.run();
    if (code !== 0) throw new PlainError(`Building the ${step.name} failed:\n${output.trim()}`);
    const missing = step.outputs.find((file) => !existsSync(path.join(root, file)));
    if (missing) throw new PlainError(`Building the ${step.name} left no ${missing}.\n${output.trim()}`);
    noteDone(step, hash);
    console.log(`Built: ${step.name} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
    ran++;
  }
  return ran;
}
