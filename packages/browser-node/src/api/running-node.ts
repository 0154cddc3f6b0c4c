import {
  type HeaderInfo,
  type MempoolInfo,
  type Metrics,
  metricDefinitions,
  metricNames,
  type NodeNotice,
  type PeerInfo,
  type ProvableResult,
  type Status,
  type Tip,
  type TransactionStatus,
  type TxProof,
  type VisionTransaction,
  zeroMetrics,
} from '@vision-light/protocol';
import type { Block } from '../boundary/block.js';
import type { LightNodeErrorCode } from '../boundary/error-codes.js';
import type { BlockAnswer, FromNode, SendAnswer } from '../boundary/messages.js';
import type { NodeWorkerLink } from '../boundary/node-worker-link.js';
import { PagePeers } from '../peers/page-peers.js';
import { freeze } from './freeze.js';
import { LightNodeError } from './light-node-error.js';
import type { LightNodeHandle, TipsOptions } from './light-node-handle.js';
import type { LightNodeSettings } from './light-node-options.js';
import { watchPage } from './page-events.js';
import { assertHash, checkProveOptions, type ProveOptions } from './prove-options.js';
import type { SentTransaction } from './sent-transaction.js';
import { SentTransactions } from './sent-transactions.js';
import { type Listener, type Subscriptions, SubscriptionTable } from './subscriptions.js';
import { TipStream } from './tip-stream.js';

/** Milliseconds for the node to take leave and write; afterwards its worker is ended all the same. */
const CLOSE_TIMEOUT_MS = 3000;

/** What a race yields if the node is closed first. */
const CLOSED = Symbol('closed');

/** A started node, seen from the page. */
export interface StartedNode {
  readonly worker: NodeWorkerLink;
  readonly networkId: string;
  readonly identity: string | undefined;
  readonly tip: Tip;
}

/** What is behind the handle that `createLightNode` gives out, and what joins its parts. */
export class RunningNode implements LightNodeHandle {
  #tip: Tip;
  #status: Status;
  #peers: readonly PeerInfo[] = freeze([]);
  #metrics: Metrics = zeroMetrics();
  #closing: Promise<void> | undefined;
  readonly #worker: NodeWorkerLink;
  readonly #finder: PagePeers['finder'];
  readonly #links: PagePeers['links'];
  readonly #subscriptions = new SubscriptionTable();
  readonly #streams = new Set<TipStream>();
  readonly #sent = new SentTransactions();
  readonly #unwatchPage: () => void;
  /** Fulfilled once everything is released. */
  readonly closed: Promise<typeof CLOSED>;
  #markClosed: (closed: typeof CLOSED) => void = () => {};
  #isCrashed = false;
  readonly identity: string | undefined;
  readonly #network: LightNodeSettings['network'];

  constructor({ worker, networkId, identity, tip }: StartedNode, settings: LightNodeSettings) {
    this.identity = identity;
    this.closed = new Promise((resolve) => {
      this.#markClosed = resolve;
    });
    this.#tip = freeze(tip);
    this.#status = freeze({
      phase: 'connecting',
      peers: 0,
      bestPeerHeight: tip.height,
      headersPerSecond: 0,
      storedHeight: 0,
      verifiedFrom: 0,
      progress: 0,
    });
    this.#worker = worker;
    const { network, iceServers, maxPeers, reportMetrics } = settings;
    this.#network = network;
    const networkName = typeof network === 'string' ? network : undefined;
    const { finder, links } = new PagePeers({
      signal: settings.signal,
      networkId,
      networkName,
      iceServers,
      metrics: reportMetrics ? () => this.#metrics : undefined,
      maxPeers,
      post: (message, transfer) => worker.post(message, transfer),
      failed: (code, detail) => this.#report(code, detail),
    });
    this.#finder = finder;
    this.#links = links;
    this.#unwatchPage = watchPage({
      resumed: () => {
        void worker.control.resume();
        finder.nudge();
      },
      hidden: () => finder.leave(),
    });
  }

  get tip(): Tip {
    return this.#tip;
  }

  get status(): Status {
    return this.#status;
  }

  subscribe<Type extends keyof Subscriptions>(type: Type, listener: Listener<Type>): () => void {
    if (type !== 'transaction') return this.#subscriptions.add(type, listener);
    return this.#subscriptions.add('transaction', listener as Listener<'transaction'>, this.#sent.last);
  }

  tips({ signal }: TipsOptions = {}): AsyncIterableIterator<Tip> {
    if (signal !== undefined && !(signal instanceof AbortSignal)) {
      throw new TypeError(`tips: signal must be an AbortSignal, got ${String(signal)}`);
    }
    const end = (): void => stream.end();
    const stream = new TipStream(this.#tip, () => {
      this.#streams.delete(stream);
      signal?.removeEventListener('abort', end);
    });
    this.#streams.add(stream);
    signal?.addEventListener('abort', end);
    if (this.#closing !== undefined || signal?.aborted) stream.end();
    return stream;
  }

  async header(heightOrHash: number | string): Promise<HeaderInfo | undefined> {
    assertHeightOrHash(heightOrHash);
    if (this.#closing !== undefined) throw new LightNodeError('NODE_CLOSED');
    return await this.#untilClosed(this.#worker.control.header(heightOrHash));
  }

  async block(hash: string): Promise<Block | undefined> {
    assertHash('block', hash);
    if (this.#closing !== undefined) throw new LightNodeError('NODE_CLOSED');
    // comlink types a promise for each case of the answer.
    const asked: Promise<BlockAnswer> = this.#worker.control.block(hash);
    const answer = await this.#untilClosed(asked);
    if (answer.ok) return answer.block;
    if (answer.code === 'BLOCK_UNKNOWN') return undefined;
    throw new LightNodeError(answer.code);
  }

  sendTx(tx: Uint8Array | VisionTransaction): SentTransaction {
    if (typeof tx !== 'object' || tx === null)
      throw new TypeError(`sendTx: must be given a transaction or its bytes, got ${String(tx)}`);
    return this.#sent.send(() => {
      if (this.#closing !== undefined) throw new LightNodeError('NODE_CLOSED');
      // comlink types a promise for each case of the answer.
      const asked: Promise<SendAnswer> = this.#worker.control.sendTransaction(tx);
      return this.#untilClosed(asked);
    });
  }

  async proveTx(txid: string, options: ProveOptions = {}): Promise<TxProof> {
    assertHash('proveTx', txid, 'txid');
    const { block, confirmations, checkpoint } = checkProveOptions(options);
    const height = typeof checkpoint === 'object' ? checkpoint.height : checkpoint;
    if (this.#closing !== undefined) throw new LightNodeError('NODE_CLOSED');
    if (typeof checkpoint === 'object' && (await this.header(checkpoint.height))?.hash !== checkpoint.hash)
      throw new LightNodeError('PROOF_WRONG_CHECKPOINT');
    // comlink types a promise for each case of the answer.
    const asked: Promise<ProvableResult> = this.#worker.control.proveTransaction(txid, {
      ...(block === undefined ? {} : { block }),
      ...(confirmations === undefined ? {} : { confirmations }),
      ...(height === undefined ? {} : { checkpoint: height }),
    });
    const found = await this.#untilClosed(asked);
    // What is wrong with a proof that is verified is none of these.
    if (!found.ok) throw new LightNodeError(found.code as LightNodeErrorCode);
    const { makeTxProof } = await import('vision-light:tx-proof');
    const made = makeTxProof({ network: this.#network, ...found });
    if (made.ok) return freeze(made.proof);
    throw new LightNodeError(made.code as LightNodeErrorCode, made.detail);
  }

  async mempool(): Promise<MempoolInfo> {
    if (this.#closing !== undefined) throw new LightNodeError('NODE_CLOSED');
    return await this.#untilClosed(this.#worker.control.mempool());
  }

  async txStatus(id: string): Promise<TransactionStatus | undefined> {
    assertHash('txStatus', id, 'id');
    if (this.#closing !== undefined) throw new LightNodeError('NODE_CLOSED');
    // comlink types a promise for each case of the answer.
    const asked: Promise<TransactionStatus | undefined> = this.#worker.control.transactionStatus(id);
    return await this.#untilClosed(asked);
  }

  async nextNonce(publicKey: string): Promise<bigint> {
    assertHash('nextNonce', publicKey, 'key');
    if (this.#closing !== undefined) throw new LightNodeError('NODE_CLOSED');
    return await this.#untilClosed(this.#worker.control.nextNumber(publicKey));
  }

  peers(): readonly PeerInfo[] {
    return this.#peers;
  }

  metrics(): Metrics {
    return { ...this.#metrics };
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  /** Takes a message of the node worker. */
  receive(message: FromNode): void {
    switch (message.type) {
      case 'notices':
        // First, so that a listener reads numbers that have what it is told of.
        if (message.metrics !== undefined) this.#metrics = message.metrics;
        for (const notice of message.notices) this.#take(freeze(notice));
        break;
      case 'requestPeers':
        if (this.#closing === undefined) void this.#finder.find(message.count);
        break;
      case 'opened':
        this.#links.markOpen(message.peer);
        break;
      case 'leaving':
        this.#links.leave(message.peer, message.isFaulty);
        break;
      case 'closed':
        this.#links.drop(message.peer, 'the channel is closed');
        break;
      default:
        message satisfies never;
    }
  }

  /** The worker crashed: there is no node any more. */
  crash(reason: unknown): void {
    if (this.#closing !== undefined) return;
    this.#isCrashed = true;
    this.#report('WORKER_FAILED', String(reason), reason);
    void this.close();
  }

  /** The worker does not answer once it has ended. */
  async #untilClosed<T>(asked: Promise<T>): Promise<T> {
    const answer = await Promise.race([asked, this.closed]);
    if (answer === CLOSED) throw new LightNodeError('NODE_CLOSED');
    return answer as T;
  }

  #take(notice: NodeNotice): void {
    switch (notice.type) {
      case 'tip':
        this.#tip = notice.tip;
        this.#subscriptions.publish('tip', notice.tip);
        for (const stream of [...this.#streams]) stream.push(notice.tip);
        break;
      case 'reorg':
        this.#subscriptions.publish('reorg', notice.reorg);
        break;
      case 'competing':
        this.#subscriptions.publish('competing', notice.tips);
        break;
      case 'withheld':
        this.#subscriptions.publish('withheld', notice.withheld);
        break;
      case 'transaction':
        this.#sent.tell(notice.id, notice.state);
        this.#subscriptions.publish('transaction', freeze({ id: notice.id, state: notice.state }));
        break;
      case 'transactions':
        this.#subscriptions.publish('transactions', notice);
        break;
      case 'status':
        // The page says itself when everything is released.
        if (notice.status.phase !== 'closed') this.#setStatus(notice.status);
        break;
      case 'peer':
        this.#peers = notice.peers;
        this.#subscriptions.publish('peer', freeze({ change: notice.change, peers: notice.peers }));
        break;
      case 'error':
        this.#report(notice.code as LightNodeErrorCode, notice.detail);
        if (notice.code === 'NODE_BROKEN') void this.close();
        break;
      case 'ready':
        // What was loaded on the way here came before it.
        this.#tip = notice.tip;
        break;
      case 'submitted':
      case 'header':
      case 'block':
      case 'sent':
      case 'mempool':
      case 'provable':
      case 'closed':
        break;
      default:
        notice satisfies never;
    }
  }

  #setStatus(status: Status): void {
    this.#status = freeze(status);
    this.#subscriptions.publish('status', status);
  }

  #report(code: LightNodeErrorCode, detail: string, cause?: unknown): void {
    this.#subscriptions.publish('error', new LightNodeError(code, detail, cause));
  }

  async #end(): Promise<void> {
    this.#unwatchPage();
    this.#finder.close();
    for (const stream of [...this.#streams]) stream.end();
    this.#sent.close();
    if (!this.#isCrashed) {
      const timeout = new Promise<void>((resolve) => setTimeout(resolve, CLOSE_TIMEOUT_MS));
      // However it ends, everything is released afterwards.
      await Promise.race([this.#worker.control.close(), timeout]).catch(() => {});
    }
    this.#links.dropAll('closed');
    this.#worker.terminate();
    this.#markClosed(CLOSED);
    this.#peers = freeze([]);
    this.#metrics = withoutGauges(this.#metrics);
    this.#setStatus({ ...this.#status, phase: 'closed', peers: 0, headersPerSecond: 0 });
    this.#subscriptions.clear();
  }
}

/** A closed node has done what it has done, and does nothing now. */
function withoutGauges(metrics: Metrics): Metrics {
  const left = zeroMetrics();
  for (const name of metricNames) if (metricDefinitions[name].type === 'counter') left[name] = metrics[name];
  return left;
}

function assertHeightOrHash(heightOrHash: unknown): void {
  if (typeof heightOrHash === 'number') {
    if (Number.isSafeInteger(heightOrHash) && heightOrHash >= 0) return;
    throw new RangeError(`header: a height must be an integer from 0, got ${heightOrHash}`);
  }
  if (typeof heightOrHash !== 'string') {
    throw new TypeError(`header: must be given a height or a hash, got ${String(heightOrHash)}`);
  }
  assertHash('header', heightOrHash);
}
