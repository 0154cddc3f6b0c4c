/** The protocol core with everything that Node gives it: clock, store, hash threads and links. */
import { randomBytes } from 'node:crypto';
import { type ConnectionOptions, PeerLinks } from '@vision-light/peering';
import { PowPool } from '@vision-light/pow';
import {
  type ChainFamily,
  Driver,
  type Effect,
  type HeaderBatch,
  LightNode,
  type NodeEventBody,
  type NodeNotice,
  type NodeStore,
  StoreError,
  type StoreFault,
} from '@vision-light/protocol';
import type { Logger } from 'pino';
import { LINKS_MAX, PEERS_MAX } from './limits.js';
import { platformClock } from './platform-clock.js';
import { spawnPowThread } from './pow/pow-thread.js';
import { RtcLink } from './webrtc/rtc-link.js';

/** What a host is made of. It owns the store and closes it. */
export interface NodeHostOptions {
  readonly family: ChainFamily;
  readonly store: NodeStore;
  readonly hashThreads: number;
  readonly userAgent: string;
  readonly log: Logger;
  /** How many of the newest block bodies are kept; Infinity for all. */
  readonly followedBlocks: number;
  /** The core asks for peers. */
  requestPeers(count: number): void;
  /** A broken invariant has stopped the core. */
  onFailure(error: unknown): void;
}

/** What became of submitted headers: how many are in the tree, and what stopped the rest. */
export interface Submitted {
  readonly accepted: number;
  readonly code?: string;
}

type NoticeListener = (notice: NodeNotice) => void;

/** Runs a `LightNode`. It makes no decisions of the protocol. */
export class NodeHost {
  readonly node: LightNode;
  readonly links: PeerLinks<RtcLink>;
  readonly #options: NodeHostOptions;
  readonly #driver: Driver;
  readonly #pow: PowPool;
  readonly #listeners = new Set<NoticeListener>();
  readonly #submissions = new Map<number, (submitted: Submitted) => void>();
  #nextTicket = 0;
  #isStopped = false;

  constructor(options: NodeHostOptions) {
    const { family, hashThreads, userAgent } = options;
    this.#options = options;
    this.links = new PeerLinks({
      linksMax: LINKS_MAX,
      setupsMax: LINKS_MAX,
      clock: platformClock,
      connect: (connection) => this.#connect(connection),
      events: {
        described: (peer, maxMessageBytes) => this.links.connectionOf(peer)?.describe(maxMessageBytes),
        gone: (peer, reason, phase) => {
          if (phase !== 'open') return;
          options.log.debug({ peer, reason }, 'peer lost');
          this.#push({ type: 'peerDisconnected', peer });
        },
        refused: (error) => options.log.warn({ error: String(error) }, 'no connection can be made'),
      },
    });
    this.#pow = new PowPool({ size: hashThreads, spawn: spawnPowThread });
    const seed = randomBytes(4).readUInt32LE();
    this.node = new LightNode({
      family,
      seed,
      userAgent,
      isGateway: true,
      hashers: hashThreads,
      peersMax: PEERS_MAX,
      followedBlocks: options.followedBlocks,
    });
    this.#driver = new Driver(this.node, {
      now: platformClock.now,
      wallTime: () => Date.now() / 1000,
      setTimer: (delayMs, callback) => platformClock.setTimer(delayMs, () => this.#guard(callback)),
      perform: (effect) => this.#perform(effect),
    });
  }

  /** Loads the stored chain. */
  async start(): Promise<void> {
    const ready = this.once((notice) => notice.type === 'ready');
    this.#push({ type: 'start' });
    await ready;
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
   */
  submit(batch: HeaderBatch, bodies: readonly (Uint8Array | undefined)[] = []): Promise<Submitted> {
    if (this.#isStopped) return Promise.resolve({ accepted: 0, code: 'CLOSED' });
    const ticket = this.#nextTicket++;
    return new Promise((resolve) => {
      this.#submissions.set(ticket, resolve);
      this.#push({ type: 'command', command: { kind: 'submit', batch, bodies, ticket } });
    });
  }

  /**
   * The body of a verified header's block, as it is stored.
   *
   * @returns undefined if it is not there
   * @throws {StoreError} if the store cannot be read
   */
  readBody(hash: Uint8Array): Promise<Uint8Array | undefined> {
    return this.#options.store.readBody(hash);
  }

  /** Writes what is not yet stored, takes leave of every peer, and releases everything. */
  async close(): Promise<void> {
    const closed = this.once((notice) => notice.type === 'closed');
    if (!this.#isStopped) {
      this.#push({ type: 'command', command: { kind: 'close' } });
      await closed;
    }
    await this.links.close();
    this.abandon();
    await this.#options.store.close();
  }

  /** Stops the core and its threads at once: what is left to do when something broke. */
  abandon(): void {
    this.#isStopped = true;
    this.#driver.stop();
    this.#pow.close();
    for (const [ticket, resolve] of this.#submissions) {
      this.#submissions.delete(ticket);
      resolve({ accepted: 0, code: 'CLOSED' });
    }
  }

  #connect(options: ConnectionOptions): RtcLink {
    const { name: peer } = options;
    return new RtcLink(options, {
      opened: (maxMessageBytes) => {
        this.links.markOpen(peer);
        this.#push({ type: 'peerConnected', peer, maxMessageBytes });
      },
      received: (bytes) => this.#push({ type: 'bytesReceived', peer, bytes }),
      drained: (bufferedBytes) => this.#push({ type: 'sendDrained', peer, bufferedBytes }),
    });
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
        this.links.connectionOf(effect.peer)?.send(effect.bytes);
        return;
      case 'disconnect':
        this.links.leave(effect.peer, effect.code !== undefined);
        return;
      case 'verifyPow':
        void this.#verify(effect);
        return;
      case 'store':
        void this.#store(effect);
        return;
      case 'load':
        void this.#load();
        return;
      case 'listBodies':
        void this.#listBodies();
        return;
      case 'readBody':
        void this.#readBody(effect);
        return;
      case 'storeBodies':
        void this.#storeBodies(effect);
        return;
      case 'requestPeers':
        this.#options.requestPeers(effect.count);
        return;
      case 'emit':
        this.#emit(effect.notice);
    }
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

  async #store({ write, change }: Extract<Effect, { type: 'store' }>): Promise<void> {
    try {
      await this.#options.store.write(change);
      this.#push({ type: 'stored', write });
    } catch (error) {
      this.#pushStoreFault(error);
    }
  }

  async #load(): Promise<void> {
    try {
      const chain = await this.#options.store.load();
      this.#push({ type: 'loaded', chain });
    } catch (error) {
      this.#pushStoreFault(error);
    }
  }

  async #listBodies(): Promise<void> {
    const hashes = await this.#options.store.listBodies().catch(() => []);
    this.#push({ type: 'bodiesListed', hashes });
  }

  async #readBody({ read, hash }: Extract<Effect, { type: 'readBody' }>): Promise<void> {
    const body = await this.#options.store.readBody(hash).catch(() => undefined);
    this.#push({ type: 'bodyRead', read, ...(body === undefined ? {} : { body }) });
  }

  async #storeBodies({ write, change }: Extract<Effect, { type: 'storeBodies' }>): Promise<void> {
    try {
      await this.#options.store.writeBodies(change);
      this.#push({ type: 'bodiesStored', write });
    } catch (error) {
      this.#push({ type: 'bodiesFailed', write, ...storeFaultOf(error) });
    }
  }

  #pushStoreFault(error: unknown): void {
    this.#push({ type: 'storeFailed', ...storeFaultOf(error) });
  }

  #emit(notice: NodeNotice): void {
    if (notice.type === 'submitted') {
      const { ticket, accepted, code } = notice;
      this.#submissions.get(ticket)?.(code === undefined ? { accepted } : { accepted, code });
      this.#submissions.delete(ticket);
    }
    for (const listener of this.#listeners) listener(notice);
  }
}

function storeFaultOf(error: unknown): { readonly code: StoreFault; readonly detail: string } {
  const code = error instanceof StoreError ? error.code : 'STORE_FAILED';
  return { code, detail: String(error instanceof StoreError ? error.cause : error) };
}
