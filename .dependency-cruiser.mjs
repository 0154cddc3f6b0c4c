/**
 * Which module may import which. Each boundary of ARCHITECTURE.md is a rule here.
 *
 * `scripts/lint/lint-checks.mjs` runs this and fails when it saw no modules, for a rule that matches nothing passes.
 */
import { readFileSync } from 'node:fs';

/** Folders of packages/protocol/src, lowest first: each may import those before it. */
const layers = [
  'bytes',
  'chain',
  'families',
  'tree',
  'wire',
  'io',
  'peer',
  'headers',
  'blocks',
  'node',
  'driver',
];

const protocol = '^packages/protocol/src/';
const tests = '(\\.test\\.ts$|^tests/|^packages/[^/]+/(bench|test)/|^[^/]+$)';
const packagesOf = (names) => `^packages/(${names.join('|')})/`;

const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));

/** What the repository is built and tested with, and no package runs on. */
const { workspaces, devDependencies } = readJson('package.json');
const shipped = new Set(
  workspaces.flatMap((name) => Object.keys(readJson(`${name}/package.json`).dependencies ?? {})),
);
const tools = Object.keys(devDependencies).filter((name) => !shipped.has(name));

const layerRules = layers.slice(0, -1).map((layer, index) => ({
  name: `protocol-${layer}-looks-down`,
  comment: `${layer} knows nothing of the layers above it`,
  severity: 'error',
  from: { path: `${protocol}${layer}/`, pathNot: tests },
  to: { path: `${protocol}(${layers.slice(index + 1).join('|')})/` },
}));

/** @param {string} name  @param {readonly string[]} others */
const packageRule = (name, others, comment) => ({
  name: `${name}-apart`,
  comment,
  severity: 'error',
  from: { path: `^packages/${name}/`, pathNot: tests },
  to: { path: packagesOf(others) },
});

const config = {
  forbidden: [
    ...layerRules,
    {
      name: 'protocol-index-is-the-top',
      comment: 'the index is for those outside; inside, name the file',
      severity: 'error',
      from: { path: protocol, pathNot: tests },
      to: { path: `${protocol}index\\.ts$` },
    },
    {
      name: 'limits-stand-alone',
      comment: 'everyone reads the limits, so they read no one',
      severity: 'error',
      from: { path: `${protocol}limits\\.ts$` },
      to: { path: '.' },
    },
    {
      name: 'families-through-networks',
      comment: 'above the families nothing knows a single chain; networks.ts picks the rules',
      severity: 'error',
      from: { path: protocol, pathNot: `(${protocol}families/|${protocol}index\\.ts$|\\.test\\.ts$)` },
      to: { path: `${protocol}families/`, pathNot: `${protocol}families/networks\\.ts$` },
    },
    {
      name: 'families-apart',
      comment: 'two families share chain/, never each other',
      severity: 'error',
      from: { path: `${protocol}families/(bitcoin|vision)/` },
      to: { path: `${protocol}families/(bitcoin|vision)/`, pathNot: `${protocol}families/$1/` },
    },
    {
      name: 'protocol-is-pure',
      comment: 'no Node, no DOM: the core runs everywhere, bit for bit',
      severity: 'error',
      from: { path: protocol, pathNot: tests },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'protocol-needs-nothing',
      comment: 'the core has no dependency: what every peer must agree on changes with this repository only',
      severity: 'error',
      from: { path: protocol, pathNot: tests },
      to: { dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg'] },
    },
    packageRule(
      'protocol',
      ['pow', 'browser-node', 'gateway', 'signal-server'],
      'hashing is an effect that drivers perform',
    ),
    packageRule('pow', ['protocol', 'browser-node', 'gateway', 'signal-server'], 'kernels know bytes only'),
    packageRule(
      'signal-server',
      ['protocol', 'pow', 'browser-node', 'gateway'],
      'it introduces peers and never sees a header',
    ),
    packageRule('gateway', ['browser-node', 'signal-server'], 'peers share the protocol, not each other'),
    packageRule('browser-node', ['gateway', 'signal-server'], 'peers share the protocol, not each other'),
    {
      name: 'page-on-the-public-api',
      comment: 'the page is built as any other application would be',
      severity: 'error',
      from: { path: '^packages/browser-node/src/page/', pathNot: tests },
      to: { path: '^packages/', pathNot: '^packages/browser-node/src/(page/|index\\.ts$)' },
    },
    {
      name: 'page-is-not-the-library',
      comment: 'the library must not carry the page',
      severity: 'error',
      from: { path: '^packages/browser-node/src/', pathNot: `(^packages/browser-node/src/page/|${tests})` },
      to: { path: '^packages/browser-node/src/page/' },
    },
    {
      name: 'packages-through-their-index',
      comment: 'another package is reached by its name, as from outside the repository',
      severity: 'error',
      from: { path: '^packages/([^/]+)/src/', pathNot: tests },
      to: { path: '^packages/[^/]+/src/', pathNot: '^packages/($1/|[^/]+/src/index\\.ts$)' },
    },
    {
      name: 'tools-stay-outside',
      comment: 'what is shipped does not need what builds and tests it',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: tests },
      to: { path: `node_modules/(${tools.join('|')})/` },
    },
    {
      name: 'no-test-imported',
      severity: 'error',
      from: { pathNot: tests },
      to: { path: '\\.test\\.ts$' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'resolvable',
      comment: 'an import that cannot be followed is one that no rule sees',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: ['\\?', '^vision-light:'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // Not every dist: an import of someone else's is still an import.
    exclude: {
      path: ['^build/', '^packages/[^/]+/(dist|build)/', '^packages/pow/(assembly|bench/generated)/'],
    },
    // Type-only imports are dependencies too: what a layer names, it knows.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['vision-light-source', 'node', 'import', 'types', 'default'],
      mainFields: ['module', 'main', 'types'],
      extensions: ['.ts', '.mjs', '.js', '.json', '.d.ts'],
    },
  },
};

export default config;
