/**
 * Plugins that leave out of each library what the node never reaches. The libraries stay as they were published: a plugin
 * changes the text while it is bundled. What it cuts it names, and a version of the library that lacks that ends the build.
 */
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import { cutFrom, replaced, withoutMethods } from './vite.script-changes.js';

/**
 * simple-peer's log, its methods for audio and video (only descriptions of one data channel are taken), and for its own
 * channel, which carries nothing: writing to it, its pressure, and the addresses that it looks for before it says `connect`.
 */
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
  '_read',
  'getStats',
  '_onInterval',
];

/** Methods of the same kind that simple-peer calls all the same: they do nothing. */
const idleMethods = [
  '_maybeReady',
  '_onFinish',
  '_onChannelBufferedAmountLow',
  '_startIceCompleteTimeout',
  '_requestMissingTransceivers',
];

/** What simple-peer says of each step is shown to nobody. Each is a statement that begins a line. */
const withoutLog = (code: string): string =>
  code.replaceAll(/^\s*this\._debug\((?:[^()]|\([^()]*\))*\)$/gm, '');

/** simple-peer as a module, which needs no wrapper, and its errors without the codes that nothing reads. */
function asModule(code: string): string {
  const text = code
    .replaceAll(/^const debug = require\(.*\n/gm, '')
    .replaceAll(/^const errCode = require\(.*\n/gm, '')
    // Every browser that runs the node has this one.
    .replaceAll(/^const queueMicrotask = require\(.*\n/gm, '')
    .replaceAll(/errCode\((.*), 'ERR_\w+'\)/g, '$1')
    .replaceAll(/^const stream = require\((.*)\)/gm, 'import * as stream from $1')
    .replaceAll(/^const \{? ?(\w+) ?\}? = require\(('[\w-]+')\)/gm, 'import { $1 } from $2');
  if (/\brequire\(|\berrCode\b/.test(text)) throw new Error('simple-peer is put together in another way');
  return replaced(text, 'module.exports = Peer', 'export default Peer');
}

/**
 * comlink for calls of functions alone, 1.5 kB gzipped less: without objects that stay on their side and are called from the
 * other, for which each side contains the other, without access to properties, and without the release of a proxy. The page
 * has one proxy, which lives as long as its worker.
 */
export function slimComlink(): Plugin {
  return {
    name: 'vision-light-slim-comlink',
    transform(code, id) {
      if (!id.endsWith('/comlink/dist/esm/comlink.mjs')) return undefined;
      let text = replaced(code, '["proxy", proxyTransferHandler],', '');
      text = replaced(text, 'if (!isAllowedOrigin(allowedOrigins, ev.origin))', 'if (false)');
      text = cutFrom(text, 'case "GET"', 'case "APPLY"');
      text = cutFrom(text, 'case "CONSTRUCT"', 'default:');
      text = cutFrom(text, 'if (type === "RELEASE"', '})\n            .catch(');
      text = cutFrom(
        text,
        'throwIfProxyReleased(isProxyReleased);\n            if (prop',
        'return createProxy(',
      );
      text = cutFrom(text, 'set(_target, prop, rawValue) {', 'apply(');
      text = cutFrom(
        text,
        'throwIfProxyReleased(isProxyReleased);\n            const last',
        'const [argumentList',
      );
      text = cutFrom(text, 'construct(_target,', '});\n    registerProxy(');
      text = replaced(text, 'registerProxy(proxy, ep);', '');
      return cutFrom(text, 'const proxyCounter =', 'function createProxy(');
    },
  };
}

/**
 * simple-peer from its source, with its dependencies replaced by the parts that it uses, and without what only audio and
 * video need. Its ready-made `simplepeer.min.js` contains a whole stream library and Buffer: 28 kB gzipped, against 5.
 */
export function slimSimplePeer(): Plugin {
  const shims = new Map(
    ['buffer', 'get-browser-rtc', 'queue-microtask', 'randombytes', 'readable-stream'].map((name) => [
      name,
      fileURLToPath(new URL(`src/simple-peer-shims/${name}.mjs`, import.meta.url)),
    ]),
  );
  return {
    name: 'vision-light-slim-simple-peer',
    enforce: 'pre',
    resolveId: (id, importer) => (importer?.endsWith('/simple-peer/index.js') ? shims.get(id) : undefined),
    transform(code, id) {
      if (!id.endsWith('/simple-peer/index.js')) return undefined;
      const text = asModule(withoutLog(code));
      if (text.includes('this._debug(')) throw new Error('simple-peer logs in another way');
      return withoutMethods(this.parse(text), text, 'Peer', unreachedMethods, idleMethods);
    },
  };
}

/**
 * idb without cursors, without the methods of a database that stand for a transaction of one request, and without setting a
 * property or asking for one: a kilobyte, gzipped. The store reads many records with one request, and each of its transactions
 * is its own.
 */
export function slimIdb(): Plugin {
  return {
    name: 'vision-light-slim-idb',
    transform(code, id) {
      if (!id.endsWith('/idb/build/index.js')) return undefined;
      let text = cutFrom(code, 'const readMethods = ', 'export { deleteDB, openDB, unwrap, wrap }');
      text = cutFrom(text, 'let idbProxyableTypes;', 'const transactionDoneMap');
      text = replaced(text, 'getIdbProxyableTypes()', '[IDBObjectStore, IDBDatabase, IDBTransaction]');
      text = cutFrom(text, '// Make tx.store return', '}\n        // Else transform');
      text = cutFrom(text, 'set(target, prop, value) {', '};\nfunction replaceTraps');
      text = cutFrom(text, '// Special handling for transaction.done.', 'if (prop ===');
      return cutFrom(
        text,
        '// Cursor methods are special',
        'return function (...args) {\n        // Calling the original',
      );
    },
  };
}
