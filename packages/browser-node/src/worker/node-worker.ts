import { PowPool } from '@vision-light/pow';
import {
  type BlockResult,
  bytesToHex,
  type ChainFamily,
  type DeviceConditions,
  Driver,
  type FoundTransaction,
  type HeaderBatch,
  type HeaderInfo,
  LightNode,
  type MempoolInfo,
  type Metrics,
  makeCheckpoint,
  metricNames,
  type NodeEventBody,
  type NodeNotice,
  networks,
  type OpenCheckpoint,
  type PowJob,
  type ProvableResult,
  resolveNetwork,
  resourcesFor,
  type TransactionStatus,
  type TreeBase,
  type VisionTransaction,
  type WantedTransactions,
} from '@vision-light/protocol';
import { expose, transfer } from 'comlink';
import { browserClock } from '../boundary/browser-clock.js';
import type { LightNodeErrorCode } from '../boundary/error-codes.js';
import type {
  AddressNames,
  BlockAnswer,
  CheckpointAnswer,
  NodeControl,
  NodeLimits,
  NodeWorkerSettings,
  SearchAnswer,
  SendAnswer,
  StartResult,
  Submitted,
  ToNodeWorker,
  WatchRecord,
} from '../boundary/messages.js';
import { findWasmObstacle } from '../boundary/wasm-obstacle.js';
import { openStore } from '../store/open-store.js';
import { checkpointOf } from './checkpoint-of.js';
import { CommandAnswers } from './command-answers.js';
import { openIdentity } from './node-identity.js';
import { NoticeBatch } from './notice-batch.js';
import { PeerChannels } from './peer-channels.js';
import { PowWorkerPorts } from './pow-worker-ports.js';
import { WatchService } from './watch-service.js';
import { withoutDropped } from './without-dropped.js';
import { WorkerPlatform } from './worker-platform.js';
import type { NodeWorkerScope } from './worker-scope.js';

/** What `hello` calls this software. */
const USER_AGENT = 'vision-light/0.1.0 browser';

/**
 * Milliseconds between two looks at whether the page's copy of the metrics is out of date. Notices bring it up to date
 * too, so this is for what happens without any: serving others.
 */
const METRICS_INTERVAL_MS = 1000;

/** Headers that are hashed at the start, a millisecond of work. V8 optimises the kernel after about 300. */
const WARM_UP_HEADERS = 500;

/** Makes this worker the node: it waits for the page's orders. */
export function startNodeWorker(scope: NodeWorkerScope): void {
  const host = new NodeHost(scope);
  scope.onmessage = ({ data }: MessageEvent<ToNodeWorker>) => {
    switch (data.type) {
      case 'control':
        expose(host, data.port);
        break;
      case 'channel':
        host.channels.addChannel(data.peer, data.channel);
        break;
      case 'relay':
        host.channels.addRelay(data.peer, data.port);
        break;
      case 'described':
        host.channels.describe(data.peer, data);
        break;
      case 'gone':
        host.channels.remove(data.peer);
        break;
      case 'sendSignal':
        host.sendSignal(data);
        break;
      case 'hasherDied':
        host.powWorkers.died(data.hasher, data.reason);
        break;
      default:
        data satisfies never;
    }
  };
}

class NodeHost implements NodeControl {
  readonly channels: PeerChannels;
  readonly powWorkers: PowWorkerPorts;
  readonly #scope: NodeWorkerScope;
  readonly #notices: NoticeBatch;
  #driver: Driver | undefined;
  #pool: PowPool | undefined;
  #watches: WatchService | undefined;
  #release: () => Promise<void> = () => Promise.resolve();
  #onClosed = (): void => {};
  #limits: NodeLimits | undefined;
  #lastPowFault: string | undefined;
  #isReleased = false;
  readonly #answers = new CommandAnswers((command) => this.#push({ type: 'command', command }));
  #network: NodeWorkerSettings['network'] = networks[0];
  /** What the page knows. */
  #postedMetrics: Metrics | undefined;
  #metricsTimer: ReturnType<typeof setInterval> | undefined;

  constructor(scope: NodeWorkerScope) {
    this.#scope = scope;
    this.#notices = new NoticeBatch((notices) => this.#post(notices));
    this.channels = new PeerChannels(this.#push, (message) => scope.postMessage(message, []));
    this.powWorkers = new PowWorkerPorts((message, transfer) => scope.postMessage(message, transfer));
  }

  async start(settings: NodeWorkerSettings): Promise<StartResult> {
    const obstacle = findWasmObstacle();
    if (obstacle !== undefined) return { ok: false, fault: 'NO_WASM', message: obstacle };
    let family: ChainFamily;
    let checkpoint: OpenCheckpoint | undefined;
    try {
      family = resolveNetwork(settings.network);
      checkpoint = checkpointOf(family, settings);
    } catch (error) {
      if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
      const fault = error instanceof TypeError ? 'TypeError' : 'RangeError';
      return { ok: false, fault, message: error.message };
    }
    const networkId = bytesToHex(family.networkId);
    this.#network = settings.network;
    const identity = await this.#run(family, networkId, settings, checkpoint);
    return { ok: true, networkId, identity: identity && bytesToHex(identity) };
  }

  async header(heightOrHash: number | string): Promise<HeaderInfo | undefined> {
    const node = this.#driver?.node;
    const header = node?.header(heightOrHash);
    const mayBeStored =
      typeof heightOrHash === 'number' && node !== undefined && node.status.verifiedFrom > 0;
    if (header !== undefined || !mayBeStored) return header;
    return (await this.#answers.ask({ kind: 'header', height: heightOrHash })).header;
  }

  async block(text: string): Promise<BlockAnswer> {
    const family = this.#driver?.node.tree.family;
    const hash = family?.hashFromHex(text);
    if (family === undefined || hash === undefined) return { ok: false, code: 'BLOCK_UNKNOWN' };
    const result = await this.#fetchBlock(hash);
    if (!result.ok) return result;
    const { height, body } = result;
    const info = family.describeBody(body);
    const header = this.#driver?.node.header(text);
    // The header may have been dropped meanwhile: a side branch.
    if (info === undefined || header === undefined) return { ok: false, code: 'BLOCK_UNKNOWN' };
    const answer: BlockAnswer = { ok: true, block: { ...info, height, hash: text, header, body } };
    return transfer(answer, [body.buffer]);
  }

  async sendTransaction(tx: Uint8Array | VisionTransaction, isRepeated = false): Promise<SendAnswer> {
    const family = this.#driver?.node.tree.family;
    let bytes: Uint8Array | undefined;
    try {
      bytes = tx instanceof Uint8Array ? tx : family?.encodeTransaction?.(tx);
    } catch {
      // A member is missing, of a wrong type, or too large.
    }
    if (bytes === undefined) return { code: 'TX_MALFORMED' };
    const known = isRepeated ? family?.readTransaction(bytes) : undefined;
    const id = known && family?.hashToHex(known.id);
    if (id !== undefined && this.transactionStatus(id) !== undefined) return { id };
    return this.#answers.ask({ kind: 'sendTransaction', bytes });
  }

  async proveTransaction(
    text: string,
    { block: blockText, ...wish }: { block?: string; confirmations?: number; checkpoint?: number },
  ): Promise<ProvableResult> {
    const family = this.#driver?.node.tree.family;
    const id = family?.hashFromHex(text);
    const block = blockText === undefined ? undefined : family?.hashFromHex(blockText);
    if (id === undefined) return { ok: false, code: 'PROOF_TX_NOT_FOUND' };
    const asked = { kind: 'proveTransaction', id, ...(block && { block }), ...wish } as const;
    return (await this.#answers.ask(asked)).result;
  }

  async mempool(): Promise<MempoolInfo> {
    return (await this.#answers.ask({ kind: 'mempool' })).mempool;
  }

  transactionStatus(id: string): TransactionStatus | undefined {
    return this.#driver?.node.transactions.status(id);
  }

  nextNumber(account: string): bigint {
    return this.#driver?.node.transactions.nextNumber(account) ?? 0n;
  }

  async checkpoint(height: number | undefined): Promise<CheckpointAnswer> {
    const at = height === undefined ? {} : { height };
    const { result } = await this.#answers.ask({ kind: 'checkpoint', ...at });
    const family = this.#driver?.node.tree.family;
    if (!result.ok) return result;
    if (family === undefined) return { ok: false, code: 'CHECKPOINT_UNAVAILABLE' };
    return { ok: true, checkpoint: makeCheckpoint(family, this.#network, result.base, result.root) };
  }

  addressNames(addresses: readonly string[]): AddressNames {
    return this.#watches?.names(addresses) ?? { names: [], digest: '' };
  }

  async searchBlock(hash: string, wanted: WantedTransactions): Promise<SearchAnswer> {
    return this.#watches?.searchBlock(hash, wanted) ?? { ok: false, code: 'BLOCK_UNKNOWN' };
  }

  searchPool(wanted: WantedTransactions, ids: readonly string[] | undefined): readonly FoundTransaction[] {
    return this.#watches?.searchPool(wanted, ids) ?? [];
  }

  async watchRecords(): Promise<readonly WatchRecord[]> {
    return this.#watches?.records() ?? [];
  }

  async keepWatches(records: readonly WatchRecord[]): Promise<void> {
    await this.#watches?.keep(records);
  }

  device(conditions: DeviceConditions): void {
    if (this.#limits === undefined || this.#pool === undefined) return;
    const { cpu, ...resources } = resourcesFor(this.#limits, conditions);
    this.#pool.share = cpu;
    this.#push({ type: 'command', command: { kind: 'resources', ...resources } });
  }

  newestHeaders(): TreeBase | undefined {
    return this.#driver?.node.tree.baseAt();
  }

  hashForMiner(job: PowJob): Promise<Uint8Array> | undefined {
    return this.#pool?.run(job, true);
  }

  submit(batch: HeaderBatch): Promise<Submitted> {
    return this.#answers.ask({ kind: 'submit', batch });
  }

  /** See `ToNodeWorker`. */
  sendSignal({ to, payload }: Extract<ToNodeWorker, { type: 'sendSignal' }>): void {
    this.#push({ type: 'command', command: { kind: 'sendSignal', to, payload } });
  }

  resume(): void {
    this.#push({ type: 'command', command: { kind: 'resume' } });
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#onClosed = resolve;
    });
    this.#push({ type: 'command', command: { kind: 'close' } });
    if (this.#driver !== undefined) await closed;
    await this.#release();
  }

  /** @returns the node's public key */
  async #run(
    family: ChainFamily,
    networkId: string,
    settings: NodeWorkerSettings,
    checkpoint: OpenCheckpoint | undefined,
  ): Promise<Uint8Array | undefined> {
    const { storage, isShared, isTheft, hashers, maxPeers, followedBlocks, minChainwork, gateways, limits } =
      settings;
    const busy = (): void => this.#notifyOf('STORE_BUSY', '');
    // The store first: it opens while the rest is made.
    const store = openStore({
      storage,
      networkId,
      isTheft,
      bytesMax: limits.storageBytes,
      events: {
        busy,
        fenced: isShared ? () => this.#giveWay() : busy,
        emptied: () => this.#push({ type: 'storeEmptied' }),
      },
    });
    const isKept = storage === 'indexeddb';
    const identity = await openIdentity({ isKept, networkId, fallbackUrl: settings.ed25519Url }).catch(
      (error) => this.#notifyOf('SIGNATURES_UNAVAILABLE', String(error)),
    );
    const pool = new PowPool({ size: hashers, spawn: this.powWorkers.spawn, clock: browserClock });
    this.#pool = pool;
    this.#limits = limits;
    const platform = new WorkerPlatform({
      channels: this.channels,
      pool,
      store,
      identity: identity ?? undefined,
      push: this.#push,
      guard: this.#guard,
      notify: (notice) => this.#notify(withoutDropped(notice, store)),
      requestPeers: (count) => this.#scope.postMessage({ type: 'requestPeers', count }, []),
      introduce: (introduction) => this.#scope.postMessage({ type: 'introduction', introduction }, []),
      onPowFailed: (error) => this.#notifyPowFault(String(error)),
    });
    const [seed = 0] = crypto.getRandomValues(new Uint32Array(1));
    const node = new LightNode({
      family,
      seed,
      userAgent: USER_AGENT,
      isGateway: false,
      introduces: true,
      hashers,
      peersMax: maxPeers,
      followedBlocks,
      secret: crypto.getRandomValues(new Uint8Array(16)),
      ...(minChainwork === undefined ? {} : { minChainwork }),
      ...(checkpoint && { checkpoint }),
      ...(identity && { identity: identity.publicKey }),
      ...(gateways && { gateways }),
    });
    this.#driver = new Driver(node, platform);
    this.#watches = new WatchService(node, store, {
      fetchBlock: (hash) => this.#fetchBlock(hash),
      filterBlocks: async (asked) => (await this.#answers.ask({ kind: 'filterBlocks', ...asked })).result,
    });
    this.#metricsTimer = setInterval(() => this.#postChangedMetrics(), METRICS_INTERVAL_MS);
    this.#release = async () => {
      this.#isReleased = true;
      clearInterval(this.#metricsTimer);
      this.#driver?.stop();
      pool.close();
      identity?.release();
      await store.close();
    };
    this.#push({ type: 'start' });
    warmUp(family, pool, hashers);
    return identity?.publicKey;
  }

  async #fetchBlock(hash: Uint8Array): Promise<BlockResult> {
    return (await this.#answers.ask({ kind: 'block', hash })).result;
  }

  /** Another tab has this node now. The page may hang, so nothing waits for it: the peers are let go here. */
  #giveWay(): void {
    this.#driver?.stop();
    this.#driver = undefined;
    this.channels.closeAll();
    this.#scope.postMessage({ type: 'fenced' }, []);
    void this.#release();
  }

  /** @returns true if nobody looks at the event any more */
  readonly #push = (event: NodeEventBody): boolean => {
    let isDone = false;
    this.#guard(() => {
      isDone = this.#driver?.push(event) ?? true;
    });
    return isDone;
  };

  readonly #guard = (run: () => void): void => {
    try {
      run();
    } catch (error) {
      // An invariant of the core broke. A node in an unknown state must not go on; the page closes it.
      // The application may show the message to anyone; where it broke is of use to developers alone.
      console.error(error);
      this.#driver?.stop();
      this.#driver = undefined;
      this.#notifyOf('NODE_BROKEN', '');
      this.#onClosed();
    }
  };

  #post(notices: readonly NodeNotice[]): void {
    // A node that broke has said its last numbers.
    const metrics = this.#driver?.node.metrics() ?? this.#postedMetrics;
    this.#postedMetrics = metrics;
    this.#scope.postMessage({ type: 'notices', notices, metrics }, []);
  }

  #postChangedMetrics(): void {
    const now = this.#driver?.node.metrics();
    const posted = this.#postedMetrics;
    if (now !== undefined && metricNames.some((name) => now[name] !== posted?.[name])) this.#post([]);
  }

  #notify(notice: NodeNotice): void {
    if ('ticket' in notice) {
      this.#answers.take(notice);
      return;
    }
    this.#notices.add(notice);
    if (notice.type !== 'closed') return;
    this.#notices.flush();
    this.#onClosed();
  }

  /** Once for each kind in a row: a pool without workers fails every job alike. What closing cuts short is no fault. */
  #notifyPowFault(message: string): void {
    if (this.#isReleased || message === this.#lastPowFault) return;
    this.#lastPowFault = message;
    this.#notifyOf('WORKER_FAILED', message);
  }

  #notifyOf(code: LightNodeErrorCode, detail: string): void {
    this.#notices.add({ type: 'error', code, detail });
  }
}

/**
 * Has hash workers do something while the store answers: they start and compile their kernels when they get their first job.
 * What is hashed in this worker takes one job, and one that is long enough for the engine to compile again, with
 * optimisations. What fails here fails again with the first job that matters, and is told then.
 */
function warmUp(family: ChainFamily, pool: PowPool, hashers: number): void {
  const [jobs, count] = family.claimsHashes ? [hashers, 1] : [1, WARM_UP_HEADERS];
  const records = new Uint8Array(count * family.recordBytes);
  records.set(family.genesis.record);
  const work = family.powJob({ count, records, hashes: family.genesis.hash }, 0, count);
  for (let i = 0; i < jobs; i++) pool.run(work).catch(() => {});
}
