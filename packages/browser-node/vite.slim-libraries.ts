/**
 * Plugins that leave out of each library what the node never reaches. The libraries stay as they were published: a plugin
 * changes the text while it is bundled. What it cuts it names, and a version of the library that lacks that ends the build.
 */
import { fileURLToPath } from 'node:url';
import type { ESTree } from 'rolldown/utils';
import type { Plugin } from 'vite';

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
 * Cuts methods out of a class of a module, and empties others.
 *
 * @throws if one of them is not there
 */
function withoutMethods(
  program: ESTree.Program,
  code: string,
  className: string,
  cut: readonly string[],
  emptied: readonly string[] = [],
): string {
  const [members = []] = program.body.flatMap((statement) => {
    const declared = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
    return declared?.type === 'ClassDeclaration' && declared.id?.name === className
      ? [declared.body.body]
      : [];
  });
  const found = [...cut, ...emptied].map((name) => {
    const method = members.find(
      (each) => each.type === 'MethodDefinition' && each.key.type === 'Identifier' && each.key.name === name,
    );
    if (method === undefined) throw new Error(`${className} has no method ${name}`);
    return { start: method.start, end: method.end, rest: cut.includes(name) ? '' : `${name}() {}` };
  });
  return found
    .toSorted((a, b) => b.start - a.start)
    .reduce((text, { start, end, rest }) => text.slice(0, start) + rest + text.slice(end), code);
}

/** @throws if `part` is not in the code */
function replaced(code: string, part: string, by: string): string {
  if (!code.includes(part)) throw new Error(`not in the library any more: ${part}`);
  return code.replace(part, () => by);
}

/** @throws if one of the two is not in the code, or `to` not after `from` */
function cutFrom(code: string, from: string, to: string): string {
  const start = code.indexOf(from);
  const end = code.indexOf(to, start);
  if (start < 0 || end < 0) throw new Error(`not in the library any more: ${from} … ${to}`);
  return code.slice(0, start) + code.slice(end);
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

/** What changes from one transport of engine.io to a better one. With WebSocket alone there is no better one. */
const upgradeMethods = ['_probe'];

/** engine.io-parser's encoder, for packets of text: signaling sends no others. */
function onlyText(code: string): string {
  const plain = 'callback(PACKET_TYPES[type] + (data || ""))';
  if (!code.includes(`return ${plain};`)) throw new Error('engine.io-parser encodes in another way');
  return `import { PACKET_TYPES } from './commons.js';
    export const encodePacket = ({ type, data }, supportsBinary, callback) => ${plain};
    export const encodePacketToBinary = undefined;`;
}

/**
 * engine.io-client without the transports that the node never asks for: polling and WebTransport, 4 kB gzipped. Its
 * socket uses the list of them; its index exports them, and since they run code when loaded, that would keep them.
 * Base64 goes with them: only polling carries bytes that way. A server that sends base64 all the same sends no bytes.
 *
 * Its parser of addresses takes what is no URL; signaling gives it an origin, which the browser takes apart as well.
 */
export function slimEngineIo(): Plugin {
  const id = '\0vision-light:engine.io-transports';
  const unusedId = '\0vision-light:engine.io-unused';
  const parseUriId = '\0vision-light:engine.io-parse-uri';
  let folder = '';
  return {
    name: 'vision-light-slim-engine-io',
    enforce: 'pre',
    resolveId(source, importer = '') {
      if (importer.endsWith('/engine.io-parser/build/esm/decodePacket.browser.js'))
        return source.endsWith('/base64-arraybuffer.js') ? unusedId : undefined;
      const [, client] = /^(.*\/engine\.io-client\/build\/esm)\/(?:socket|index)\.js$/.exec(importer) ?? [];
      if (source === './contrib/parseuri.js') return parseUriId;
      if (client === undefined) return undefined;
      if (/^\.\/transports\/(polling|webtransport)/.test(source)) return unusedId;
      if (source !== './transports/index.js') return undefined;
      folder = client;
      return id;
    },
    transform(code, id) {
      if (id.endsWith('/engine.io-parser/build/esm/encodePacket.browser.js')) return onlyText(code);
      if (!id.endsWith('/engine.io-client/build/esm/socket.js')) return undefined;
      // Packets are weighed for polling alone, which cannot carry more than so many bytes.
      const text = replaced(
        code,
        'if (!shouldCheckPayloadSize) {\n            return this.writeBuffer;\n        }',
        'return this.writeBuffer;',
      );
      return withoutMethods(this.parse(text), text, 'Socket', upgradeMethods);
    },
    load(loaded) {
      if (loaded === unusedId)
        return `export const Fetch = undefined, XHR = undefined, WT = undefined;
          export const decode = () => new ArrayBuffer(0);`;
      if (loaded === parseUriId)
        return `export const parse = (source) => {
          const { protocol, hostname, port } = new URL(source);
          return { source, protocol: protocol.slice(0, -1), host: hostname.replace(/[[\\]]/g, ''), port };
        };`;
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

/** socket.io-parser for packets of text alone: the two types with attachments, 5 and 6, are unknown to it. */
function withoutAttachments(code: string): string {
  let text = replaced(code, 'PacketType[p.type] === undefined', '!(p.type < 5)');
  text = cutFrom(text, '// look up attachments if type binary', '// look up namespace');
  text = replaced(text, 'const isBinaryEvent =', '{\nconst isBinaryEvent =');
  text = cutFrom(text, 'const isBinaryEvent =', '// non-binary full packet');
  text = cutFrom(
    text,
    'else if (isBinary(obj) || obj.base64) {',
    'else {\n            throw new Error("Unknown type',
  );
  text = cutFrom(text, 'if (obj.type === PacketType.EVENT ||', 'return [this.encodeAsString(obj)];');
  text = cutFrom(
    text,
    'if (this.reconstructor) {\n                throw',
    'packet = this.decodeString(obj);',
  );
  text = cutFrom(text, 'if (obj.type === PacketType.BINARY_EVENT ||', '// if we have a namespace');
  return cutFrom(text, 'encodeAsBinary(obj) {', '}\n/**');
}

/**
 * socket.io-parser without binary attachments, a kilobyte gzipped: signaling is text. A server that announces an attachment
 * all the same is a server that cannot be understood, and the connection to it ends.
 */
export function slimSocketIo(): Plugin {
  const id = '\0vision-light:socket.io-no-binary';
  return {
    name: 'vision-light-slim-socket.io',
    enforce: 'pre',
    transform(code, id) {
      if (id.endsWith('/socket.io-parser/build/esm/index.js')) return withoutAttachments(code);
      // One parser, so that the bundler sees what of it is used.
      if (id.endsWith('/socket.io-client/build/esm/manager.js'))
        return replaced(code, 'const _parser = opts.parser || parser;', '').replaceAll('_parser.', 'parser.');
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
