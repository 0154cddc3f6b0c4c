/** A gateway: an always-on peer with its chain on disk, and a miner where there is something to mine. */
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  bytesToHex,
  type ChainFamily,
  FOLLOWED_BLOCKS,
  faultSentence,
  type HeaderInfo,
  isVisionFamily,
  MemoryStore,
  makeCheckpoint,
  type NodeNotice,
  type PeerInfo,
  type Status,
  type Store,
  type Tip,
} from '@vision-light/protocol';
import type { Logger } from 'pino';
import { BitcoinLinks } from './bridges/bitcoin/driver/bitcoin-links.js';
import { bitcoinNetworkOf } from './bridges/bitcoin/wire/networks.js';
import { VisionBridge } from './bridges/vision/vision-bridge.js';
import { createCertificate, openCertificate } from './direct/certificate.js';
import type { DirectLinks } from './direct/direct-links.js';
import { directAddresses, openDirectPort } from './direct/direct-port.js';
import { type GatewayOptions, type ResolvedOptions, resolveOptions } from './gateway-options.js';
import { HeadersFile } from './headers/headers-file.js';
import { importHeaders } from './headers/headers-import.js';
import type { CheckpointAnswer } from './http/checkpoint-route.js';
import type { GatewayFacts } from './http/facts.js';
import { HttpServer } from './http/http-server.js';
import { type ServedChain, servedChain } from './http/p2p/served-chain.js';
import { CLOSE_TIMEOUT_MS, HASH_THREADS_MAX } from './limits.js';
import { Mining } from './miner/mining.js';
import { NodeHost } from './node-host.js';
import { createNodeKey, type NodeKey, openNodeKey } from './node-key.js';
import { logNotices } from './notice-log.js';
import { platformClock } from './platform-clock.js';
import { type PeerSearch, searchPeers } from './signal/peer-search.js';
import { LevelStore } from './store/level-store.js';
import { version } from './version.js';
import { RtcLinks } from './webrtc/rtc-links.js';

/** A gateway that runs. */
export interface Gateway {
  /** TCP port of the HTTP side. */
  readonly port: number;
  /** Name of its network. */
  readonly network: string;
  /** The best verified header. */
  readonly tip: Tip;
  /** What its node does now. */
  readonly status: Status;
  /** Its Ed25519 public key, 64 hex digits: pages can pin it. */
  readonly identity: string;
  /** Its addresses for pages that come without a signaling server, `HOST:PORT/FINGERPRINT` each; none if it has no direct port. */
  readonly addresses: readonly string[];
  /** The peers that have said hello. */
  peers(): PeerInfo[];
  /** A header of the best chain by height, or any verified one by hash; undefined if it is not known. */
  header(heightOrHash: number | string): HeaderInfo | undefined;
  /** @returns what ends the subscription */
  subscribe(listener: (notice: NodeNotice) => void): () => void;
  /** Writes what is not yet stored, disconnects every peer and releases everything; bounded in time. */
  close(): Promise<void>;
}

/**
 * Starts a gateway. Resolves once the stored chain is loaded and, if there is one, the headers file is imported; peers,
 * history and mining follow by themselves.
 *
 * @throws {TypeError} if an option is of the wrong type
 * @throws {RangeError} if one is out of range, or does not fit the network
 * @throws {GatewayError} if the data folder or the headers file cannot be used
 * @throws the error of `listen` (`EADDRINUSE`, `EACCES`, …)
 */
export async function createGateway(options: GatewayOptions = {}): Promise<Gateway> {
  const gateway = new RunningGateway(resolveOptions(options));
  try {
    await gateway.start();
  } catch (error) {
    await gateway.close();
    throw error;
  }
  return gateway;
}

class RunningGateway implements Gateway {
  readonly #options: ResolvedOptions;
  readonly #log: Logger;
  readonly #rtcLinks: RtcLinks;
  #directLinks: DirectLinks | undefined;
  addresses: readonly string[] = [];
  #http: HttpServer | undefined;
  #host: NodeHost | undefined;
  #search: PeerSearch | undefined;
  #mining: Mining | undefined;
  readonly #fullNodes: BitcoinLinks | undefined;
  #visionBridge: VisionBridge | undefined;
  #isReady = false;
  #closing: Promise<void> | undefined;

  constructor(options: ResolvedOptions) {
    this.#options = options;
    this.#log = options.log;
    this.#rtcLinks = new RtcLinks({
      clock: platformClock,
      log: options.log,
      requestPeers: (count) => void this.#search?.finder.find(count),
    });
    this.#fullNodes = fullNodesOf(options);
  }

  get port(): number {
    return this.#http?.port ?? 0;
  }

  get network(): string {
    return this.#options.family.name;
  }

  get tip(): Tip {
    return this.#started.node.tip;
  }

  get status(): Status {
    return this.#started.node.status;
  }

  get identity(): string {
    return bytesToHex(this.#started.key.publicKey);
  }

  peers(): PeerInfo[] {
    return this.#started.node.peers();
  }

  header(heightOrHash: number | string): HeaderInfo | undefined {
    return this.#started.node.header(heightOrHash);
  }

  subscribe(listener: (notice: NodeNotice) => void): () => void {
    return this.#started.subscribe(listener);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  get #started(): NodeHost {
    if (this.#host === undefined) throw new Error('the gateway is not started');
    return this.#host;
  }

  async start(): Promise<void> {
    const { family, port, host: address, headersFile, signal: urls, mining, onProgress } = this.#options;
    const { visionNodes, trustProxy } = this.#options;
    const log = this.#log;
    // What a person may have got wrong comes first, before anything is written.
    const file = headersFile === undefined ? undefined : await HeadersFile.open(headersFile, family);
    try {
      this.#http = await HttpServer.listen({
        port,
        host: address,
        trustProxy,
        family,
        log,
        facts: () => this.#facts(),
        chain: () => this.#chain(),
        checkpoint: () => (this.#isReady ? (height) => this.#checkpoint(height) : undefined),
      });
      const store = await openStore(this.#options);
      const host = this.#createHost(store, await this.#openRest(store));
      this.#host = host;
      logNotices(host, log);
      await host.start();
      if (file !== undefined) {
        const onHeaders = (done: number, total: number): void => onProgress({ task: 'headers', done, total });
        const added = await importHeaders({ host, family, file, onProgress: onHeaders });
        log.info({ added, height: host.node.tip.height }, 'headers file imported');
      }
      const networkId = bytesToHex(family.networkId);
      this.#search = searchPeers({
        urls,
        networkId,
        networkName: family.name,
        links: this.#rtcLinks.links,
        viaPeers: { ownId: this.identity, send: (to, payload) => host.sendSignal(to, payload) },
        log,
      });
      if (mining !== undefined) {
        const onHistory = (done: number, total: number): void => onProgress({ task: 'history', done, total });
        this.#mining = new Mining({ ...mining, host, log, onHistory });
      }
      this.#isReady = true;
      await this.#fullNodes?.start(host.node.tree);
      if (isVisionFamily(family) && visionNodes.length > 0) {
        const chain = servedChain(host);
        this.#visionBridge = new VisionBridge({ urls: visionNodes, host, family, chain, log });
      }
    } finally {
      await file?.close();
    }
  }

  /** The key, and the direct port. The store is closed if one of them cannot be opened. */
  async #openRest(store: Store): Promise<NodeKey> {
    try {
      const key = await openKey(this.#options);
      await this.#openDirectPort();
      return key;
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  async #openDirectPort(): Promise<void> {
    const { directPort, directHosts, dataDir } = this.#options;
    if (directPort === undefined) return;
    const certificate =
      dataDir === undefined
        ? createCertificate()
        : await openCertificate(path.join(dataDir, 'certificate.pem'));
    const { links, port } = await openDirectPort({
      port: directPort,
      certificate,
      clock: platformClock,
      log: this.#log,
    });
    this.#directLinks = links;
    this.addresses = directAddresses(directHosts, port, certificate.fingerprint);
  }

  #createHost(store: Store, key: NodeKey): NodeHost {
    const { family, minChainwork, peersPerGroup, txIndex, onFailure } = this.#options;
    return new NodeHost({
      family,
      store,
      key,
      hashThreads: Math.min(availableParallelism(), HASH_THREADS_MAX),
      userAgent: `vision-light-gateway/${version}`,
      log: this.#log,
      followedBlocks: this.#followedBlocks,
      forwardsBlocks: this.#fullNodes !== undefined,
      followsNetwork: this.#fullNodes !== undefined || this.#options.visionNodes.length > 0,
      keptFilters: this.#fullNodes === undefined ? 0 : this.#options.filters,
      minChainwork,
      peersPerGroup,
      txIndex,
      linkKinds: [this.#rtcLinks, this.#directLinks, this.#fullNodes].filter((kind) => kind !== undefined),
      introduced: (introduction) => this.#search?.introduced(introduction),
      onFailure,
    });
  }

  /**
   * How many bodies are kept. A file of headers comes without any. Full nodes have all, and a chain of theirs has hundreds of
   * gigabytes: of that only the newest are kept here, and the others are fetched when they are asked for.
   */
  get #followedBlocks(): number {
    if (this.#fullNodes !== undefined) return FOLLOWED_BLOCKS;
    return this.#options.headersFile === undefined ? Number.POSITIVE_INFINITY : 0;
  }

  #facts(): GatewayFacts | undefined {
    if (!this.#isReady) return undefined;
    const { node } = this.#started;
    return {
      network: this.network,
      phase: node.status.phase,
      tip: node.tip,
      peers: node.status.peers,
      fullNodes: this.#fullNodes?.facts,
      links: this.#rtcLinks.links.size + (this.#directLinks?.size ?? 0),
      addresses: this.addresses,
      signalServers: this.#search?.finder.joined ?? 0,
      isMining: this.#mining?.isGoingOn ?? false,
      mined: this.#mining?.mined ?? 0,
      nonces: this.#mining?.noncesTried ?? 0,
      visionNodes: this.#visionBridge?.facts ?? [],
      metrics: node.metrics(),
    };
  }

  #chain(): ServedChain | undefined {
    if (!this.#isReady) return undefined;
    const host = this.#started;
    return servedChain(host, () => this.#visionBridge?.announced());
  }

  async #checkpoint(height: number | undefined): Promise<CheckpointAnswer> {
    const { family, network } = this.#options;
    const result = await this.#started.checkpoint(height);
    if (!result.ok) return { refusal: faultSentence(result.code) };
    return makeCheckpoint(family, network, result.base, result.root);
  }

  async #close(): Promise<void> {
    this.#isReady = false;
    const timeout = new AbortController();
    const tidy = async (): Promise<void> => {
      await this.#mining?.close();
      this.#search?.finder.close();
      await this.#visionBridge?.close();
      await this.#host?.close();
      // The host closes its links. If the start has failed before there was one, nobody else does.
      await this.#directLinks?.close();
      await this.#http?.close();
    };
    const late = async (): Promise<void> => {
      await sleep(CLOSE_TIMEOUT_MS, undefined, { signal: timeout.signal });
      this.#log.warn({ timeoutMs: CLOSE_TIMEOUT_MS }, 'closing took too long; what was left is dropped');
      this.#host?.abandon();
    };
    try {
      await Promise.race([tidy(), late()]);
    } catch (error) {
      this.#log.error({ error: String(error) }, 'closing failed');
    } finally {
      timeout.abort();
    }
  }
}

/** What connects to full nodes of Bitcoin: to those that are named, else to those that are found, if they are to be. */
function fullNodesOf(options: ResolvedOptions): BitcoinLinks | undefined {
  const { bitcoinNodes: chosen, live, family, log, dataDir } = options;
  const network = bitcoinNetworkOf(family.name);
  if (network === undefined) return undefined;
  const { magic, defaultPort, dnsSeeds: seeds } = network;
  const isSearching = chosen.length === 0 && live && seeds.length > 0;
  if (chosen.length === 0 && !isSearching) return undefined;
  return new BitcoinLinks({
    magic,
    chosen,
    search: isSearching ? { seeds, wantsFilters: options.filters > 0 } : undefined,
    defaultPort,
    addressFile: dataDir === undefined ? undefined : path.join(dataDir, `${folderName(family)}.addresses`),
    userAgent: `/vision-light:${version}/`,
    clock: platformClock,
    log,
  });
}

/** One key for all networks of a data folder; without a folder, one for this run. */
async function openKey({ dataDir }: ResolvedOptions): Promise<NodeKey> {
  return dataDir === undefined ? createNodeKey() : openNodeKey(path.join(dataDir, 'identity.pem'));
}

async function openStore({ dataDir, family }: ResolvedOptions): Promise<Store> {
  return dataDir === undefined ? new MemoryStore() : LevelStore.open(path.join(dataDir, folderName(family)));
}

/** A folder for each network: two of one name, but with other parameters, differ in their id. */
function folderName({ name, networkId }: ChainFamily): string {
  return `${name.replace(/[^A-Za-z0-9-]/g, '_')}-${bytesToHex(networkId).slice(0, 8)}`;
}
