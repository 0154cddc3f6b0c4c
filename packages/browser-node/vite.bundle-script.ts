/** Bundles the scripts that lie beside the library: the worker, once with each family's rules, and what few pages need. */
import { fileURLToPath } from 'node:url';
import { minify as terser } from 'terser';
import { build, minify, type Plugin } from 'vite';
import type { FamilyName } from '../protocol/src/families/network-names.js';
import { namesOutsideWorker } from './vite.outside-names.js';
import { shortReasons } from './vite.short-reasons.js';
import { shortenNames } from './vite.shorten-names.js';
import { slimComlink, slimIdb } from './vite.slim-libraries.js';
import { cutUnusedMethods } from './vite.unused-methods.js';

/** Where the sources of all packages are taken from, instead of what was last built. */
export const sourceConditions = ['vision-light-source', 'module', 'browser', 'import', 'default'];

/** Where vite puts the licences of a script's libraries before they are emitted with the library's. */
const LICENSES = 'licenses.md';

/** A script with everything that it imports. */
export interface BundledScript {
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
export async function minifyFurther(
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

/** What stands for the rules and the kernel of a family in the worker that has those of the other one. */
const absent: Readonly<Record<FamilyName, readonly (readonly [file: string, code: string])[]>> = {
  bitcoin: [
    ['/bitcoin-networks.js', 'export const bitcoinNetworks = {};'],
    ['/bitcoin-checkpoints.js', 'export const bitcoinCheckpoints = {};'],
    ['/bitcoin-jobs.js', 'export class BitcoinJobs {}'],
    // Only Bitcoin has compact filters.
    [
      '/filters/filters.js',
      `export class Filters {
        name = 'filters';
        receive() { return 'PEER_UNSOLICITED'; }
        search(first, last, scripts, done) { done('FILTERS_UNAVAILABLE'); }
        start() {}
        changed() {}
      }`,
    ],
  ],
  vision: [
    ['/vision-networks.js', 'export const visionNetworks = {}; export const createCustomNetwork = () => {};'],
    ['/vision-jobs.js', 'export class VisionJobs {}'],
  ],
};

/** Leaves the rules and the kernel of a family out. A page says which family its network has before it loads a worker. */
function without(family: FamilyName): Plugin {
  return {
    name: 'vision-light-one-family',
    enforce: 'pre',
    resolveId(id) {
      const index = absent[family].findIndex(([file]) => id.endsWith(file));
      return index < 0 ? undefined : `\0absent-${index}`;
    },
    load: (id) => (id.startsWith('\0absent-') ? absent[family][Number(id.slice(8))]?.[1] : undefined),
    generateBundle(_options, bundle) {
      for (const chunk of Object.values(bundle))
        for (const [id, { renderedLength }] of Object.entries(chunk.type === 'chunk' ? chunk.modules : {}))
          if (renderedLength > 0 && id.includes(`/families/${family}/`))
            throw new Error(`a worker without ${family} has ${id}`);
    },
  };
}

const workerEntry = fileURLToPath(new URL('src/worker/worker.ts', import.meta.url));

/**
 * The worker's script.
 *
 * @param absentFamily  whose rules are left out of it, if any
 */
export async function bundleWorker(options: {
  readonly isMinified: boolean;
  readonly absentFamily?: FamilyName;
  readonly plugins?: readonly Plugin[];
}): Promise<BundledScript> {
  const { isMinified, absentFamily, plugins = [] } = options;
  const bundle = await bundleScript({
    entry: workerEntry,
    format: 'iife',
    isMinified,
    plugins: [
      ...(isMinified ? [shortReasons()] : []),
      ...(absentFamily === undefined ? [] : [without(absentFamily)]),
      kernelVisionX(),
      slimComlink(),
      slimIdb(),
      ...plugins,
    ],
  });
  if (!isMinified) return bundle;
  const libraries = bundle.sources.filter((id) => id.includes('/node_modules/'));
  return { ...bundle, code: await minifyFurther(bundle.code, namesOutsideWorker(libraries)) };
}

/** One script of an entry and all that it imports. */
export async function bundleScript(options: {
  readonly entry: string;
  readonly format: 'es' | 'iife';
  readonly isMinified: boolean;
  readonly plugins: readonly Plugin[];
}): Promise<BundledScript> {
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
