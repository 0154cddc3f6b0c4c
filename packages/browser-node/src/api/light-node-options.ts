import { type DirectAddress, readDirectAddress, writeDirectAddress } from '@vision-light/peering';
import {
  type Checkpoint,
  type CustomNetwork,
  checkChainwork,
  FOLLOWED_BLOCKS,
  hexToBytes,
  type NetworkName,
  SERVED_BYTES_PER_SECOND_MAX,
} from '@vision-light/protocol';
import { type IceServer, isIceServer, isIntroducerUrl } from '@vision-light/signaling';
import type { NodeLimits } from '../boundary/messages.js';
import { isTrustedAddress, type TrustedAddress } from '../boundary/trusted-script.js';
import { type Privacy, privacies } from '../peers/privacy.js';

/** What `createLightNode` can be told. */
export interface LightNodeOptions {
  /** Name of a known network, or the parameters of one of your own. Default: 'vision-devnet'. */
  readonly network?: NetworkName | CustomNetwork;
  /**
   * Addresses of signaling servers, http(s) or ws(s), and of WebTorrent trackers, ws(s) with `#tracker` after it. Each only
   * introduces peers; trackers name no ICE servers. The list may be empty: then peers come through the addresses of
   * `gateways`, or by invitation alone (see `invite`).
   */
  readonly signal: readonly string[];
  /**
   * STUN and TURN servers. Default: those that the signaling servers name, as far as `privacy` allows; trackers name none. An
   * empty list means none.
   */
  readonly iceServers?: readonly IceServer[];
  /**
   * Who learns the visitor's addresses. `no-stun`: peers, as far as the browser names them, and TURN servers; of what a signaling
   * server names, no STUN server is asked. `stun`: those too, so that more peers can be reached. `relay-only`: TURN
   * servers alone; peers see the addresses of those. Default: 'no-stun'.
   */
  readonly privacy?: Privacy;
  /** Where verified headers are kept. Default: 'indexeddb'. */
  readonly storage?: 'indexeddb' | 'memory';
  /**
   * Whether tabs of this origin, and whoever calls `createLightNode` again in this page, share one node of the network. Its
   * options are those of the tab that runs it. A node in memory is never shared. Default: true.
   */
  readonly share?: boolean;
  /** Workers that hash, 1 to 16. Default: one for each core but one, at least 1 and at most 4. */
  readonly hashers?: number;
  /** Connections at a time, 1 to 32. Default: 16. */
  readonly maxPeers?: number;
  /** How many of the newest block bodies are fetched and kept, 0 to 4096; 0 turns it off. Default: 64. */
  readonly followedBlocks?: number;
  /**
   * What the node may take of the visitor's device. Where the visitor saves data it takes less: no blocks that nobody waits
   * for, and an eighth of the upload. While a battery is low it also hashes a quarter of the time.
   */
  readonly limits?: Partial<NodeLimits>;
  /**
   * Work that a chain must have to be followed, from genesis on: a bigint, or a text of decimal digits or of hexadecimal
   * ones after `0x`. Default: what the network has for that, see README.
   */
  readonly minChainwork?: bigint | string;
  /**
   * What to begin with instead of genesis, until everything below is verified; false for genesis. One of `npm run checkpoint`, of
   * a gateway's `/checkpoint` or of `node.checkpoint()`. Default: the one that ships with the code, where there is one.
   */
  readonly checkpoint?: Checkpoint | false;
  /**
   * The gateways that this page knows, by key or by address.
   *
   * A public key has 64 hex digits. If there are keys, a peer that says that it is a gateway counts as one only if it has proven to
   * have one of them; any other is a peer like those in browsers. Headers are verified alike, whoever sends them. Without keys
   * whoever says so counts as a gateway.
   *
   * An address is `HOST:PORT/FINGERPRINT`, as a gateway prints it: the IP address (IPv6 in brackets) and the UDP port of its direct
   * port, and the SHA-256 of its certificate. The page connects to it without a signaling server. At most 16.
   */
  readonly gateways?: readonly string[];
  /**
   * Whether the signaling servers are told what the node counts, for the figures of the whole network: numbers only,
   * nothing that tells who or where anyone is. Default: true.
   */
  readonly reportMetrics?: boolean;
  /**
   * Address of this package's `dist/worker.js` on your own site, for pages whose content security policy forbids
   * workers from `blob:`; or a `TrustedScriptURL` of it, made by a policy of your own. Default: the copy
   * that this module loads.
   */
  readonly workerUrl?: string | URL | TrustedAddress;
  /** Ends the start, which then rejects with the signal's reason, or closes the node. */
  readonly abort?: AbortSignal;
}

/** Options as the node uses them: checked, and nothing left out but what the signaling server decides. */
export interface LightNodeSettings {
  readonly network: NetworkName | CustomNetwork;
  readonly signal: readonly string[];
  readonly iceServers: readonly IceServer[] | undefined;
  readonly privacy: Privacy;
  readonly storage: 'indexeddb' | 'memory';
  readonly share: boolean;
  readonly hashers: number;
  readonly maxPeers: number;
  readonly followedBlocks: number;
  readonly limits: NodeLimits;
  readonly minChainwork: bigint | undefined;
  readonly checkpoint: unknown;
  /** Public keys. */
  readonly gateways: readonly Uint8Array[] | undefined;
  /** Gateways that are reached without a signaling server. */
  readonly direct: readonly DirectAddress[];
  readonly reportMetrics: boolean;
  readonly workerUrl: string | TrustedAddress | undefined;
  readonly abort: AbortSignal | undefined;
}

/** More hash workers than this only make one another wait, on any machine of today. Arbitrary. */
const HASHERS_MAX = 16;

/** The default leaves a core to the page, and more than four workers idle at the speed of a network. */
const HASHERS_DEFAULT_MAX = 4;

/** Gateways that are reached by their addresses: twice what the node looks for. Arbitrary. */
const DIRECT_MAX = 16;

/** The core's own bound. Every connection costs a browser about a megabyte. */
const MAX_PEERS_MAX = 32;

/** Bodies are fetched by windows of dozens; thousands are what a gateway is for. Arbitrary. */
const FOLLOWED_BLOCKS_MAX = 4096;

/** Eight that the node looks for, and as many that come by themselves. */
const MAX_PEERS_DEFAULT = 16;

/** With less, an answer to a request for headers would take longer than anybody waits for one. */
const UPLOAD_BYTES_MIN = 64 * 1024;

/** With less a chain would hardly ever be verified. Arbitrary. */
const CPU_MIN = 0.01;

/** All of Bitcoin's headers (40 MB), and the newest blocks even where each is as large as may be (256 MB). */
const STORAGE_BYTES_DEFAULT = 512 * 1024 * 1024;

/** A segment of headers and the tables. Arbitrary. */
const STORAGE_BYTES_MIN = 1024 * 1024;

/**
 * Checks the options. The insides of `network` and `checkpoint` are checked where the networks are known, in the worker.
 *
 * @throws {TypeError | RangeError} naming the option and the value received
 */
export function checkOptions(options: LightNodeOptions): LightNodeSettings {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`createLightNode: options must be an object, got ${show(options)}`);
  }
  const { keys, direct } = checkGateways(options.gateways ?? []);
  return {
    network: checkNetwork(options.network ?? 'vision-devnet'),
    signal: checkSignal(options.signal),
    iceServers: options.iceServers === undefined ? undefined : checkIceServers(options.iceServers),
    privacy: checkPrivacy(options.privacy ?? 'no-stun'),
    storage: checkStorage(options.storage ?? 'indexeddb'),
    share: checkBoolean('share', options.share ?? true),
    hashers: checkInteger('hashers', options.hashers ?? defaultHashers(), 1, HASHERS_MAX),
    maxPeers: checkInteger('maxPeers', options.maxPeers ?? MAX_PEERS_DEFAULT, 1, MAX_PEERS_MAX),
    followedBlocks: checkInteger(
      'followedBlocks',
      options.followedBlocks ?? FOLLOWED_BLOCKS,
      0,
      FOLLOWED_BLOCKS_MAX,
    ),
    limits: checkLimits(options.limits),
    minChainwork:
      options.minChainwork === undefined ? undefined : checkChainwork('minChainwork', options.minChainwork),
    checkpoint: checkCheckpoint(options.checkpoint),
    // An empty list says that no peer counts as a gateway; a list of addresses says nothing of that.
    gateways: options.gateways === undefined || (keys.length === 0 && direct.length > 0) ? undefined : keys,
    direct,
    reportMetrics: checkBoolean('reportMetrics', options.reportMetrics ?? true),
    workerUrl: options.workerUrl === undefined ? undefined : checkWorkerUrl(options.workerUrl),
    abort: checkAbort(options.abort),
  };
}

function defaultHashers(): number {
  const cores = navigator.hardwareConcurrency || 1;
  return Math.min(Math.max(cores - 1, 1), HASHERS_DEFAULT_MAX);
}

function checkNetwork(network: NetworkName | CustomNetwork): NetworkName | CustomNetwork {
  if (typeof network === 'string' || (typeof network === 'object' && network !== null)) return network;
  throw new TypeError(`network: must be a name or an object, got ${show(network)}`);
}

function checkSignal(signal: readonly string[]): readonly string[] {
  if (!Array.isArray(signal)) throw new TypeError(`signal: must be a list of addresses, got ${show(signal)}`);
  return [...new Set(signal.map(checkSignalUrl))];
}

function checkSignalUrl(address: unknown): string {
  if (typeof address !== 'string')
    throw new TypeError(`signal: must be a list of addresses, got ${show(address)}`);
  const url = parseUrl(address);
  if (url === undefined || !isIntroducerUrl(url.href)) {
    throw new RangeError(
      `signal: must be an http(s) or ws(s) address, with #tracker ws(s), got ${show(address)}`,
    );
  }
  return url.href;
}

function checkIceServers(iceServers: readonly IceServer[]): readonly IceServer[] {
  if (!Array.isArray(iceServers)) {
    throw new TypeError(`iceServers: must be a list of ICE servers, got ${show(iceServers)}`);
  }
  for (const server of iceServers) {
    if (!isIceServer(server))
      throw new TypeError(`iceServers: must be a list of ICE servers, got ${show(server)}`);
  }
  return iceServers;
}

function checkPrivacy(privacy: Privacy): Privacy {
  if (typeof privacy !== 'string') throw new TypeError(`privacy: must be a string, got ${show(privacy)}`);
  if (privacies.includes(privacy)) return privacy;
  throw new RangeError(`privacy: must be one of ${privacies.join(', ')}, got ${show(privacy)}`);
}

function checkStorage(storage: 'indexeddb' | 'memory'): 'indexeddb' | 'memory' {
  if (typeof storage !== 'string') throw new TypeError(`storage: must be a string, got ${show(storage)}`);
  if (storage === 'indexeddb' || storage === 'memory') return storage;
  throw new RangeError(`storage: must be 'indexeddb' or 'memory', got ${show(storage)}`);
}

/** Keys are of no use to those who dial, and addresses none to those who verify: each list goes its own way. */
function checkGateways(gateways: readonly string[]): { keys: Uint8Array[]; direct: DirectAddress[] } {
  if (!Array.isArray(gateways))
    throw new TypeError(`gateways: must be a list of keys and addresses, got ${show(gateways)}`);
  const keys: Uint8Array[] = [];
  const direct = new Map<string, DirectAddress>();
  for (const text of gateways as readonly unknown[]) {
    if (typeof text !== 'string')
      throw new TypeError(`gateways: must be a list of keys and addresses, got ${show(text)}`);
    const key = hexToBytes(text, 32);
    const address = readDirectAddress(text);
    if (key !== undefined) keys.push(key);
    else if (address !== undefined) direct.set(writeDirectAddress(address), address);
    else
      throw new RangeError(
        `gateways: must be keys of 64 hex digits, or addresses IP:PORT/FINGERPRINT, got ${show(text)}`,
      );
  }
  if (direct.size > DIRECT_MAX)
    throw new RangeError(`gateways: must be at most ${DIRECT_MAX} addresses, got ${direct.size}`);
  return { keys, direct: [...direct.values()] };
}

function checkLimits(limits: Partial<NodeLimits> = {}): NodeLimits {
  if (typeof limits !== 'object' || limits === null)
    throw new TypeError(`limits: must be an object, got ${show(limits)}`);
  const {
    uploadBytesPerSecond = SERVED_BYTES_PER_SECOND_MAX,
    cpu = 1,
    storageBytes = STORAGE_BYTES_DEFAULT,
  } = limits;
  if (typeof cpu !== 'number') throw new TypeError(`limits.cpu: must be a number, got ${show(cpu)}`);
  if (!(cpu >= CPU_MIN && cpu <= 1))
    throw new RangeError(`limits.cpu: must be a share from ${CPU_MIN} to 1, got ${cpu}`);
  const max = Number.MAX_SAFE_INTEGER;
  return {
    uploadBytesPerSecond: checkInteger(
      'limits.uploadBytesPerSecond',
      uploadBytesPerSecond,
      UPLOAD_BYTES_MIN,
      max,
    ),
    cpu,
    storageBytes: checkInteger('limits.storageBytes', storageBytes, STORAGE_BYTES_MIN, max),
  };
}

function checkCheckpoint(checkpoint: unknown): unknown {
  const isOne = typeof checkpoint === 'object' && checkpoint !== null;
  if (isOne || checkpoint === undefined || checkpoint === false) return checkpoint;
  throw new TypeError(`checkpoint: must be a checkpoint or false, got ${show(checkpoint)}`);
}

function checkBoolean(name: string, value: boolean): boolean {
  if (typeof value === 'boolean') return value;
  throw new TypeError(`${name}: must be true or false, got ${show(value)}`);
}

function checkInteger(name: string, value: number, min: number, max: number): number {
  if (typeof value !== 'number') throw new TypeError(`${name}: must be a number, got ${show(value)}`);
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new RangeError(`${name}: must be an integer from ${min} to ${max}, got ${value}`);
}

function checkAbort(abort: AbortSignal | undefined): AbortSignal | undefined {
  if (abort === undefined || abort instanceof AbortSignal) return abort;
  throw new TypeError(`abort: must be an AbortSignal, got ${show(abort)}`);
}

function checkWorkerUrl(workerUrl: unknown): string | TrustedAddress {
  if (isTrustedAddress(workerUrl)) return workerUrl;
  if (typeof workerUrl !== 'string' && !(workerUrl instanceof URL)) {
    throw new TypeError(`workerUrl: must be an address, got ${show(workerUrl)}`);
  }
  const url = parseUrl(workerUrl);
  if (url === undefined) throw new RangeError(`workerUrl: must be an address, got ${show(workerUrl)}`);
  return url.href;
}

function parseUrl(address: string | URL): URL | undefined {
  try {
    return new URL(address, document.baseURI);
  } catch {
    return undefined;
  }
}

function show(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
