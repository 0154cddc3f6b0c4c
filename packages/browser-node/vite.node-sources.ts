import { fileURLToPath } from 'node:url';
import type { ESTree } from 'rolldown/utils';
import { minify as terser } from 'terser';
import { build, minify, type Plugin } from 'vite';

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
  return [workerScript(options), slimSimplePeer(), slimEngineIo(), slimSocketIo()];
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
      return `export const workerScript = ${JSON.stringify(code)};`;
    },
  };
}

/** simple-peer's log, its methods for audio and video (only descriptions of one data channel are taken), and for its own channel. */
const unreachedMethods = [
  '_debug',
  'addTransceiver',
  'addStream',
  'addTrack',
  'replaceTrack',
  'removeTrack',
  'removeStream',
  '_onTrack',
  'address',
  'send',
  '_write',
];

/** What simple-peer says of each step is shown to nobody. Each is a statement that begins a line. */
const withoutLog = (code: string): string =>
  code.replaceAll(/^\s*this\._debug\((?:[^()]|\([^()]*\))*\)$/gm, '');

/** Cuts methods out of a class of a module. @throws if one of them is not there */
function withoutMethods(
  program: ESTree.Program,
  code: string,
  className: string,
  names: readonly string[],
): string {
  const [members = []] = program.body.flatMap((statement) => {
    const declared = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
    return declared?.type === 'ClassDeclaration' && declared.id?.name === className
      ? [declared.body.body]
      : [];
  });
  const found = names.map((name) => {
    const member = members.find(
      (each) => each.type === 'MethodDefinition' && each.key.type === 'Identifier' && each.key.name === name,
    );
    if (member === undefined) throw new Error(`${className} has no method ${name}`);
    return member;
  });
  return found
    .toSorted((a, b) => b.start - a.start)
    .reduce((rest, { start, end }) => rest.slice(0, start) + rest.slice(end), code);
}

/**
 * simple-peer from its source, with its dependencies replaced by the parts that it uses, and without what only audio and
 * video need. Its ready-made `simplepeer.min.js` contains a whole stream library and Buffer: 28 kB gzipped, against 5.
 */
function slimSimplePeer(): Plugin {
  const shims = new Map(
    [
      'buffer',
      'debug',
      'err-code',
      'get-browser-rtc',
      'queue-microtask',
      'randombytes',
      'readable-stream',
    ].map((name) => [name, fileURLToPath(new URL(`src/simple-peer-shims/${name}.cjs`, import.meta.url))]),
  );
  return {
    name: 'vision-light-slim-simple-peer',
    enforce: 'pre',
    resolveId: (id, importer) => (importer?.endsWith('/simple-peer/index.js') ? shims.get(id) : undefined),
    transform(code, id) {
      if (!id.endsWith('/simple-peer/index.js')) return undefined;
      const text = withoutLog(code);
      if (text.split('this._debug(').length > 1) throw new Error('simple-peer logs in another way');
      return withoutMethods(this.parse(text), text, 'Peer', unreachedMethods);
    },
  };
}

/** What changes from one transport of engine.io to a better one. With WebSocket alone there is no better one. */
const upgradeMethods = ['_probe'];

/**
 * engine.io-client without the transports that the node never asks for: polling and WebTransport, 4 kB gzipped. Its
 * socket uses the list of them; its index exports them, and since they run code when loaded, that would keep them.
 * Base64 goes with them: only polling carries bytes that way. A server that sends base64 all the same sends no bytes.
 */
function slimEngineIo(): Plugin {
  const id = '\0vision-light:engine.io-transports';
  const unusedId = '\0vision-light:engine.io-unused';
  let folder = '';
  return {
    name: 'vision-light-slim-engine-io',
    enforce: 'pre',
    resolveId(source, importer = '') {
      if (importer.endsWith('/engine.io-parser/build/esm/decodePacket.browser.js'))
        return source.endsWith('/base64-arraybuffer.js') ? unusedId : undefined;
      const [, client] = /^(.*\/engine\.io-client\/build\/esm)\/(?:socket|index)\.js$/.exec(importer) ?? [];
      if (client === undefined) return undefined;
      if (/^\.\/transports\/(polling|webtransport)/.test(source)) return unusedId;
      if (source !== './transports/index.js') return undefined;
      folder = client;
      return id;
    },
    transform(code, id) {
      if (!id.endsWith('/engine.io-client/build/esm/socket.js')) return undefined;
      return withoutMethods(this.parse(code), code, 'Socket', upgradeMethods);
    },
    load(loaded) {
      if (loaded === unusedId)
        return `export const Fetch = undefined, XHR = undefined, WT = undefined;
          export const decode = () => new ArrayBuffer(0);`;
      if (loaded !== id) return undefined;
      const webSocket = JSON.stringify(`${folder}/transports/websocket.js`);
      return `import { WS } from ${webSocket};\nexport const transports = { websocket: WS };`;
    },
  };
}

/** Methods of socket.io-client's socket that signaling does not use: listeners of every event, retries, promises. */
const unusedMethods = [
  'emitWithAck',
  '_addToQueue',
  'compress',
  'onAny',
  'prependAny',
  'offAny',
  'listenersAny',
  'onAnyOutgoing',
  'prependAnyOutgoing',
  'offAnyOutgoing',
  'listenersAnyOutgoing',
];

/**
 * socket.io-parser without binary attachments, a kilobyte gzipped: signaling is text. A server that announces an attachment
 * all the same is a server that cannot be understood, and the connection to it ends.
 */
function slimSocketIo(): Plugin {
  const id = '\0vision-light:socket.io-no-binary';
  return {
    name: 'vision-light-slim-socket.io',
    enforce: 'pre',
    transform(code, id) {
      if (!id.endsWith('/socket.io-client/build/esm/socket.js')) return undefined;
      return withoutMethods(this.parse(code), code, 'Socket', unusedMethods);
    },
    resolveId: (source, importer = '') =>
      importer.endsWith('/socket.io-parser/build/esm/index.js') && /^\.\/(is-)?binary\.js$/.test(source)
        ? id
        : undefined,
    load: (loaded) =>
      loaded === id
        ? `export const isBinary = () => false, hasBinary = isBinary;
          export const deconstructPacket = (packet) => ({ packet, buffers: [] });
          export const reconstructPacket = () => { throw new Error('binary attachment'); };`
        : undefined,
  };
}

/**
 * idb without iteration over cursors, and without the methods of a database that stand for a transaction of one request:
 * most of a kilobyte, gzipped. The store reads many records with one request, and each of its transactions is its own.
 */
function slimIdb(): Plugin {
  return {
    name: 'vision-light-slim-idb',
    transform(code, id) {
      if (!id.endsWith('/idb/build/index.js')) return undefined;
      const from = code.indexOf('const readMethods = ');
      const to = code.indexOf('export { deleteDB, openDB, unwrap, wrap }');
      if (from < 0 || to < from) throw new Error('idb is put together in another way');
      return code.slice(0, from) + code.slice(to);
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
 */
async function minifyFurther(script: string): Promise<string> {
  const { code = '' } = await terser(script, {
    ecma: 2020,
    toplevel: true,
    compress: { ecma: 2020, passes: 2, sequences: false, conditionals: false, if_return: false },
    format: { ecma: 2020 },
  });
  const { code: again, errors } = await minify('worker.js', code);
  if (again === '' || errors.length > 0) throw new Error('the worker could not be minified');
  return again;
}

async function bundleWorker(isMinified: boolean, plugins: readonly Plugin[]): Promise<WorkerBundle> {
  const result = await build({
    configFile: false,
    logLevel: 'warn',
    plugins: [slimIdb(), ...plugins],
    resolve: { conditions: sourceConditions },
    build: {
      write: false,
      license: { fileName: LICENSES },
      target: 'es2023',
      minify: isMinified,
      lib: { entry, formats: ['iife'], name: 'visionLightWorker' },
    },
  });
  const outputs = Array.isArray(result) ? result : [result];
  for (const output of outputs) {
    if (!('output' in output)) continue;
    for (const chunk of output.output) {
      if (chunk.type !== 'chunk' || !chunk.isEntry) continue;
      const document = output.output.find(({ fileName }) => fileName === LICENSES);
      const licenses = document?.type === 'asset' ? String(document.source) : '';
      const code = isMinified ? await minifyFurther(chunk.code) : chunk.code;
      return { code, sources: chunk.moduleIds, licenses };
    }
  }
  throw new Error(`vite made no script of ${entry}`);
}
