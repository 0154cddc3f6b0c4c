/**
 * Which module may import which. Each boundary of ARCHITECTURE.md is a rule here.
 *
 * `scripts/lint/lint-checks.mjs` runs this. It fails if a rule looks at no module, or forbids only imports of modules that do not
 * exist: such a rule would always pass.
 */
import { readFileSync } from 'node:fs';

/** Folders of packages/protocol/src, lowest first: each may import those before it. */
const layers = [
  'bytes',
  'chain',
  'families',
  'tree',
  'checkpoints',
  'wire',
  'io',
  'peer',
  'forks',
  'headers',
  'blocks',
  'transactions',
  'compact',
  'trust',
  'proofs',
  'filters',
  'introductions',
  'node',
  'driver',
];

/** Folders of packages/browser-node/src, lowest first: each may import those before it. */
const browserLayers = [
  'boundary',
  'device',
  'channel',
  'store',
  'worker',
  'diagnosis',
  'peers',
  'tabs',
  'api',
];

const protocol = '^packages/protocol/src/';
const browserNode = '^packages/browser-node/src/';
const tests = '(\\.test\\.ts$|^tests/|^packages/[^/]+/(bench|test)/|^[^/]+$)';
const packagesOf = (names) => `^packages/(${names.join('|')})/`;

const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));

/** Packages that only the build and the tests need. */
const { workspaces, devDependencies } = readJson('package.json');
const shipped = new Set(
  workspaces.flatMap((name) => {
    const { dependencies, peerDependencies } = readJson(`${name}/package.json`);
    return Object.keys({ ...dependencies, ...peerDependencies });
  }),
);
const tools = Object.keys(devDependencies).filter((name) => !shipped.has(name));

const bitcoinBridge = '^packages/gateway/src/bridges/bitcoin/';

const server = '^packages/signal-server/src/';
const addresses = `${protocol}families/bitcoin/transaction/address\\.ts$`;
const packageTypes = ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg'];

/** Folders of packages/signal-server/src, and which of the others each may import. server.ts puts them together. */
const serverFolders = {
  http: [],
  admission: [],
  directory: ['admission'],
  redis: ['directory', 'admission'],
  metrics: [],
  signaling: ['directory', 'metrics'],
  cli: [],
};

const serverFolderRules = Object.entries(serverFolders).map(([name, imports]) => ({
  name: `signal-server-${name}-apart`,
  comment: `${name} imports ${imports.join(' and ') || 'none'} of the other folders of the server`,
  severity: 'error',
  from: { path: `${server}${name}/`, pathNot: tests },
  to: {
    path: `${server}(${Object.keys(serverFolders)
      .filter((other) => ![name, ...imports].includes(other))
      .join('|')})/`,
  },
}));

const serverRules = [
  ...serverFolderRules,
  {
    name: 'signal-server-is-put-together-once',
    comment: 'server.ts knows all parts; no part knows it, and the command line knows its options',
    severity: 'error',
    from: { path: `${server}[^/]+/`, pathNot: `(${server}cli/|${tests})` },
    to: { path: `${server}(server|index|cli)\\.ts$` },
  },
  {
    name: 'signaling-through-the-directory',
    comment: 'another directory must be able to stand behind the interface',
    severity: 'error',
    from: { path: `${server}(signaling|metrics|http|admission)/`, pathNot: tests },
    to: { path: `${server}directory/(memory-directory|room)\\.ts$` },
  },
  {
    name: 'sockets-stay-in-signaling',
    comment: 'who is in which room must not depend on sockets of this process',
    severity: 'error',
    from: { path: `${server}(directory|redis|metrics|admission|http|cli)/`, pathNot: tests },
    to: { path: 'node_modules/(socket|engine)\\.io' },
  },
  {
    name: 'prometheus-stays-in-metrics',
    comment: 'one folder knows how figures are exposed',
    severity: 'error',
    from: { path: server, pathNot: `(${server}metrics/|${tests})` },
    to: { path: 'node_modules/prom-client/' },
  },
];

const layerRules = layers.slice(0, -1).map((layer, index) => ({
  name: `protocol-${layer}-looks-down`,
  comment: `${layer} must not import from the layers above it`,
  severity: 'error',
  from: { path: `${protocol}${layer}/`, pathNot: tests },
  to: { path: `${protocol}(${layers.slice(index + 1).join('|')})/` },
}));

/** Which other packages each package may import, and why no more. */
const packageImports = {
  protocol: [[], 'hashing is an effect that drivers perform'],
  pow: [[], 'kernels know bytes only'],
  signaling: [[], 'server and clients build on it, so it knows of neither'],
  peering: [['signaling'], 'it decides about links and never sees a header'],
  'signal-server': [['signaling'], 'it introduces peers and never sees a header'],
  gateway: [['protocol', 'pow', 'signaling', 'peering'], 'peers share the protocol, not each other'],
  'browser-node': [['protocol', 'pow', 'signaling', 'peering'], 'peers share the protocol, not each other'],
};

const packageRules = Object.entries(packageImports).map(([name, [imports, comment]]) => ({
  name: `${name}-apart`,
  comment,
  severity: 'error',
  from: { path: `^packages/${name}/`, pathNot: tests },
  to: {
    path: packagesOf(Object.keys(packageImports).filter((other) => ![name, ...imports].includes(other))),
  },
}));

const browserLayerRules = browserLayers.slice(0, -1).map((layer, index) => ({
  name: `browser-node-${layer}-looks-down`,
  comment: `${layer} knows nothing of the layers above it`,
  severity: 'error',
  from: { path: `${browserNode}${layer}/`, pathNot: tests },
  to: { path: `${browserNode}(${browserLayers.slice(index + 1).join('|')})/` },
}));

const config = {
  forbidden: [
    ...layerRules,
    {
      name: 'headers-and-blocks-apart',
      comment: 'sync of headers and sync of bodies are parts of their own, and node/ connects them',
      severity: 'error',
      from: { path: `${protocol}(headers|blocks)/`, pathNot: tests },
      to: { path: `${protocol}(headers|blocks)/`, pathNot: `${protocol}$1/` },
    },
    {
      name: 'protocol-index-is-the-top',
      comment: 'the index is for other packages; inside the package, import the file itself',
      severity: 'error',
      from: { path: protocol, pathNot: tests },
      to: { path: `${protocol}index\\.ts$` },
    },
    {
      name: 'limits-stand-alone',
      comment: 'every folder may import the limits, so the limits import nothing',
      severity: 'error',
      from: { path: `${protocol}limits\\.ts$` },
      to: { path: '.' },
    },
    {
      name: 'families-through-networks',
      comment:
        'no code above the families depends on one chain; networks.ts and proof-families.ts select the rules. What reads the format of one program is of its chain',
      severity: 'error',
      from: {
        path: protocol,
        pathNot: `(${protocol}families/|${protocol}(index|verify|visionx|proofs/tx-out-proof)\\.ts$|\\.test\\.ts$)`,
      },
      to: {
        path: `${protocol}families/`,
        pathNot: `${protocol}families/(networks|proof-families)\\.ts$`,
      },
    },
    {
      name: 'families-apart',
      comment: 'a family may import chain/, but not another family',
      severity: 'error',
      from: { path: `${protocol}families/(bitcoin|vision)/` },
      to: { path: `${protocol}families/(bitcoin|vision)/`, pathNot: `${protocol}families/$1/` },
    },
    {
      name: 'headers-and-transactions-stand-alone',
      comment:
        'within a family, blocks are made of headers and transactions, which know neither each other nor blocks',
      severity: 'error',
      from: { path: `${protocol}families/[^/]+/(header|transaction)/`, pathNot: tests },
      to: { path: `${protocol}families/[^/]+/(header|block|transaction)/`, pathNot: `/families/[^/]+/$1/` },
    },
    {
      name: 'family-above-its-rooms',
      comment: 'a family is put together from its rooms, which know its parameters and nothing else of it',
      severity: 'error',
      from: { path: `${protocol}families/[^/]+/(header|block|transaction)/`, pathNot: tests },
      to: { path: `${protocol}families/[^/]+/[^/]+$`, pathNot: '/network-(params|rules|terms)\\.ts$' },
    },
    {
      name: 'protocol-is-pure',
      comment: 'no Node and no DOM: the core does the same on every platform',
      severity: 'error',
      from: { path: protocol, pathNot: tests },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'protocol-needs-nothing',
      comment: 'the core has no dependency: what every peer must agree on changes with this repository only',
      severity: 'error',
      from: { path: protocol, pathNot: `(${addresses}|${tests})` },
      to: { dependencyTypes: packageTypes },
    },
    {
      name: 'addresses-need-their-codes',
      comment:
        'an address is what a person typed, so peers need not agree about it; nothing else is needed to read it',
      severity: 'error',
      from: { path: addresses },
      to: { dependencyTypes: packageTypes, pathNot: 'node_modules/@scure/base/' },
    },
    ...packageRules,
    {
      name: 'signaling-wire-half-is-pure',
      comment: 'messages and their checks run anywhere; the socket is the business of client/',
      severity: 'error',
      from: { path: '^packages/signaling/src/', pathNot: `(^packages/signaling/src/client/|${tests})` },
      to: { path: '(^packages/signaling/src/client/|node_modules/)' },
    },
    {
      name: 'signaling-and-peering-without-node',
      comment: 'pages use both',
      severity: 'error',
      from: { path: '^packages/(signaling|peering)/src/', pathNot: tests },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'wire-half-only',
      comment: 'the server has no use for the clients, and peering is given its introducers',
      severity: 'error',
      from: { path: '^packages/(signal-server|peering)/src/', pathNot: tests },
      to: { path: '^packages/signaling/src/(client|tracker)/' },
    },
    {
      name: 'peering-is-given-its-platform',
      comment: 'time, WebRTC and introducers come from outside, so there is nothing to install',
      severity: 'error',
      from: { path: '^packages/peering/src/', pathNot: tests },
      to: { path: 'node_modules/' },
    },
    ...browserLayerRules,
    {
      name: 'ways-in-on-the-public-api',
      comment:
        'the element, the hooks and the script are files of their own and reach the library as an application does',
      severity: 'error',
      from: { path: `${browserNode}(element|react|script)/`, pathNot: tests },
      to: { path: '^packages/', pathNot: `${browserNode}(index\\.ts$|(element|react|script)/)` },
    },
    {
      name: 'ways-in-apart',
      comment: 'whoever wants the library, or one way into it, does not get another one',
      severity: 'error',
      from: { path: `${browserNode}([^/]+)/`, pathNot: tests },
      to: { path: `${browserNode}(element|react|script)/`, pathNot: `${browserNode}$1/` },
    },
    {
      name: 'react-in-one-room',
      comment: 'the library and the element need no framework',
      severity: 'error',
      from: { path: '^packages/', pathNot: `(${browserNode}react/|${tests})` },
      to: { path: 'node_modules/(@types/)?react(-dom)?/' },
    },
    {
      name: 'browser-node-worker-apart',
      comment: 'what the page imports of worker/ would be in the bundle twice',
      severity: 'error',
      from: { path: `${browserNode}(peers|api)/`, pathNot: tests },
      to: { path: `${browserNode}worker/` },
    },
    {
      name: 'explorer-on-the-public-api',
      comment:
        'the page reaches the library by its public entry, and no other package of ours but for files of proofs',
      severity: 'error',
      from: { path: '^packages/explorer/', pathNot: '/transactions/proof-tools\\.ts$' },
      to: { path: '^packages/', pathNot: '^packages/(explorer/|browser-node/src/index\\.ts$)' },
    },
    {
      name: 'explorer-is-imported-by-nobody',
      comment: 'no package depends on the page; above all, the library does not contain it',
      severity: 'error',
      from: { path: '^packages/', pathNot: '^packages/explorer/' },
      to: { path: '^packages/explorer/' },
    },
    {
      name: 'packages-through-their-index',
      comment: 'another package is imported by its name, as from outside of the repository',
      severity: 'error',
      from: { path: '^packages/([^/]+)/src/', pathNot: tests },
      to: {
        path: '^packages/[^/]+/src/',
        pathNot:
          '^packages/($1/|[^/]+/src/index\\.ts$|protocol/src/verify\\.ts$|signaling/src/(client|tracker)/index\\.ts$)',
      },
    },
    {
      name: 'bitcoin-bridge-is-pure',
      comment:
        'what speaks to full nodes is given bytes and time, by sockets or by a simulator; only its driver/ knows Node',
      severity: 'error',
      from: { path: bitcoinBridge, pathNot: `(${bitcoinBridge}driver/|${tests})` },
      to: {
        path: '.',
        pathNot: `(${bitcoinBridge}(?!driver/)|${protocol}index\\.ts$)`,
      },
    },
    {
      name: 'bitcoin-wire-and-addresses-apart',
      comment: 'messages and the book of addresses know addresses, and not each other',
      severity: 'error',
      from: { path: `${bitcoinBridge}(wire|addresses)/`, pathNot: tests },
      to: { path: `${bitcoinBridge}[^/]+/`, pathNot: `${bitcoinBridge}$1/` },
    },
    {
      name: 'tools-stay-outside',
      comment: 'shipped code does not import the tools that build and test it',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: tests },
      to: { path: `node_modules/(${tools.join('|')})/` },
    },
    ...serverRules,
    {
      name: 'no-test-imported',
      severity: 'error',
      from: { pathNot: tests },
      to: { path: '\\.test\\.ts$' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'resolvable',
      comment: 'an import that cannot be resolved is not checked by any rule',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: ['\\?', '^vision-light:'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // Only our own dist folders: an import from the dist of another package is an import as well.
    exclude: {
      path: ['^build/', '^packages/[^/]+/(dist|build)/', '^packages/pow/(assembly|bench/generated)/'],
    },
    // Type-only imports count too: a layer depends on every name that it uses.
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
