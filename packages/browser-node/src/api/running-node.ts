import type { HandNote } from '@vision-light/peering';
import {
  type Checkpoint,
  type HeaderInfo,
  isMinable,
  type MempoolInfo,
  type Metrics,
  metricDefinitions,
  metricNames,
  type PeerInfo,
  type Status,
  type Tip,
  type TransactionStatus,
  type TrustFacts,
  type TxProof,
  type VisionTransaction,
  zeroMetrics,
} from '@vision-light/protocol';
import type { Block } from '../boundary/block.js';
import type { LightNodeErrorCode } from '../boundary/error-codes.js';
import { freeze } from '../boundary/freeze.js';
import { LightNodeError } from '../boundary/light-node-error.js';
import { firstTrust, type Trust, trustNow } from '../boundary/trust.js';
import type { Diagnosis } from '../diagnosis/diagnosis.js';
import type { MineOptions, MiningEvent } from '../mining/mining-events.js';
import type { MiningNode } from '../mining/mining-node.js';
import type { NodeView, SharedNode } from '../tabs/shared-node.js';
import type { NodeCall, NodeCalls, NodeNews, PageNotice, SignalingCount } from '../tabs/tab-messages.js';
import { lateStream } from '../watch/late-stream.js';
import type {
  AddressWatchEvent,
  IncludedTx,
  ScriptWatchEvent,
  TxWatchEvent,
  WatchedScripts,
  WatchOptions,
  WatchTxOptions,
} from '../watch/watch-events.js';
import type { WatchNode } from '../watch/watch-node.js';
import type { CheckpointOptions, Invitation, LightNodeHandle, TipsOptions } from './light-node-handle.js';
import type { LightNodeSettings } from './light-node-options.js';
import {
  assertHash,
  assertHeight,
  assertHeightOrHash,
  checkProveOptions,
  type ProveOptions,
} from './method-arguments.js';
import type { SentTransaction } from './sent-transaction.js';
import { SentTransactions } from './sent-transactions.js';
import { type Listener, type Subscriptions, SubscriptionTable } from './subscriptions.js';
import { TipStream } from './tip-stream.js';

/** What is behind the handle that `createLightNode` gives out: one application's view of a node that others may share. */
export class RunningNode implements LightNodeHandle, MiningNode, NodeView, WatchNode {
  #tip: Tip;
  #status: Status;
  #peers: readonly PeerInfo[];
  #metrics: Metrics;
  #trust: TrustFacts;
  #signaling: SignalingCount;
  /** Why nothing is kept on this device. */
  #storageObstacle: string | undefined;
  #closing: Promise<void> | undefined;
  readonly #node: SharedNode;
  readonly #subscriptions = new SubscriptionTable();
  readonly #streams = new Set<TipStream>();
  readonly #sent = new SentTransactions();
  /** Fulfilled once everything is released. */
  readonly closed: Promise<void>;
  #markClosed: () => void = () => {};
  /** Rejects each call that has no answer yet. */
  readonly #unanswered = new Set<() => void>();
  readonly #network: LightNodeSettings['network'];
  readonly canMine: boolean;
  /** How many bodies of the newest blocks are kept. */
  readonly followedBlocks: number;

  /** @param node  is ready, and held for this view */
  constructor(
    node: SharedNode,
    { network, followedBlocks }: Pick<LightNodeSettings, 'network' | 'followedBlocks'>,
  ) {
    this.closed = new Promise((resolve) => {
      this.#markClosed = resolve;
    });
    this.#node = node;
    this.#network = network;
    this.canMine = isMinable(network);
    this.followedBlocks = followedBlocks;
    const { tip, status, peers, metrics, sent, trust, signaling } = freeze(node.snapshot);
    this.#tip = tip;
    this.#status = status;
    this.#peers = peers;
    this.#metrics = metrics;
    this.#trust = trust;
    this.#signaling = signaling;
    for (const [id, state] of sent) this.#sent.tell(id, state);
    node.attach(this);
  }

  get identity(): string | undefined {
    return this.#node.snapshot.identity;
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
    return this.call('header', heightOrHash);
  }

  async block(hash: string): Promise<Block | undefined> {
    assertHash('block', hash);
    const answer = await this.call('block', hash);
    if (answer.ok) return answer.block;
    if (answer.code === 'BLOCK_UNKNOWN') return undefined;
    throw new LightNodeError(answer.code);
  }

  sendTx(tx: Uint8Array | VisionTransaction): SentTransaction {
    if (typeof tx !== 'object' || tx === null)
      throw new TypeError(`sendTx: must be given a transaction or its bytes, got ${String(tx)}`);
    return this.#sent.send(() => this.call('sendTransaction', tx));
  }

  async proveTx(txid: string, options: ProveOptions = {}): Promise<TxProof> {
    assertHash('proveTx', txid, 'txid');
    const { block, confirmations, checkpoint } = checkProveOptions(options);
    const height = typeof checkpoint === 'object' ? checkpoint.height : checkpoint;
    if (typeof checkpoint === 'object' && (await this.header(checkpoint.height))?.hash !== checkpoint.hash)
      throw new LightNodeError('PROOF_WRONG_CHECKPOINT');
    const found = await this.call('proveTransaction', txid, {
      ...(block === undefined ? {} : { block }),
      ...(confirmations === undefined ? {} : { confirmations }),
      ...(height === undefined ? {} : { checkpoint: height }),
    });
    // Every code of a proof that cannot be made is one of LightNodeError; only those of its verification are not.
    if (!found.ok) throw new LightNodeError(found.code as LightNodeErrorCode);
    const { makeTxProof } = await import('vision-light:tx-proof');
    const made = makeTxProof({ network: this.#network, ...found });
    if (made.ok) return freeze(made.proof);
    throw new LightNodeError(made.code as LightNodeErrorCode, made.detail);
  }

  watchTx(txid: string, options: WatchTxOptions = {}): AsyncIterableIterator<TxWatchEvent, undefined> {
    assertHash('watchTx', txid, 'txid');
    return lateStream(import('vision-light:watches').then(({ watchTx }) => watchTx(this, txid, options)));
  }

  watchAddress(
    address: string,
    options: WatchOptions = {},
  ): AsyncIterableIterator<AddressWatchEvent, undefined> {
    return lateStream(
      import('vision-light:watches').then(({ watchAddress }) => watchAddress(this, address, options)),
    );
  }

  watch(
    watched: WatchedScripts,
    options: Pick<WatchOptions, 'signal'> = {},
  ): AsyncIterableIterator<ScriptWatchEvent, undefined> {
    return lateStream(
      import('vision-light:watches').then(({ watchScripts }) => watchScripts(this, watched, options)),
    );
  }

  async waitForConfirmations(txid: string, count: number, options: WatchOptions = {}): Promise<IncludedTx> {
    assertHash('waitForConfirmations', txid, 'txid');
    const { waitForConfirmations } = await import('vision-light:watches');
    return waitForConfirmations(this, txid, count, options);
  }

  mine(options?: MineOptions): AsyncIterableIterator<MiningEvent, undefined> {
    return lateStream(import('vision-light:mining').then(({ mine }) => mine(this, this.#network, options)));
  }

  async mempool(): Promise<MempoolInfo> {
    return this.call('mempool');
  }

  async txStatus(id: string): Promise<TransactionStatus | undefined> {
    assertHash('txStatus', id, 'id');
    return this.call('transactionStatus', id);
  }

  async nextNonce(publicKey: string): Promise<bigint> {
    assertHash('nextNonce', publicKey, 'key');
    return this.call('nextNumber', publicKey);
  }

  async checkpoint({ height }: CheckpointOptions = {}): Promise<Checkpoint> {
    if (height !== undefined) assertHeight('checkpoint', height);
    const answer = await this.call('checkpoint', height);
    if (answer.ok) return answer.checkpoint;
    throw new LightNodeError(answer.code);
  }

  async invite(): Promise<Invitation> {
    return this.#invitationOf(await this.call('invite'));
  }

  async accept(text: string): Promise<Invitation | undefined> {
    if (typeof text !== 'string') throw new TypeError(`accept: must be given a text, got ${String(text)}`);
    const note = await this.call('accept', text);
    return note && this.#invitationOf(note);
  }

  #invitationOf({ text, expires, invitation }: HandNote): Invitation {
    const joined = this.#untilJoined(invitation);
    // Whoever only shows the text need not look at what becomes of it.
    joined.catch(() => {});
    return Object.freeze({ text, expires, joined });
  }

  /** Asks again and again, since the tab that runs the node may be another one, and calls to it have a deadline. */
  async #untilJoined(invitation: string): Promise<void> {
    while (!(await this.call('isJoinedByHand', invitation)));
  }

  errorOf(code: LightNodeErrorCode): LightNodeError {
    return new LightNodeError(code);
  }

  /** Calls back once, after so many milliseconds. */
  later(ms: number, callback: () => void): void {
    setTimeout(callback, ms);
  }

  peers(): readonly PeerInfo[] {
    return this.#peers;
  }

  trust(): Trust {
    return freeze(trustNow(this.#trust, this.#signaling, Date.now() / 1000));
  }

  async diagnose(): Promise<Diagnosis> {
    const [made, ways] = await Promise.all([import('vision-light:diagnosis'), this.call('ways')]);
    return made.diagnose({
      ...ways,
      peers: this.#peers.length,
      clockAheadS: this.#trust.clockAheadS,
      storageObstacle: this.#storageObstacle,
    });
  }

  metrics(): Metrics {
    return { ...this.#metrics };
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  /** Takes in what has happened to the node. */
  receive({ notices, metrics }: NodeNews): void {
    // First, so that a listener reads numbers that have what it is told of.
    if (metrics !== undefined) this.#metrics = metrics;
    for (const notice of notices) this.#take(freeze(notice));
  }

  /** The node crashed: there is none any more. */
  crash(error: LightNodeError): void {
    if (this.#closing !== undefined) return;
    this.#subscriptions.publish('error', error);
    void this.close();
  }

  /** Has the node perform a call. Once this view is closed, nobody waits for the answer. */
  async call<Name extends NodeCall>(
    name: Name,
    ...args: Parameters<NodeCalls[Name]>
  ): Promise<Awaited<ReturnType<NodeCalls[Name]>>> {
    if (this.#closing !== undefined) throw new LightNodeError('NODE_CLOSED');
    let giveUp = (): void => {};
    // Not a race with `closed`: that would keep each answer in memory for as long as the node runs.
    const answer = await new Promise<unknown>((resolve, reject) => {
      giveUp = () => reject(new LightNodeError('NODE_CLOSED'));
      this.#unanswered.add(giveUp);
      this.#node.call(name, args).then(resolve, reject);
    }).finally(() => this.#unanswered.delete(giveUp));
    return answer as Awaited<ReturnType<NodeCalls[Name]>>;
  }

  #take(notice: PageNotice): void {
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
      case 'trust':
        this.#takeTrust(notice.trust);
        break;
      case 'signaling':
        this.#signaling = notice.signaling;
        break;
      case 'status':
        this.#setStatus(notice.status);
        break;
      case 'peer':
        this.#peers = notice.peers;
        this.#subscriptions.publish('peer', freeze({ change: notice.change, peers: notice.peers }));
        break;
      case 'error':
        if (notice.code === 'STORE_DENIED') this.#storageObstacle = notice.detail;
        this.#subscriptions.publish(
          'error',
          new LightNodeError(notice.code as LightNodeErrorCode, notice.detail),
        );
        if (notice.code === 'NODE_BROKEN') void this.close();
        break;
      case 'ready':
      case 'submitted':
      case 'header':
      case 'block':
      case 'checkpoint':
      case 'sent':
      case 'mempool':
      case 'provable':
      case 'filtered':
      case 'closed':
        break;
      default:
        notice satisfies never;
    }
  }

  /** The application is told of another level or other reasons; numbers it can ask for. */
  #takeTrust(facts: TrustFacts): void {
    const before = this.#trust.reasons.join();
    this.#trust = facts;
    if (facts.reasons.join() !== before) this.#subscriptions.publish('trust', this.trust());
  }

  #setStatus(status: Status): void {
    this.#status = freeze(status);
    this.#subscriptions.publish('status', status);
  }

  async #end(): Promise<void> {
    for (const stream of [...this.#streams]) stream.end();
    this.#sent.close();
    await this.#node.release(this);
    this.#markClosed();
    for (const giveUp of [...this.#unanswered]) giveUp();
    this.#signaling = { ...this.#signaling, joined: 0 };
    this.#peers = freeze([]);
    this.#metrics = withoutGauges(this.#metrics);
    this.#setStatus({ ...this.#status, phase: 'closed', peers: 0, headersPerSecond: 0 });
    this.#takeTrust({ ...firstTrust(this.#tip), reasons: ['NODE_CLOSED'] });
    this.#subscriptions.clear();
  }
}

/** A closed node has done what it has done, and does nothing now. */
function withoutGauges(metrics: Metrics): Metrics {
  const left = zeroMetrics();
  for (const name of metricNames) if (metricDefinitions[name].type === 'counter') left[name] = metrics[name];
  return left;
}
