import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { minify, type Plugin } from 'vite';
import { type BundledScript, bundleScript, bundleWorker, minifyFurther } from './vite.bundle-script.js';
import { namesOutsidePage } from './vite.outside-names.js';
import { slimComlink, slimSimplePeer } from './vite.slim-libraries.js';
import { slimEngineIo, slimSocketIo } from './vite.slim-sockets.js';

export { sourceConditions } from './vite.bundle-script.js';

/** How the library is built. */
interface NodeSourcesOptions {
  /** False for tests, which have no time for it. */
  readonly isMinified?: boolean;
  /** What changes the worker's sources, as a test of two releases does. */
  readonly workerPlugins?: readonly Plugin[];
}

/** What vite needs to bundle the node from its sources, and to write the files that lie beside the bundle. */
export function nodeSources(options: NodeSourcesOptions = {}): Plugin[] {
  return [
    filesBeside(options),
    ed25519Url(),
    slimComlink(),
    slimSimplePeer(),
    slimEngineIo(),
    slimSocketIo(),
  ];
}

/** For tools that look for the types of each file that a package exports: the worker is to be named, not imported. */
const WORKER_TYPES = '/** The script of the workers. It exports nothing. */\nexport {};\n';

/** Modules that the bundle imports when it needs them: each is a file beside it, of the same name. */
const modulesBeside = [
  'vision-worker',
  'bitcoin-worker',
  'transaction-key',
  'tx-proof',
  'diagnosis',
  'watches',
  'mining',
  'tracker',
  'by-hand',
] as const;

const source = (name: string): string => fileURLToPath(new URL(`src/${name}`, import.meta.url));

/**
 * Writes the files that lie beside the bundle:
 *
 * - `vision-worker.js`, `bitcoin-worker.js`: the worker with the rules of one family, as text that a module exports. Not by
 *   vite's own `?worker&inline`, which revokes the worker's address as soon as the worker runs, but hash workers are started
 *   from the same address;
 * - `worker.js`: the worker with all rules, as a script, for pages whose policy asks for an address;
 * - `transaction-key.js`: keys of a page, which few pages have;
 * - `tx-proof.js`: what makes proofs of transactions;
 * - `watches.js`: what follows the chain for transactions and addresses that are watched;
 * - `mining.js`: what mines blocks of the devnet;
 * - `tracker.js`: the client of trackers, which few pages name;
 * - `by-hand.js`: what joins two pages with no server;
 * - `diagnosis.js`: what finds out why a node meets no peers;
 * - `ed25519.js`: signatures where WebCrypto has none;
 * - `element.js`, `react.js`, `vision-light.js`: other ways into the library, which import it from beside them.
 *
 * Provides `vision-light:release`, too.
 */
function filesBeside({ isMinified = true, workerPlugins = [] }: NodeSourcesOptions): Plugin {
  const prefix = 'vision-light:';
  const releaseId = `${prefix}release`;
  let release = '';
  return {
    name: 'vision-light-files-beside',
    load: (id) => (id === `\0${releaseId}` ? `export const release = '${release}';` : undefined),
    resolveId(id) {
      if (id === releaseId) return `\0${releaseId}`;
      const name = modulesBeside.find((each) => id === prefix + each);
      return name === undefined ? undefined : { id: `./${name}.js`, external: true };
    },
    async buildStart() {
      const emit = (fileName: string, text: string): void => {
        this.emitFile({ type: 'asset', fileName, source: text });
      };
      const take = ({ sources, code }: BundledScript): string => {
        for (const each of sources) this.addWatchFile(each);
        return code;
      };
      const module = async (
        entry: string,
        plugins: readonly Plugin[],
        format: 'es' | 'iife' = 'es',
      ): Promise<BundledScript> => {
        const bundle = await bundleScript({ entry: source(entry), format, isMinified, plugins });
        return { ...bundle, code: await minified(bundle.code) };
      };
      const minified = async (code: string): Promise<string> =>
        isMinified ? (await minify('module.js', code, { module: true })).code : code;
      const worker = { isMinified, plugins: workerPlugins };
      const [
        whole,
        vision,
        bitcoin,
        ed25519,
        key,
        proof,
        diagnosis,
        watches,
        mining,
        tracker,
        byHand,
        ...ways
      ] = await Promise.all([
        bundleWorker(worker),
        bundleWorker({ ...worker, absentFamily: 'bitcoin' }),
        bundleWorker({ ...worker, absentFamily: 'vision' }),
        module('worker/ed25519-fallback.ts', []),
        module('api/transaction-key.ts', [ed25519Url()]),
        module('api/tx-proof.ts', []),
        module('diagnosis/diagnose.ts', []),
        module('watch/watches.ts', []),
        module('mining/mine.ts', []),
        module('peers/tracker.ts', []),
        module('peers/by-hand.ts', []),
        ...waysIn.map(({ entry, format }) => module(entry, [libraryBeside()], format)),
      ]);
      release = fingerprint(whole.code);
      emit('worker.js', take(whole));
      emit('worker.d.ts', WORKER_TYPES);
      emit('licenses-worker.md', whole.licenses);
      emit('vision-worker.js', await minified(asModule(take(vision))));
      emit('bitcoin-worker.js', await minified(asModule(take(bitcoin))));
      emit('ed25519.js', take(ed25519));
      emit('licenses-ed25519.md', ed25519.licenses);
      emit('transaction-key.js', take(key));
      emit('licenses-transaction-key.md', key.licenses);
      emit('tx-proof.js', take(proof));
      emit('diagnosis.js', take(diagnosis));
      emit('watches.js', take(watches));
      emit('mining.js', take(mining));
      emit('tracker.js', take(tracker));
      emit('by-hand.js', take(byHand));
      for (const [index, { fileName }] of waysIn.entries())
        emit(fileName, take(ways[index] as BundledScript));
    },
  };
}

/** A file beside the bundle that imports the bundle. */
interface WayIn {
  readonly fileName: string;
  readonly entry: string;
  readonly format: 'es' | 'iife';
  readonly directive?: string;
}

/** Sub-paths of the package, and the script for pages without modules: none of them holds the library itself. */
const waysIn: readonly WayIn[] = [
  { fileName: 'element.js', entry: 'element/index.ts', format: 'es' },
  // A bundler for servers is told that hooks run in the browser. Bundlers drop directives, so it is put there afterwards.
  { fileName: 'react.js', entry: 'react/index.ts', format: 'es', directive: '"use client";' },
  { fileName: 'vision-light.js', entry: 'script/vision-light.ts', format: 'iife' },
];

/**
 * Leaves the library and React out of a script that imports them. All files of the package are then to import the one module
 * beside them, for two copies would be two nodes.
 */
export function libraryBeside(): Plugin {
  return {
    name: 'vision-light-library-beside',
    enforce: 'pre',
    resolveId(id) {
      if (id === '../index.js') return { id: './index.js', external: true };
      return id === 'react' ? { id, external: true } : undefined;
    },
  };
}

/**
 * Names a release: tabs share a node only with tabs of the same one, since what they say to one another is not checked. It
 * follows from the worker's script, which has the core, and from the sources of the page's side.
 */
function fingerprint(workerScript: string): string {
  const hash = createHash('sha256').update(workerScript);
  for (const name of readdirSync(source(''), { recursive: true, encoding: 'utf8' }).sort())
    if (name.endsWith('.ts') && !name.endsWith('.test.ts')) hash.update(readFileSync(source(name)));
  return hash.digest('hex').slice(0, 8);
}

/** A script as text that a module exports. The minifier chooses the quotes that need the fewest escapes. */
const asModule = (script: string): string => `export const workerScript = ${JSON.stringify(script)};`;

/**
 * Provides `vision-light:ed25519-url`: the address of `ed25519.js` beside the bundle, which is loaded where WebCrypto has no
 * Ed25519. A page without a bundler finds it there; a bundler sees an asset and carries it along.
 */
function ed25519Url(): Plugin {
  const id = 'vision-light:ed25519-url';
  return {
    name: 'vision-light-ed25519-url',
    resolveId: (each) => (each === id ? `\0${id}` : undefined),
    load: (each) =>
      each === `\0${id}`
        ? "export const ed25519Url = new URL(/* @vite-ignore */ './ed25519.js', import.meta.url).href;"
        : undefined,
  };
}

/**
 * Minifies the library once more: two kilobytes, gzipped. Names that begin with an underscore are by their authors' word
 * private to simple-peer, socket.io and engine.io, and all of these are in the one script. comlink talks to the worker's.
 */
export function minifyLibrary(): Plugin {
  return {
    name: 'vision-light-minify-library',
    enforce: 'post',
    async generateBundle(_options, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== 'chunk') continue;
        const outside = namesOutsidePage(
          chunk.moduleIds.filter((id) => id.includes('/node_modules/comlink/')),
        );
        chunk.code = await minifyFurther(chunk.code, outside, { isModule: true, privateNames: /^_[a-z]/i });
      }
    },
  };
}
