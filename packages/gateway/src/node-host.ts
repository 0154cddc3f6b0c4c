/**
 * The protocol core with everything that Node gives it: clock, store, hash threads and links. Performs the effects of the
 * core and hands it events. It makes no decisions of the protocol.
 */
import { randomBytes } from 'node:crypto';
import { PowPool } from '@vision-light/pow';
import {
  type ArchiveContext,
  type ChainFamily,
  type CheckpointResult,
  Driver,
  type Effect,
  FilterArchive,
  type FollowedNodes,
  type ForwardContext,
  ForwardedBlocks,
  type HeaderBatch,
  type Introduction,
  LightNode,
  type NodeEventBody,
  type NodeNotice,
  performStorage,
  readRecord,
  type Store,
  TxIndex,
  type TxIndexContext,
} from '@vision-light/protocol';
import type { Clock } from '@vision-light/signaling';
import type { Logger } from 'pino';
import type { LinkKind } from './links/link-kind.js';
import { LinkRouter } from './links/link-router.js';
import { createNodeKey, type NodeKey } from './node-key.js';
import { platformClock } from './platform-clock.js';
import { spawnPowThread } from './pow/pow-thread.js';
import { verifySignaturesInPool } from './verify-signatures.js';

/** What a host is made of. It owns the store and closes it. */
export interface NodeHostOptions {
  readonly family: ChainFamily;
  readonly store: Store;
  readonly hashThreads: number;
  readonly userAgent: string;
  /** Who it is to its peers. Default: a new key for this run. */
  readonly key?: NodeKey;
  readonly log: Logger;
  /** How many of the newest block bodies are kept; Infinity for all. */
  readonly followedBlocks: number;
  /** How many of the newest compact filters are kept and served. */
  readonly keptFilters?: number;
  /** Whether bodies that peers ask for are fetched from full nodes. */
  readonly forwardsBlocks?: boolean;
  /** Whether full nodes are followed, as links of one of the kinds or beside them. */
  readonly followsNetwork?: boolean;
  /** Chainwork that a chain must have to be followed; what the network has for that if undefined. */
  readonly minChainwork?: bigint | undefined;
  /** Peers of one network that come to this node. Default: as many as there may be. */
  readonly peersPerGroup?: number;
  /** Whether the node keeps an index of transactions. */
  readonly txIndex?: boolean;
  /** The kinds of links to peers, each with a name of its own. */
  readonly linkKinds: readonly LinkKind[];
  /** Default: Node's own time and timers. */
  readonly clock?: Clock;
  /** Peers introduce somebody, or pass something on. Without it the node neither is introduced nor introduces others. */
  introduced?(introduction: Introduction): void;
  /** A broken invariant has stopped the core. */
  onFailure(error: unknown): void;
}

/** What became of submitted headers: how many are in the tree, what stopped the rest, and what is wrong with a body. */
export interface Submitted {
  readonly accepted: number;
  readonly code?: string;
  readonly bodyFault?: string;
}

/** What became of a transaction that was handed in: its id, or why it was not taken. */
export type Sent = { readonly id: string } | { readonly code: string };

type NoticeListener = (notice: NodeNotice) => void;

/** Runs a `LightNode`; see the head of this file. */
export class NodeHost {
  readonly node: LightNode;
  readonly key: NodeKey;
  readonly #links: LinkRouter;
  readonly #options: NodeHostOptions;
  readonly #driver: Driver;
  readonly #pow: PowPool;
  readonly #listeners = new Set<NoticeListener>();
  readonly #submissions = new Map<number, (submitted: Submitted) => void>();
  readonly #sent = new Map<number, (sent: Sent) => void>();
  readonly #checkpoints = new Map<number, (result: CheckpointResult) => void>();
  #nextTicket = 0;
  #isStopped = false;

  /** @throws {RangeError} if the name of a kind of links is malformed or used twice */
  constructor(options: NodeHostOptions) {
    const { family, hashThreads, userAgent, linkKinds, log, clock = platformClock } = options;
    const { keptFilters = 0 } = options;
    this.#options = options;
    this.key = options.key ?? createNodeKey();
    this.#links = new LinkRouter({ kinds: linkKinds, clock, log, push: (event) => this.#push(event) });
    this.#pow = new PowPool({ size: hashThreads, spawn: spawnPowThread, clock });
    const seed = randomBytes(4).readUInt32LE();
    this.node = new LightNode({
      family,
      seed,
      userAgent,
      isGateway: true,
      introduces: options.introduced !== undefined,
      hashers: hashThreads,
      peersMax: linkKinds.reduce((sum, { peersMax }) => sum + peersMax, 0),
      followedBlocks: options.followedBlocks,
      ...(options.forwardsBlocks === true
        ? { forwardedBlocks: (context: ForwardContext) => new ForwardedBlocks(context) }
        : {}),
      followsNetwork: options.followsNetwork ?? false,
      ...(keptFilters === 0
        ? {}
        : { filterArchive: (context: ArchiveContext) => new FilterArchive(context, keptFilters) }),
      secret: randomBytes(16),
      identity: this.key.publicKey,
      ...(options.peersPerGroup === undefined ? {} : { peersPerGroupMax: options.peersPerGroup }),
      ...(options.txIndex === true ? { txIndex: (context: TxIndexContext) => new TxIndex(context) } : {}),
      ...(options.minChainwork === undefined ? {} : { minChainwork: options.minChainwork }),
    });
    this.#driver = new Driver(this.node, {
      now: () => clock.now(),
      wallTime: () => Date.now() / 1000,
      setTimer: (delayMs, callback) => clock.setTimer(delayMs, () => this.#guard(callback)),
      perform: (effect) => this.#perform(effect),
    });
    this.#links.attach();
  }

  /** Loads the stored chain, all of it: whoever asks over HTTP may ask for any height. */
  async start(): Promise<void> {
    const ready = this.once((notice) => notice.type === 'ready');
    this.#push({ type: 'start' });
    await ready;
    if (this.node.status.verifiedFrom === 0) return;
    await this.once((notice) => notice.type === 'status' && notice.status.verifiedFrom === 0);
  }

  /** @returns what ends the subscription */
  subscribe(listener: NoticeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves with the first notice from now on for which `isWanted` holds. */
  once(isWanted: (notice: NodeNotice) => boolean): Promise<NodeNotice> {
    return new Promise((resolve) => {
      const unsubscribe = this.subscribe((notice) => {
        if (!isWanted(notice)) return;
        unsubscribe();
        resolve(notice);
      });
    });
  }

  /**
   * Hands headers of our own to the core, which verifies them like those of a peer.
   *
   * @param bodies  those of the headers, in order, as far as there are any
   * @param source  name of what brings them, such as `miner`. A source waits for its own batches only; callers that name
   *   none share one
   * @param isForwarded  they are of somebody else, and refused with LOW_WORK if they are on a branch of too little work
   * @returns `SUBMIT_BUSY` as the code if SUBMISSIONS_MAX batches of the source wait, or SUBMISSION_SOURCES_MAX other
   *   sources have batches that wait; `CLOSED` if the host has stopped
   */
  submit(
    batch: HeaderBatch,
    bodies: readonly (Uint8Array | undefined)[] = [],
    source?: string,
    isForwarded = false,
  ): Promise<Submitted> {
    if (this.#isStopped) return Promise.resolve({ accepted: 0, code: 'CLOSED' });
    const ticket = this.#nextTicket++;
    return new Promise((resolve) => {
      this.#submissions.set(ticket, resolve);
      const named = source === undefined ? {} : { source };
      this.#push({
        type: 'command',
        command: { kind: 'submit', batch, bodies, ticket, isForwarded, ...named },
      });
    });
  }

  /**
   * Hands an encoded transaction to the core, which verifies and relays it.
   *
   * @param isForwarded  it is not of this side: it is neither watched nor kept for the next start
   * @returns `CLOSED` as the code if the host has stopped
   */
  sendTransaction(bytes: Uint8Array, isForwarded: boolean): Promise<Sent> {
    if (this.#isStopped) return Promise.resolve({ code: 'CLOSED' });
    const ticket = this.#nextTicket++;
    return new Promise((resolve) => {
      this.#sent.set(ticket, resolve);
      this.#push({ type: 'command', command: { kind: 'sendTransaction', bytes, isForwarded, ticket } });
    });
  }

  /** Has something told to the node with this key, by way of a peer of both. */
  sendSignal(to: Uint8Array, payload: Uint8Array): void {
    this.#push({ type: 'command', command: { kind: 'sendSignal', to, payload } });
  }

  /** How the full nodes fare that are followed beside the links. */
  followed(nodes: FollowedNodes): void {
    this.#push({ type: 'command', command: { kind: 'followed', nodes } });
  }

  /**
   * What a checkpoint of the best chain says.
   *
   * @param height  of its header; one that is deep enough below the tip if undefined
   */
  checkpoint(height?: number): Promise<CheckpointResult> {
    if (this.#isStopped) return Promise.resolve({ ok: false, code: 'CHECKPOINT_UNAVAILABLE' });
    const ticket = this.#nextTicket++;
    return new Promise((resolve) => {
      this.#checkpoints.set(ticket, resolve);
      const at = height === undefined ? {} : { height };
      this.#push({ type: 'command', command: { kind: 'checkpoint', ticket, ...at } });
    });
  }

  /**
   * The body of a verified header's block, as it is stored.
   *
   * @returns undefined if it is not there
   * @throws {StoreError} if the store cannot be read
   */
  readBody(hash: Uint8Array): Promise<Uint8Array | undefined> {
    return readRecord(this.#options.store, 'bodies', hash);
  }

  /** Writes what is not yet stored, disconnects every peer, and releases everything. */
  async close(): Promise<void> {
    const closed = this.once((notice) => notice.type === 'closed');
    if (!this.#isStopped) {
      this.#push({ type: 'command', command: { kind: 'close' } });
      await closed;
    }
    await this.#links.close();
    this.abandon();
    await this.#options.store.close();
  }

  /** Stops the core and its threads at once: what is left to do when something broke. */
  abandon(): void {
    this.#isStopped = true;
    this.#driver.stop();
    this.#links.stop();
    this.#pow.close();
    for (const [ticket, resolve] of this.#submissions) {
      this.#submissions.delete(ticket);
      resolve({ accepted: 0, code: 'CLOSED' });
    }
    for (const [ticket, resolve] of this.#sent) {
      this.#sent.delete(ticket);
      resolve({ code: 'CLOSED' });
    }
    for (const [ticket, resolve] of this.#checkpoints) {
      this.#checkpoints.delete(ticket);
      resolve({ ok: false, code: 'CHECKPOINT_UNAVAILABLE' });
    }
  }

  #push(event: NodeEventBody): void {
    if (!this.#isStopped) this.#guard(() => this.#driver.push(event));
  }

  /** Exceptions come from broken invariants only: bad bytes are values, and faults of the platform are events. */
  #guard(run: () => void): void {
    if (this.#isStopped) return;
    try {
      run();
    } catch (error) {
      this.abandon();
      this.#options.onFailure(error);
    }
  }

  #perform(effect: Effect): void {
    switch (effect.type) {
      case 'send':
        this.#links.send(effect.peer, effect.bytes);
        return;
      case 'disconnect':
        this.#links.disconnect(effect.peer, effect.code);
        return;
      case 'verifyPow':
        void this.#verify(effect);
        return;
      case 'verifySignatures':
        void this.#verifySignatures(effect);
        return;
      case 'sign':
        this.#push({ type: 'signed', job: effect.job, signature: this.key.sign(effect.message) });
        return;
      case 'storage':
        void performStorage(this.#options.store, effect).then((event) => this.#push(event));
        return;
      case 'requestPeers':
        this.#links.requestPeers(effect.count);
        return;
      case 'introduction':
        this.#options.introduced?.(effect.introduction);
        return;
      case 'emit':
        this.#emit(effect.notice);
    }
  }

  async #verifySignatures({ job, checks }: Extract<Effect, { type: 'verifySignatures' }>): Promise<void> {
    const valid = await verifySignaturesInPool(checks);
    this.#push({ type: 'signaturesVerified', job, valid });
  }

  async #verify({ job, work }: Extract<Effect, { type: 'verifyPow' }>): Promise<void> {
    try {
      const hashes = await this.#pow.run(work);
      this.#push({ type: 'powVerified', job, hashes });
    } catch (error) {
      if (!this.#isStopped) this.#options.log.error({ error: String(error) }, 'hashing failed');
      this.#push({ type: 'powVerified', job });
    }
  }

  #emit(notice: NodeNotice): void {
    if (notice.type === 'submitted') {
      const { ticket, type: _, ...submitted } = notice;
      this.#submissions.get(ticket)?.(submitted);
      this.#submissions.delete(ticket);
    }
    if (notice.type === 'sent') {
      this.#sent.get(notice.ticket)?.(notice);
      this.#sent.delete(notice.ticket);
    }
    if (notice.type === 'checkpoint') {
      this.#checkpoints.get(notice.ticket)?.(notice.result);
      this.#checkpoints.delete(notice.ticket);
    }
    for (const listener of this.#listeners) listener(notice);
  }
}
