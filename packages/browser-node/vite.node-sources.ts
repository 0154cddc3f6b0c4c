import { fileURLToPath } from 'node:url';
import { minify as terser } from 'terser';
import { build, minify, type Plugin } from 'vite';
import { namesOutsidePage, namesOutsideWorker } from './vite.outside-names.js';
import { shortReasons } from './vite.short-reasons.js';
import { shortenNames } from './vite.shorten-names.js';
import { slimComlink, slimIdb, slimSimplePeer } from './vite.slim-libraries.js';
import { slimEngineIo, slimSocketIo } from './vite.slim-sockets.js';
import { cutUnusedMethods } from './vite.unused-methods.js';

/** Where the sources of all packages are taken from, instead of what was last built. */
export const sourceConditions = ['vision-light-source', 'module', 'browser', 'import', 'default'];

/**
 * What vite needs to bundle the node from its sources.
 *
 * @param options  `emitWorkerAs`: name of the file that the worker is written to, beside the bundle that holds it as text;
 *   `isMinified`: false for tests, which have no time for it; `workerPlugins`: what changes the worker's sources, as a
 *   test of two releases does
 */
export function nodeSources(options: {
  readonly emitWorkerAs: string;
  readonly isMinified?: boolean;
  readonly workerPlugins?: readonly Plugin[];
}): Plugin[] {
  return [
    workerScript(options),
    ed25519File(options),
    slimComlink(),
    slimSimplePeer(),
    slimEngineIo(),
    slimSocketIo(),
  ];
}

/** Where vite puts the licences of the worker's libraries before they are emitted with the library's. */
const LICENSES = 'licenses.md';

/** For tools that look for the types of each file that a package exports: the worker is to be named, not imported. */
const WORKER_TYPES = '/** The script of the workers. It exports nothing. */\nexport {};\n';

const moduleId = 'vision-light:worker-script';
const resolvedId = `\0${moduleId}`;
const entry = fileURLToPath(new URL('src/worker/worker.ts', import.meta.url));

/**
 * Provides `vision-light:worker-script`: the worker, bundled into one classic script, as text.
 *
 * Not by vite's own `?worker&inline`: that revokes the worker's address as soon as the worker runs, but the node worker
 * starts its hash workers from the same address.
 */
function workerScript({
  emitWorkerAs,
  isMinified = true,
  workerPlugins = [],
}: Parameters<typeof nodeSources>[0]): Plugin {
  return {
    name: 'vision-light-worker-script',
    resolveId: (id) => (id === moduleId ? resolvedId : undefined),
    async load(id) {
      if (id !== resolvedId) return undefined;
      const { code, sources, licenses } = await bundleWorker(isMinified, workerPlugins);
      for (const source of sources) this.addWatchFile(source);
      this.emitFile({ type: 'asset', fileName: emitWorkerAs, source: code });
      this.emitFile({ type: 'asset', fileName: emitWorkerAs.replace(/js$/, 'd.ts'), source: WORKER_TYPES });
      this.emitFile({ type: 'asset', fileName: 'licenses-worker.md', source: licenses });
      // A list, which no minifier moves to its one use: at the start of the page, what follows repeats the end of the script.
      return `export const workerScript = [${JSON.stringify(code)}];`;
    },
  };
}

/**
 * Provides `vision-light:ed25519-url`: the address of `ed25519.js` beside the bundle, which the node's worker loads where
 * WebCrypto has no Ed25519. A page without a bundler finds it there; a bundler sees an asset and carries it along.
 */
function ed25519File({ isMinified = true }: Parameters<typeof nodeSources>[0]): Plugin {
  const id = 'vision-light:ed25519-url';
  return {
    name: 'vision-light-ed25519-file',
    resolveId: (each) => (each === id ? `\0${id}` : undefined),
    async load(each) {
      if (each !== `\0${id}`) return undefined;
      const { code, sources, licenses } = await bundleScript({
        entry: fileURLToPath(new URL('src/worker/ed25519-fallback.ts', import.meta.url)),
        format: 'es',
        isMinified,
        plugins: [],
      });
      for (const source of sources) this.addWatchFile(source);
      this.emitFile({ type: 'asset', fileName: 'ed25519.js', source: code });
      this.emitFile({ type: 'asset', fileName: 'licenses-ed25519.md', source: licenses });
      return "export const ed25519Url = new URL(/* @vite-ignore */ './ed25519.js', import.meta.url).href;";
    },
  };
}

interface WorkerBundle {
  readonly code: string;
  readonly sources: readonly string[];
  /** Licences of what is bundled, as a document. */
  readonly licenses: string;
}

/**
 * terser finds a kilobyte, gzipped, that vite's minifier leaves. After it the script goes through that minifier again, for
 * strings in the quotes that the page uses are compressed better.
 *
 * @param outside  names that are read outside of the script
 * @param privateNames  names of properties that nothing outside the script reads
 */
async function minifyFurther(
  script: string,
  outside: ReadonlySet<string>,
  { isModule = false, privateNames }: { readonly isModule?: boolean; readonly privateNames?: RegExp } = {},
): Promise<string> {
  const { code = '' } = await terser(cutUnusedMethods(script, outside), {
    ecma: 2020,
    module: isModule,
    toplevel: true,
    compress: { ecma: 2020, passes: 2, sequences: false, conditionals: false, if_return: false },
    mangle: privateNames === undefined ? {} : { properties: { regex: privateNames } },
    format: { ecma: 2020 },
  });
  const { code: again, errors } = await minify('script.js', shortenNames(code, outside), {
    module: isModule,
  });
  if (again === '' || errors.length > 0) throw new Error('a script could not be minified');
  return again;
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

/**
 * The core computes the genesis of a custom network with a VisionX of its own, in bigint. The worker has the kernel, and with
 * it needs no other: 0.8 kB gzipped less.
 */
function kernelVisionX(): Plugin {
  return {
    name: 'vision-light-kernel-visionx',
    enforce: 'pre',
    resolveId: (id, importer) =>
      id.endsWith('/visionx.js') && importer?.endsWith('/families/vision/custom-network.ts')
        ? fileURLToPath(new URL('src/worker/kernel-visionx.ts', import.meta.url))
        : undefined,
    buildEnd(error) {
      if (error === undefined && [...this.getModuleIds()].some((id) => id.endsWith('/header/visionx.ts')))
        throw new Error('the worker has a second VisionX');
    },
  };
}

async function bundleWorker(isMinified: boolean, plugins: readonly Plugin[]): Promise<WorkerBundle> {
  const own = [...(isMinified ? [shortReasons()] : []), kernelVisionX(), slimComlink(), slimIdb()];
  const bundle = await bundleScript({ entry, format: 'iife', isMinified, plugins: [...own, ...plugins] });
  if (!isMinified) return bundle;
  const libraries = bundle.sources.filter((id) => id.includes('/node_modules/'));
  return { ...bundle, code: await minifyFurther(bundle.code, namesOutsideWorker(libraries)) };
}

/** One script of an entry and all that it imports. */
async function bundleScript(options: {
  readonly entry: string;
  readonly format: 'es' | 'iife';
  readonly isMinified: boolean;
  readonly plugins: readonly Plugin[];
}): Promise<WorkerBundle> {
  const { entry, format, isMinified, plugins } = options;
  const result = await build({
    configFile: false,
    logLevel: 'warn',
    plugins: [...plugins],
    resolve: { conditions: sourceConditions },
    build: {
      write: false,
      license: { fileName: LICENSES },
      target: 'es2023',
      minify: isMinified,
      lib: { entry, formats: [format], name: 'visionLightWorker' },
    },
  });
  const outputs = Array.isArray(result) ? result : [result];
  for (const output of outputs) {
    if (!('output' in output)) continue;
    for (const chunk of output.output) {
      if (chunk.type !== 'chunk' || !chunk.isEntry) continue;
      const document = output.output.find(({ fileName }) => fileName === LICENSES);
      const licenses = document?.type === 'asset' ? String(document.source) : '';
      return { code: chunk.code, sources: chunk.moduleIds, licenses };
    }
  }
  throw new Error(`vite made no script of ${entry}`);
}
