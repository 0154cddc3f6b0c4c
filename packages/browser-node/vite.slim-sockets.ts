/**
 * Plugins that leave out of socket.io and engine.io what the node never reaches, as `vite.slim-libraries.ts` does of the
 * others. Signaling is text over WebSocket, at an address that is an origin, over a connection of its own.
 */
import type { Plugin } from 'vite';
import { cutFrom, replaced, withoutMethods } from './vite.script-changes.js';

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

/** engine.io-parser's decoder, for packets of text. A server that sends bytes all the same cannot be understood. */
function onlyTextDecoder(code: string): string {
  let text = replaced(
    code,
    'return {\n            type: "message",',
    'return ERROR_PACKET;\n({ type: "message",',
  );
  text = cutFrom(text, '({ type: "message",', '}\n    const type =');
  text = cutFrom(text, 'if (type === "b")', 'const packetType =');
  text = replaced(text, 'import { decode } from "./contrib/base64-arraybuffer.js";', '');
  return text.slice(0, text.indexOf('const decodeBase64Packet ='));
}

/** engine.io's socket with the one transport that it is given, and at an address that is text and has no query. */
function oneTransport(code: string): string {
  // Packets are weighed for polling alone, which cannot carry more than so many bytes.
  let text = replaced(
    code,
    'if (!shouldCheckPayloadSize) {\n            return this.writeBuffer;\n        }',
    'return this.writeBuffer;',
  );
  text = cutFrom(text, 'if (uri && "object" === typeof uri) {', 'if (uri) {\n            const parsedUri');
  text = cutFrom(text, 'if (parsedUri.query)', '}\n        else if (opts.host)');
  text = cutFrom(
    text,
    'if (opts.transportImplementations && opts.transports)',
    "// 'transports' option as an array",
  );
  text = replaced(text, "// 'transports' option as an array", "{\n// 'transports' option as an array");
  text = cutFrom(text, 'else {\n            this.transports = opts.transports', 'this.opts = Object.assign(');
  text = cutFrom(
    text,
    'if (typeof this.opts.query === "string")',
    'if (withEventListeners) {\n            if (this.opts.close',
  );
  text = cutFrom(text, 'if (this.opts.closeOnBeforeunload) {', 'if (this.hostname !== "localhost")');
  text = cutFrom(text, 'if (this.opts.withCredentials)', 'this._open();');
  text = cutFrom(text, 'if (this._beforeunloadEventListener)', 'if (this._offlineEventListener)');
  text = cutFrom(text, 'if (this.opts.tryAllTransports', 'this.emitReserved("error", err);');
  text = cutFrom(text, 'this.opts.rememberUpgrade &&', 'this.transports[0];');
  return text.replaceAll(/^ *SocketWithoutUpgrade\.priorWebsocketSuccess =[^;]*;\n/gm, '');
}

/** engine.io's WebSocket without options that only Node and React Native have. */
function browserWebSocket(code: string): string {
  let text = cutFrom(code, ': pick(this.opts, "agent"', 'if (this.opts.extraHeaders)');
  text = replaced(text, 'const opts = isReactNative\n            ? {}\n', 'const opts = {};\n');
  return text.replace(/^const isReactNative =[^;]*;$/m, 'const isReactNative = false;');
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
      if (id.endsWith('/engine.io-parser/build/esm/decodePacket.browser.js')) return onlyTextDecoder(code);
      if (id.endsWith('/engine.io-client/build/esm/transports/websocket.js')) return browserWebSocket(code);
      if (!id.endsWith('/engine.io-client/build/esm/socket.js')) return undefined;
      const text = oneTransport(code);
      return withoutMethods(this.parse(text), text, 'Socket', upgradeMethods);
    },
    load(loaded) {
      if (loaded === unusedId) return 'export const Fetch = undefined, XHR = undefined, WT = undefined;';
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
  '_drainQueue',
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

/** What socket.io-client is asked for: sockets of a connection of their own, in the namespace of the origin. */
const ownSocket = `import { Manager } from './manager.js';
  export const io = (origin, opts) => new Manager(origin, opts).socket('/', opts);
  export { WebSocket as NodeWebSocket } from 'engine.io-client';`;

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
      if (id.endsWith('/socket.io-client/build/esm/index.js')) return ownSocket;
      if (!id.endsWith('/socket.io-client/build/esm/socket.js')) return undefined;
      let text = cutFrom(
        code,
        'if (this._opts.retries &&',
        'const packet = {\n            type: PacketType.EVENT',
      );
      text = replaced(text, 'this._drainQueue(true);', '');
      return withoutMethods(this.parse(text), text, 'Socket', unusedMethods);
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
