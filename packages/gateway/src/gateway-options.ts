/** What a gateway can be told, and what it does when it is not told. */
import { isIP } from 'node:net';
import {
  type ChainFamily,
  type CustomNetwork,
  checkChainwork,
  isMinable,
  isVisionFamily,
  type NetworkName,
  resolveNetwork,
  type VisionFamily,
} from '@vision-light/protocol';
import { isIntroducerUrl } from '@vision-light/signaling';
import { type Logger, pino } from 'pino';
import { CHOSEN_NODES_MAX } from './bridges/bitcoin/bridge-limits.js';
import { type NodePlace, readPlace } from './bridges/bitcoin/node-place.js';
import { bitcoinNetworkOf } from './bridges/bitcoin/wire/networks.js';
import {
  BLOCK_TRANSACTIONS,
  BLOCK_TRANSACTIONS_MAX,
  DIRECT_HOSTS_MAX,
  FILTERS_KEPT,
  FILTERS_KEPT_MAX,
  HISTORY_BLOCKS,
  HISTORY_BLOCKS_MAX,
  HISTORY_WAIT_MS,
  MINER_THREADS_MAX,
  PEERS_MAX,
  PEERS_PER_GROUP_MAX,
  SIGNAL_SERVERS_MAX,
  VISION_NODES_MAX,
} from './limits.js';

/** A task with an end: blocks of history, or headers of a file. */
export interface GatewayProgress {
  /** Blocks that are mined at the first start, or headers that are read from a file. */
  readonly task: 'history' | 'headers';
  /** How many of them are done. */
  readonly done: number;
  /** How many there are. */
  readonly total: number;
}

/** How to run a gateway; everything has a default. */
export interface GatewayOptions {
  /** Default `vision-devnet`. */
  readonly network?: NetworkName | CustomNetwork | undefined;
  /**
   * URLs of signaling servers, and of WebTorrent trackers with `#tracker` after them. Default none: then only those are met
   * that know this gateway's address.
   */
  readonly signal?: readonly string[] | undefined;
  /** URLs of existing Vision nodes, or of gateways, to follow by their HTTP routes: blocks and transactions go both ways. At most 8, Vision networks only. Default none. */
  readonly visionNodes?: readonly string[] | undefined;
  /**
   * Full nodes of Bitcoin to follow, `HOST` or `HOST:PORT`: headers, blocks and transactions come from them. Bitcoin networks
   * only. Default none.
   */
  readonly bitcoinPeers?: readonly string[] | undefined;
  /**
   * Whether to look for full nodes of a public Bitcoin network, by DNS seeds and by what nodes tell of others, where
   * `bitcoinPeers` names none. Default: yes, unless there is a headers file.
   */
  readonly live?: boolean | undefined;
  /**
   * How many of the newest compact filters to keep and serve, beside the hashes of all, where full nodes of Bitcoin are
   * connected; 0 for none. Default 4,032: four weeks.
   */
  readonly filters?: number | undefined;
  /** Where the chain is kept, in a folder of its own for each network. Default: in memory only. */
  readonly dataDir?: string | undefined;
  /** Raw headers to begin with, 80 bytes each from genesis. Bitcoin networks only. */
  readonly headersFile?: string | undefined;
  /** Chainwork that a chain must have to be followed, a bigint or its digits. Default: what the network has for that. */
  readonly minChainwork?: bigint | string | undefined;
  /** TCP port of the HTTP side (`/healthz`, `/metrics`, `/checkpoint`, and `/p2p` on Vision networks), 0 for any free one. Default 8082. */
  readonly port?: number | undefined;
  /** Address to listen on. Default: every interface. */
  readonly host?: string | undefined;
  /**
   * Count HTTP clients by the last entry of X-Forwarded-For. Only behind a proxy that sets it, and limits the connections of one
   * client. Default: no.
   */
  readonly trustProxy?: boolean | undefined;
  /**
   * UDP port, on every interface, to which pages come without a signaling server; 0 for any free one, false for none. Default: the
   * number of `port`, and any free one where that is 0.
   */
  readonly directPort?: number | false | undefined;
  /** IP addresses under which pages find the direct port, at most 8. Default: those of this machine. */
  readonly directHosts?: readonly string[] | undefined;
  /** Peers of one network (an IPv4 /24, an IPv6 /48) that come over WebRTC, at most. Default 24. */
  readonly peersPerGroup?: number | undefined;
  /** Whether to keep an index of transactions, which peers may ask in which block one is. Default: no. */
  readonly txIndex?: boolean | undefined;
  /** Whether to mine, or on how many threads. Default: one thread on the devnet and custom networks. */
  readonly mine?: boolean | number | undefined;
  /** The miner field of mined headers. Default `vision-light`. */
  readonly minerName?: string | undefined;
  /** Blocks of history that a miner lays down on its first start, 0 for none. Default 2000. */
  readonly history?: number | undefined;
  /** Payments that it invents for each block that it mines, at most; 0 for none. Default 12. */
  readonly transactions?: number | undefined;
  /** Milliseconds that it waits for a peer with a chain before. Default 10,000. */
  readonly historyWaitMs?: number | undefined;
  /** Default: silent. */
  readonly log?: Logger | undefined;
  /** Told how far a long task has come. */
  readonly onProgress?: ((progress: GatewayProgress) => void) | undefined;
  /** Told if a broken invariant stops the node, which is a bug; the gateway should be closed then. Default: it is logged. */
  readonly onFailure?: ((error: unknown) => void) | undefined;
}

/** Options with every default filled in. */
export interface ResolvedOptions {
  readonly network: NetworkName | CustomNetwork;
  readonly family: ChainFamily;
  readonly signal: readonly string[];
  readonly bitcoinNodes: readonly NodePlace[];
  readonly live: boolean;
  readonly filters: number;
  readonly visionNodes: readonly string[];
  readonly dataDir: string | undefined;
  readonly headersFile: string | undefined;
  readonly minChainwork: bigint | undefined;
  readonly port: number;
  readonly host: string | undefined;
  readonly trustProxy: boolean;
  /** Undefined: there is none. */
  readonly directPort: number | undefined;
  readonly directHosts: readonly string[];
  readonly peersPerGroup: number;
  readonly txIndex: boolean;
  /** What to mine, and how; undefined if nothing is mined. */
  readonly mining: MiningPlan | undefined;
  readonly log: Logger;
  readonly onProgress: (progress: GatewayProgress) => void;
  readonly onFailure: (error: unknown) => void;
}

/** How a gateway mines. */
export interface MiningPlan {
  readonly family: VisionFamily;
  readonly name: string;
  readonly threads: number;
  readonly history: number;
  readonly transactions: number;
  readonly historyWaitMs: number;
}

/**
 * @throws {TypeError} if an option is of the wrong type
 * @throws {RangeError} if one is out of range, or does not fit the network
 */
export function resolveOptions(options: GatewayOptions): ResolvedOptions {
  const { network = 'vision-devnet' } = options;
  const family = resolveNetwork(network);
  const {
    signal = [],
    visionNodes = [],
    bitcoinPeers = [],
    dataDir,
    headersFile,
    port = 8082,
    host,
  } = options;
  const { peersPerGroup = PEERS_PER_GROUP_MAX, txIndex = false, trustProxy = false } = options;
  const { directPort = port, directHosts = [] } = options;
  if (typeof txIndex !== 'boolean') throw new TypeError(`txIndex: must be a boolean, got ${typeof txIndex}`);
  if (typeof trustProxy !== 'boolean')
    throw new TypeError(`trustProxy: must be a boolean, got ${typeof trustProxy}`);
  const log = options.log ?? pino({ level: 'silent' });
  if (signal.length > SIGNAL_SERVERS_MAX) {
    throw new RangeError(`signal: must be at most ${SIGNAL_SERVERS_MAX} servers, got ${signal.length}`);
  }
  for (const url of signal) checkUrl('signal', url, isIntroducerUrl);
  const { filters = FILTERS_KEPT } = options;
  checkWhole('filters', filters, 0, FILTERS_KEPT_MAX);
  checkVisionNodes(visionNodes, family);
  checkWhole('port', port, 0, 65_535);
  if (directPort !== false) checkWhole('directPort', directPort, 0, 65_535);
  checkDirectHosts(directHosts);
  checkWhole('peersPerGroup', peersPerGroup, 1, PEERS_MAX);
  if (headersFile !== undefined && family.family !== 'bitcoin') {
    throw new RangeError(`headersFile: only Bitcoin networks take one, not ${family.name}`);
  }
  const { minChainwork } = options;
  return {
    network,
    family,
    signal,
    bitcoinNodes: placesOf(bitcoinPeers, family),
    live: liveness(options, family),
    filters,
    visionNodes,
    dataDir,
    headersFile,
    minChainwork: minChainwork === undefined ? undefined : checkChainwork('minChainwork', minChainwork),
    port,
    host,
    trustProxy,
    directPort: directPort === false ? undefined : directPort,
    directHosts,
    peersPerGroup,
    txIndex,
    mining: miningPlan(family, options),
    log,
    onProgress: options.onProgress ?? (() => {}),
    onFailure:
      options.onFailure ??
      ((error) => log.fatal({ error: String(error) }, 'the node has stopped: this is a bug')),
  };
}

function miningPlan(family: ChainFamily, options: GatewayOptions): MiningPlan | undefined {
  const {
    mine,
    minerName: name = 'vision-light',
    history = HISTORY_BLOCKS,
    transactions = BLOCK_TRANSACTIONS,
    historyWaitMs = HISTORY_WAIT_MS,
  } = options;
  checkWhole('history', history, 0, HISTORY_BLOCKS_MAX);
  checkWhole('transactions', transactions, 0, BLOCK_TRANSACTIONS_MAX);
  checkWhole('historyWaitMs', historyWaitMs, 0, 3_600_000);
  const canMine = isMinable(options.network ?? 'vision-devnet');
  const threads = mine === undefined || typeof mine === 'boolean' ? Number(mine ?? canMine) : mine;
  checkWhole('mine', threads, 0, MINER_THREADS_MAX);
  if (threads === 0) return undefined;
  if (!canMine || !isVisionFamily(family))
    throw new RangeError(`mine: only vision-devnet and custom networks are mined, not ${family.name}`);
  const { minerBytesMax } = family.params;
  const nameBytes = Buffer.byteLength(name);
  if (nameBytes === 0 || nameBytes > minerBytesMax) {
    throw new RangeError(`minerName: must be 1 to ${minerBytesMax} bytes, got ${nameBytes}`);
  }
  return { family, name, threads, history, transactions, historyWaitMs };
}

function checkWhole(name: string, value: unknown, least: number, most: number): void {
  if (typeof value !== 'number') throw new TypeError(`${name}: must be a number, got ${typeof value}`);
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new RangeError(`${name}: must be a whole number from ${least} to ${most}, got ${value}`);
  }
}

/** Whether to look for full nodes that nobody has named. */
function liveness({ live, headersFile }: GatewayOptions, { name }: ChainFamily): boolean {
  if (live === undefined) return headersFile === undefined;
  if (typeof live !== 'boolean') throw new TypeError(`live: must be a boolean, got ${typeof live}`);
  if (live && !bitcoinNetworkOf(name)?.dnsSeeds.length)
    throw new RangeError(`live: only public Bitcoin networks have full nodes to look for, not ${name}`);
  return live;
}

function placesOf(peers: readonly string[], family: ChainFamily): NodePlace[] {
  if (peers.length > CHOSEN_NODES_MAX)
    throw new RangeError(`bitcoinPeers: must be at most ${CHOSEN_NODES_MAX} nodes, got ${peers.length}`);
  const network = bitcoinNetworkOf(family.name);
  if (peers.length > 0 && network === undefined)
    throw new RangeError(
      `bitcoinPeers: only Bitcoin networks have full nodes of Bitcoin, not ${family.name}`,
    );
  return peers.map((text) => {
    const place = typeof text === 'string' ? readPlace(text, network?.defaultPort ?? 0) : undefined;
    if (place === undefined)
      throw new RangeError(`bitcoinPeers: must be HOST or HOST:PORT, got ${JSON.stringify(text)}`);
    return place;
  });
}

function checkDirectHosts(hosts: readonly string[]): void {
  if (hosts.length > DIRECT_HOSTS_MAX)
    throw new RangeError(`directHosts: must be at most ${DIRECT_HOSTS_MAX} addresses, got ${hosts.length}`);
  // Firefox passes over an ICE candidate that has a name.
  for (const host of hosts)
    if (!isIP(host)) throw new RangeError(`directHosts: must be IP addresses, got ${JSON.stringify(host)}`);
}

function checkVisionNodes(urls: readonly string[], family: ChainFamily): void {
  if (urls.length > VISION_NODES_MAX)
    throw new RangeError(`visionNodes: must be at most ${VISION_NODES_MAX} nodes, got ${urls.length}`);
  for (const url of urls) {
    checkUrl('visionNodes', url, isHttpUrl);
    const { username, password, search, hash } = new URL(url);
    // Routes are appended to it, and it is told by /healthz and in the log.
    if (`${username}${password}${search}${hash}` !== '')
      throw new RangeError('visionNodes: must be without a name, a password, ? and #');
  }
  if (new Set(urls).size < urls.length) throw new RangeError('visionNodes: must not name a node twice');
  if (urls.length > 0 && !isVisionFamily(family))
    throw new RangeError(`visionNodes: only Vision networks have such nodes, not ${family.name}`);
}

/** True for the URL of what speaks plain HTTP. */
export function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

function checkUrl(name: string, url: unknown, isUrl: (text: string) => boolean): void {
  if (typeof url !== 'string') throw new TypeError(`${name}: must be URLs, got ${typeof url}`);
  if (!isUrl(url)) {
    throw new RangeError(`${name}: must be an http or https URL, got ${JSON.stringify(url)}`);
  }
}
