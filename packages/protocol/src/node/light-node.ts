/**
 * The node: a function of its history. `step` takes one event and returns what is to be done; `nextWake` tells when to
 * come back if nothing happens. No clock, no randomness, no I/O.
 *
 * The node is a list of parts (`peer/part.ts`): it hands each event to the part that takes it, then lets each part do
 * what is due.
 */
import { assert } from '../assert.js';
import { BlockSync } from '../blocks/block-sync.js';
import type { ChainFamily, HeaderInfo } from '../chain/chain-family.js';
import { ChainLoader } from '../headers/chain-loader.js';
import { ChainWriter } from '../headers/chain-writer.js';
import { HeaderServer } from '../headers/header-server.js';
import { HeaderSync } from '../headers/header-sync.js';
import { HeldHeaders } from '../headers/held-headers.js';
import { Verifier } from '../headers/verifier.js';
import type { Effect } from '../io/effect.js';
import type { Command, EventTime, NodeEvent } from '../io/event.js';
import type { Metrics } from '../io/metrics.js';
import type { PeerInfo, Status, Tip } from '../io/notice.js';
import type { StoredChain, StoreFault } from '../io/stored-chain.js';
import {
  FOLLOWED_BLOCKS,
  NEAR_TIP_HEADERS,
  OVERSLEPT_MS,
  PEERS_MAX,
  PEERS_TARGET,
  SEEN_HEADERS_MAX,
} from '../limits.js';
import { Outbox } from '../peer/outbox.js';
import { earliest, type Part } from '../peer/part.js';
import type { Peer } from '../peer/peer.js';
import { PeerSet } from '../peer/peer-set.js';
import { SeenFilter } from '../peer/seen-filter.js';
import { HeaderTree } from '../tree/header-tree.js';
import { MessageCodec, messageCodec } from '../wire/codec.js';
import type { MessageRow } from '../wire/message-row.js';
import { messageRows } from '../wire/message-table.js';
import { Announcer } from './announcer.js';
import { ChainChanges } from './chain-changes.js';
import { faultSentence } from './fault-sentences.js';
import { HeldRelease } from './held-release.js';
import { PeerNotices } from './peer-notices.js';
import { PeerSearch } from './peer-search.js';
import { seededRandom } from './random.js';
import { Router } from './router.js';
import { Sessions } from './sessions.js';
import { StatusReporter } from './status-reporter.js';
import { Submissions } from './submissions.js';
import { UnsentLimit } from './unsent-limit.js';

/** What a node is made of; the network is the family. */
export interface LightNodeOptions {
  readonly family: ChainFamily;
  /** Seed of the node's samples, a 32-bit number. */
  readonly seed: number;
  /** Printable ASCII, at most 64 characters. */
  readonly userAgent: string;
  readonly isGateway: boolean;
  /** How many jobs the platform hashes at a time; twice as many are handed out. */
  readonly hashers: number;
  readonly peersTarget?: number;
  readonly peersMax?: number;
  /** How many of the newest block bodies to fetch and keep: 0 for none, Infinity for all. Default FOLLOWED_BLOCKS. */
  readonly followedBlocks?: number;
}

/** What the node gives to a part that is added to it. */
export interface PartContext {
  readonly tree: HeaderTree;
  readonly peers: PeerSet;
  readonly outbox: Outbox;
  /** Numbers of [0, 1) that depend on the seed alone. */
  readonly random: () => number;
  /** Says why, and disconnects. */
  readonly punish: (peer: Peer, code: string) => void;
  readonly nextRequestId: () => number;
}

/** Parts beside those of every node, and the messages that they take. */
export interface NodeExtension {
  readonly rows: readonly MessageRow[];
  parts(context: PartContext): readonly Part[];
}

type Stage = 'new' | 'loading' | 'open' | 'closing' | 'closed';

/** A node of one network. Inputs are events, outputs are effects; see the head of this file. */
export class LightNode {
  readonly tree: HeaderTree;
  /** Block bodies, to look at. */
  readonly blocks: BlockSync;
  /** What waits to be served, to look at. */
  readonly headerServer: HeaderServer;
  /** Headers ahead of the clock, to look at. */
  readonly held = new HeldHeaders();
  readonly #outbox: Outbox;
  readonly #peers = new PeerSet();
  readonly #random: () => number;
  readonly #verifier: Verifier;
  readonly #sessions: Sessions;
  readonly #changes: ChainChanges;
  readonly #writer: ChainWriter;
  readonly #announcer: Announcer;
  readonly #notices: PeerNotices;
  readonly #reporter: StatusReporter;
  readonly #submissions: Submissions;
  /** In the order in which they do what is due. */
  readonly #parts: readonly Part[];
  readonly #router: Router;
  #lastRequestId = 0;
  #stage: Stage = 'new';
  #time: EventTime = { now: 0, wallTime: 0 };
  /** When a `wake` is wanted, as of the last time that everything was looked at. */
  #wake: number | undefined;

  /** @param extension  parts that are added to the list, and the rows of their messages */
  constructor(options: LightNodeOptions, extension?: NodeExtension) {
    const { family, followedBlocks = FOLLOWED_BLOCKS } = options;
    const codec =
      extension === undefined ? messageCodec : new MessageCodec([...messageRows, ...extension.rows]);
    const outbox = new Outbox(codec);
    const peers = this.#peers;
    const punish = (peer: Peer, code: string): void => this.#sessions.punish(peer, code, this.#time.now);
    const nextRequestId = (): number => ++this.#lastRequestId;
    const dropped = new SeenFilter(SEEN_HEADERS_MAX);
    const tree = new HeaderTree(family, { dropped: (hash) => dropped.add(hash) });
    this.#outbox = outbox;
    this.tree = tree;
    this.#random = seededRandom(options.seed);

    this.#changes = new ChainChanges(tree, outbox, {
      inserted: (result) => {
        this.#reporter.countHeader(this.#time.now);
        this.blocks.inserted(result);
      },
      changed: (ancestorHeight) => this.#writer.changed(ancestorHeight, this.#time.now),
    });
    this.#verifier = new Verifier(
      tree,
      this.held,
      outbox,
      {
        inserted: (result) => this.#changes.inserted(result),
        equivocated: (hash) => this.#error('HEADER_EQUIVOCATION', family.hashToHex(hash)),
      },
      Math.max(1, options.hashers) * 2,
    );
    this.#notices = new PeerNotices(peers, outbox);
    this.#sessions = new Sessions(
      tree,
      peers,
      outbox,
      {
        ready: (peer) => {
          for (const part of this.#parts) part.peerReady?.(peer);
        },
        gone: (peer, code, now) => {
          for (const part of this.#parts) part.peerGone?.(peer, code, now);
        },
        measured: (peer) => this.#notices.updated(peer),
        nextRequestId,
      },
      {
        userAgent: options.userAgent,
        isGateway: options.isGateway,
        isArchive: followedBlocks === Number.POSITIVE_INFINITY,
        peersMax: options.peersMax ?? PEERS_MAX,
        session: this.#drawSession(),
      },
    );
    this.headerServer = new HeaderServer(tree, outbox);
    const sync = new HeaderSync(tree, this.held, dropped, this.#verifier, peers, outbox, {
      punish,
      failed: (code) => this.#error(code),
      verified: (...headers) => this.#writer.received(...headers),
      nextRequestId,
    });
    this.blocks = new BlockSync(tree, peers, outbox, followedBlocks, {
      punish,
      storeFailed: (code, detail) => this.#error(code, detail),
      nextRequestId,
      // Bodies that are the newest now would soon be old.
      isFar: () => sync.leader !== undefined && sync.leader.height > tree.tipHeight + NEAR_TIP_HEADERS,
    });
    this.#writer = new ChainWriter(tree, outbox, () => !sync.isActive && this.#verifier.isIdle);
    this.#announcer = new Announcer(tree, peers, outbox, sync, {
      claimed: (peer, before) => {
        this.#notices.updated(peer);
        return this.#reporter.isHeightNews(before, peer.height);
      },
      offered: (...offer) => this.blocks.announced(...offer),
    });
    this.#reporter = new StatusReporter(tree, peers, sync, this.#writer, outbox);
    this.#submissions = new Submissions(family, this.#verifier, this.blocks, outbox);
    const context: PartContext = { tree, peers, outbox, random: this.#random, punish, nextRequestId };
    this.#parts = [
      new HeldRelease(tree, this.held, (result) => this.#changes.inserted(result)),
      new UnsentLimit(outbox, punish),
      this.headerServer,
      this.#sessions,
      sync,
      this.blocks,
      this.#announcer,
      this.#notices,
      new PeerSearch(options.peersTarget ?? PEERS_TARGET, peers, outbox),
      this.#changes,
      this.#writer,
      ...(extension?.parts(context) ?? []),
      this.#reporter,
    ];
    const names = new Set(this.#parts.map(({ name }) => name));
    assert(names.size === this.#parts.length, 'each part has a name of its own');
    this.#router = new Router(this.#parts, peers, outbox, {
      heard: (...frame) => this.#sessions.heard(...frame),
      punish,
    });
  }

  // Queries

  get tip(): Tip {
    return this.#changes.tip;
  }

  get status(): Status {
    return this.#reporter.status;
  }

  peers(): PeerInfo[] {
    return this.#notices.infos;
  }

  /** What the node counts, as it was after the last step: counters since the start, gauges as they are. */
  metrics(): Metrics {
    return this.#outbox.counters.snapshot();
  }

  /**
   * A header of the best chain by height, or any verified one by hash.
   *
   * @returns undefined if it is not known, or the text is no hash
   */
  header(heightOrHash: number | string): HeaderInfo | undefined {
    const { tree } = this;
    const hash = typeof heightOrHash === 'string' ? tree.family.hashFromHex(heightOrHash) : undefined;
    const slot = typeof heightOrHash === 'number' ? tree.at(heightOrHash) : hash && tree.find(hash);
    if (slot === undefined) return undefined;
    return tree.family.describe(tree.record(slot), tree.hash(slot), tree.height(slot));
  }

  // Inputs

  /**
   * Takes one event.
   *
   * @returns the effects, to be performed in order
   * @throws {InvariantError} once, if an invariant is broken: then the node has ended
   */
  step(event: NodeEvent): Effect[] {
    if (this.#stage === 'closed') return [];
    try {
      this.#take(event);
    } catch (error) {
      // Nothing that it does after this could be trusted.
      this.#stage = 'closed';
      this.#wake = undefined;
      throw error;
    }
    return this.#outbox.take();
  }

  /** Monotonic ms at which a `wake` is wanted; undefined if only an event can change anything. */
  nextWake(): number | undefined {
    return this.#wake;
  }

  #take(event: NodeEvent): void {
    const { now } = event;
    this.#time = event;
    const isWakeDue = this.#wake !== undefined && now >= this.#wake;
    if (this.#wake !== undefined && now > this.#wake + OVERSLEPT_MS)
      for (const part of this.#parts) part.overslept?.(now);
    const isNews = this.#dispatch(event);
    // Of what is quiet only the application is told, now and then.
    const noticesAt = this.#notices.nextWake();
    const areNoticesDue = noticesAt !== undefined && noticesAt <= now;
    // Most of what comes is neither news nor due, and a node has many peers: it costs no look at all of them.
    if (isNews || isWakeDue || areNoticesDue) {
      this.#settle();
      this.#wake = this.#findWake();
    } else {
      this.#wake = earliest(this.#wake, noticesAt);
    }
  }

  #findWake(): number | undefined {
    if (this.#stage !== 'open') return undefined;
    let wake: number | undefined;
    for (const part of this.#parts) wake = earliest(wake, part.nextWake?.(this.#time));
    return wake;
  }

  /** @returns whether more may follow from it than what was done at once */
  #dispatch(event: NodeEvent): boolean {
    const { now, wallTime } = event;
    switch (event.type) {
      case 'start':
        this.#stage = 'loading';
        this.#outbox.push({ type: 'load' });
        this.#outbox.push({ type: 'listBodies' });
        break;
      case 'peerConnected':
        this.#sessions.connected(event.peer, event.maxMessageBytes, now);
        break;
      case 'peerDisconnected':
        this.#sessions.disconnected(event.peer, now);
        break;
      case 'bytesReceived':
        return this.#router.receive(event.peer, event.bytes, event);
      case 'sendDrained':
        return this.#drained(event.peer, event.bufferedBytes);
      case 'powVerified':
        this.#verifier.powVerified(event.job, event.hashes, wallTime);
        break;
      case 'stored':
        this.#writer.stored(event.write, now);
        break;
      case 'loaded':
        this.#load(event.chain);
        break;
      case 'storeFailed':
        this.#storeFailed(event.code, event.detail);
        break;
      case 'bodiesListed':
        this.blocks.listed(event.hashes);
        break;
      case 'bodyRead':
        this.blocks.bodyRead(event.read, event.body);
        break;
      case 'bodiesStored':
        this.blocks.stored(event.write);
        break;
      case 'bodiesFailed':
        this.blocks.storeFailed(event.write, event.code, event.detail);
        break;
      case 'command':
        this.#command(event.command);
        break;
      case 'wake':
        return false;
    }
    return true;
  }

  /** What follows from any event: every part does what is due. */
  #settle(): void {
    const time = this.#time;
    if (this.#stage === 'open') {
      for (const part of this.#parts) part.advance?.(time);
    } else if (this.#stage === 'closing') {
      // What builds on other parts ends before them.
      for (const part of this.#parts.toReversed()) part.flush?.(time);
      if (this.#parts.every(({ isSettled = true }) => isSettled)) this.#close();
      else this.#reporter.advance(time);
    }
  }

  /** @returns whether something waited for it */
  #drained(id: string, bufferedBytes: number): boolean {
    const peer = this.#peers.get(id);
    if (peer === undefined) return false;
    peer.sendBufferBytes = bufferedBytes;
    this.#outbox.weigh(peer);
    return this.#outbox.isOverfull || this.#parts.some((part) => part.isServing?.(peer) === true);
  }

  #load(chain: StoredChain): void {
    if (this.#stage !== 'loading') return;
    const loader = new ChainLoader(this.tree, this.#verifier, chain, this.#random, ({ isDamaged }) => {
      if (isDamaged) this.#error('STORE_CORRUPT');
      this.#open(isDamaged);
    });
    loader.start(this.#time.wallTime);
  }

  #open(mustTruncate: boolean): void {
    this.#stage = 'open';
    this.#changes.open();
    this.#writer.loaded(this.tree.tipHeight, mustTruncate, this.#time.now);
    this.#announcer.skip();
    this.#outbox.emit({ type: 'ready', tip: this.tip });
    this.#sessions.open();
  }

  #storeFailed(code: StoreFault, detail: string): void {
    if (this.#stage === 'loading') {
      this.#error(code, detail);
      this.#open(code === 'STORE_CORRUPT');
      // What lies there was not seen: the first write replaces all of it.
      this.#writer.unreadable(code);
    } else if (this.#writer.failed(code, this.#time.now)) {
      this.#error(code, detail);
    }
  }

  #command(command: Command): void {
    switch (command.kind) {
      case 'submit':
        this.#submissions.submit(command, this.#stage === 'open', this.#time.wallTime);
        break;
      case 'block':
        this.blocks.requestBlock(command.hash, command.ticket, this.#time.now);
        break;
      case 'resume':
        for (const part of this.#parts) part.resumed?.();
        break;
      case 'close':
        if (this.#stage === 'closing') break;
        this.#sessions.close(this.#time.now);
        if (this.#stage === 'open') this.#stage = 'closing';
        else this.#close();
        break;
    }
  }

  #close(): void {
    this.#stage = 'closed';
    this.#reporter.close(this.#time);
    this.#outbox.emit({ type: 'closed' });
  }

  /** 64 bits that are never all zero. */
  #drawSession(): bigint {
    const word = (): bigint => BigInt(Math.floor(this.#random() * 2 ** 32));
    return (word() << 32n) | word() | 1n;
  }

  #error(code: string, detail = ''): void {
    const sentence = faultSentence(code);
    this.#outbox.emit({ type: 'error', code, message: detail === '' ? sentence : `${sentence} (${detail})` });
  }
}
