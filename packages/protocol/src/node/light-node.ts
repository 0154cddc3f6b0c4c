/**
 * The node: a function of its history. `step` takes one event and returns what is to be done; `nextWake` tells when to
 * come back if nothing happens. No clock, no randomness, no I/O.
 */

import { BlockSync } from '../blocks/block-sync.js';
import type { ChainFamily, HeaderInfo } from '../chain/chain-family.js';
import { ChainLoader } from '../headers/chain-loader.js';
import { ChainWriter } from '../headers/chain-writer.js';
import { HeaderServer } from '../headers/header-server.js';
import { HeaderSync } from '../headers/header-sync.js';
import { HeldHeaders } from '../headers/held-headers.js';
import { Verifier } from '../headers/verifier.js';
import type { Effect } from '../io/effect.js';
import type { Command, NodeEvent } from '../io/event.js';
import type { Metrics } from '../io/metrics.js';
import type { PeerInfo, Status, Tip } from '../io/notice.js';
import type { StorageFailure } from '../io/storage.js';
import { StoragePort } from '../io/storage-port.js';
import { chainOf, chainSelections, type StoredChain } from '../io/stored-chain.js';
import {
  FOLLOWED_BLOCKS,
  NEAR_TIP_HEADERS,
  OVERSLEPT_MS,
  PEERS_MAX,
  PEERS_TARGET,
  SEEN_HEADERS_MAX,
  SUBMISSIONS_MAX,
} from '../limits.js';
import { Outbox } from '../peer/outbox.js';
import { PeerSet } from '../peer/peer-set.js';
import { SeenFilter } from '../peer/seen-filter.js';
import { HeaderTree, type InsertResult } from '../tree/header-tree.js';
import { Announcer } from './announcer.js';
import { faultSentence } from './fault-sentences.js';
import { PeerDesk } from './peer-desk.js';
import { PeerNotices } from './peer-notices.js';
import { PeerSearch } from './peer-search.js';
import { seededRandom } from './random.js';
import { StatusReporter } from './status-reporter.js';

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

type Stage = 'new' | 'loading' | 'open' | 'closing' | 'closed';

/** A node of one network. Inputs are events, outputs are effects; see the head of this file. */
export class LightNode {
  readonly tree: HeaderTree;
  /** Block bodies, to look at. */
  readonly blocks: BlockSync;
  /** Headers ahead of the clock, to look at. */
  readonly held = new HeldHeaders();
  readonly #family: ChainFamily;
  readonly #outbox = new Outbox();
  readonly #storage = new StoragePort(this.#outbox);
  readonly #peers = new PeerSet();
  readonly #random: () => number;
  readonly #verifier: Verifier;
  readonly #sync: HeaderSync;
  readonly #desk: PeerDesk;
  readonly #writer: ChainWriter;
  readonly #announcer: Announcer;
  readonly #search: PeerSearch;
  readonly #notices: PeerNotices;
  readonly #reporter: StatusReporter;
  #stage: Stage = 'new';
  #now = 0;
  #wallTime = 0;
  #isTipNews = false;
  /** When a `wake` is wanted, as of the last time that everything was looked at. */
  #wake: number | undefined;

  constructor(options: LightNodeOptions) {
    const { family, followedBlocks = FOLLOWED_BLOCKS } = options;
    this.#family = family;
    this.#random = seededRandom(options.seed);
    const dropped = new SeenFilter(SEEN_HEADERS_MAX);
    this.tree = new HeaderTree(family, { dropped: (hash) => dropped.add(hash) });
    const outbox = this.#outbox;
    const peers = this.#peers;
    this.#verifier = new Verifier(
      this.tree,
      this.held,
      outbox,
      {
        inserted: (result) => this.#inserted(result),
        equivocated: (hash) => this.#error('HEADER_EQUIVOCATION', family.hashToHex(hash)),
      },
      Math.max(1, options.hashers) * 2,
    );
    const server = new HeaderServer(this.tree, outbox);
    this.#notices = new PeerNotices(peers, outbox);
    this.#desk = new PeerDesk(
      this.tree,
      peers,
      outbox,
      server,
      {
        arrived: (peer) => {
          this.blocks.arrived(peer);
          this.#announcer.arrived(peer);
          this.#notices.changed('connected', peer);
        },
        updated: (peer, heightBefore) => {
          this.#notices.updated(peer);
          return this.#reporter.isHeightNews(heightBefore, peer.height);
        },
        announced: (peer, message) => {
          const isOffer = this.blocks.announced(peer, message, this.#now);
          // Who leads is chosen when nobody does.
          return isOffer || !this.#sync.isActive;
        },
        removed: (peer, code) => this.blocks.left(peer, code !== undefined, this.#now),
        left: (peer, code) => {
          this.#search.hurry();
          this.#notices.changed('disconnected', peer, code);
        },
      },
      {
        userAgent: options.userAgent,
        isGateway: options.isGateway,
        isArchive: followedBlocks === Number.POSITIVE_INFINITY,
        peersMax: options.peersMax ?? PEERS_MAX,
        session: this.#drawSession(),
      },
    );
    this.#sync = new HeaderSync(this.tree, this.held, dropped, this.#verifier, peers, outbox, {
      punish: (peer, code) => this.#desk.punish(peer, code),
      failed: (code) => this.#error(code),
      verified: (...headers) => this.#writer.received(...headers),
      nextRequestId: () => this.#desk.nextRequestId(),
    });
    this.#desk.sync = this.#sync;
    this.blocks = new BlockSync(this.tree, peers, outbox, this.#storage, followedBlocks, {
      punish: (peer, code) => this.#desk.punish(peer, code),
      storeFailed: ({ code, detail }) => this.#error(code, detail),
      nextRequestId: () => this.#desk.nextRequestId(),
    });
    this.#desk.blocks = this.blocks;
    this.#writer = new ChainWriter(this.tree, this.#storage, ({ code, detail }) => this.#error(code, detail));
    this.#announcer = new Announcer(this.tree, peers, outbox);
    this.#search = new PeerSearch(options.peersTarget ?? PEERS_TARGET, outbox);
    this.#reporter = new StatusReporter(this.tree, peers, this.#sync, this.#writer, outbox);
  }

  // Queries

  get tip(): Tip {
    return this.#tipOf(this.tree.tip);
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
    const hash = typeof heightOrHash === 'string' ? this.#family.hashFromHex(heightOrHash) : undefined;
    const slot = typeof heightOrHash === 'number' ? this.tree.at(heightOrHash) : hash && this.tree.find(hash);
    if (slot === undefined) return undefined;
    return this.#family.describe(this.tree.record(slot), this.tree.hash(slot), this.tree.height(slot));
  }

  // Inputs

  /** Takes one event; @returns the effects, to be performed in order */
  step(event: NodeEvent): Effect[] {
    const { now } = event;
    const isWakeDue = this.#wake !== undefined && now >= this.#wake;
    if (this.#wake !== undefined && now > this.#wake + OVERSLEPT_MS) {
      this.#desk.overslept(now);
      this.#sync.overslept(now);
      this.blocks.overslept(now);
    }
    this.#now = now;
    this.#wallTime = event.wallTime;
    if (this.#stage === 'closed') return [];
    const isNews = this.#dispatch(event);
    const newsAt = this.#notices.nextWake();
    const isNewsDue = newsAt !== undefined && newsAt <= now;
    // Most of what comes is neither news nor due, and a node has many peers: it costs no look at all of them.
    if (isNews || isWakeDue || isNewsDue) {
      this.#settle();
      this.#wake = this.#findWake();
    } else {
      this.#wake = earliest(this.#wake, newsAt);
    }
    return this.#outbox.take();
  }

  /** Monotonic ms at which a `wake` is wanted; undefined if only an event can change anything. */
  nextWake(): number | undefined {
    return this.#wake;
  }

  #findWake(): number | undefined {
    if (this.#stage !== 'open') return undefined;
    const dueAt = this.held.nextDueAt;
    // Rounded up: a timer that fires a little early must not find the header still too early.
    const heldWake =
      dueAt === undefined ? undefined : this.#now + Math.max(1, Math.ceil((dueAt - this.#wallTime) * 1000));
    let wake = earliest(this.#desk.nextWake(), this.#sync.nextWake(this.#now));
    wake = earliest(wake, this.blocks.nextWake(this.#now, this.#isFar));
    wake = earliest(wake, this.#writer.nextWake());
    wake = earliest(wake, this.#search.nextWake());
    wake = earliest(wake, this.#notices.nextWake());
    wake = earliest(wake, this.#reporter.nextWake());
    return earliest(wake, heldWake);
  }

  /** @returns whether more may follow from it than what was done at once */
  #dispatch(event: NodeEvent): boolean {
    const { now, wallTime } = event;
    switch (event.type) {
      case 'start':
        this.#stage = 'loading';
        this.#storage.read(chainSelections, {
          done: (records) => this.#load(chainOf(records)),
          failed: (failure) => this.#loadFailed(failure),
        });
        this.blocks.start();
        break;
      case 'peerConnected':
        this.#desk.connected(event.peer, event.maxMessageBytes, now);
        break;
      case 'peerDisconnected':
        this.#desk.disconnected(event.peer);
        break;
      case 'bytesReceived':
        return this.#desk.bytes(event.peer, event.bytes, now, wallTime);
      case 'sendDrained':
        return this.#desk.drained(event.peer, event.bufferedBytes);
      case 'powVerified':
        this.#verifier.powVerified(event.job, event.hashes, wallTime);
        break;
      case 'storageAnswered':
        this.#storage.answered(event);
        break;
      case 'command':
        this.#command(event.command);
        break;
      case 'wake':
        return false;
    }
    return true;
  }

  /** What follows from any event: everything that is due is done, and news goes out. */
  #settle(): void {
    const now = this.#now;
    if (this.#stage === 'open') {
      this.#releaseHeld();
      this.#desk.tick(now);
      this.#sync.tick(now);
      this.#sync.advance(now);
      this.blocks.advance(now, this.#isFar);
      this.#announcer.advance(now, this.#sync.leader);
      this.#notices.advance(now);
      this.#search.advance(this.#peers.size, now);
    }
    if (this.#isTipNews && this.#stage !== 'loading') {
      this.#isTipNews = false;
      this.#outbox.emit({ type: 'tip', tip: this.tip });
    }
    if (this.#stage === 'open' || this.#stage === 'closing') {
      // While headers stream in, more of them follow at once; at rest there is nothing to wait for.
      const isAtRest = !this.#sync.isActive && this.#verifier.isIdle;
      this.#writer.advance(now, this.#stage === 'closing' || isAtRest);
      if (this.#stage === 'closing') this.blocks.flush();
      if (this.#stage === 'closing' && this.#writer.isSettled && this.blocks.isSettled) this.#close();
      this.#reporter.refresh(now);
    }
  }

  /** Whether many headers are on their way: bodies that are the newest now would soon be old. */
  get #isFar(): boolean {
    const { leader } = this.#sync;
    return leader !== undefined && leader.height > this.tree.tipHeight + NEAR_TIP_HEADERS;
  }

  #load(chain: StoredChain): void {
    if (this.#stage !== 'loading') return;
    const loader = new ChainLoader(this.tree, this.#verifier, chain, this.#random, ({ isDamaged }) => {
      if (isDamaged) this.#error('STORE_CORRUPT');
      this.#open(isDamaged);
    });
    loader.start(this.#wallTime);
  }

  #open(mustTruncate: boolean): void {
    this.#stage = 'open';
    this.#isTipNews = false;
    this.#writer.loaded(this.tree.tipHeight, mustTruncate, this.#now);
    this.#announcer.skip();
    this.#outbox.emit({ type: 'ready', tip: this.tip });
    this.#desk.open();
  }

  #loadFailed({ code, detail }: StorageFailure): void {
    if (this.#stage !== 'loading') return;
    this.#error(code, detail);
    this.#open(code === 'STORE_CORRUPT');
    // What lies there was not seen: the first write replaces all of it.
    this.#writer.unreadable(code);
  }

  #command(command: Command): void {
    switch (command.kind) {
      case 'submit': {
        const { batch, bodies = [], ticket } = command;
        const answer = (accepted: number, code?: string): void =>
          this.#outbox.emit({ type: 'submitted', ticket, accepted, ...(code === undefined ? {} : { code }) });
        if (this.#verifier.pending('local') >= SUBMISSIONS_MAX || this.#stage !== 'open') {
          answer(0, 'SUBMIT_BUSY');
          return;
        }
        const parent = this.#family.parent(batch.records.subarray(0, this.#family.recordBytes)).slice();
        const request = { source: 'local' as const, parent, count: batch.count, content: batch };
        this.#verifier.submit(
          {
            ...request,
            done: ({ accepted, fault }) => {
              bodies.slice(0, accepted).forEach((body, i) => {
                if (body !== undefined)
                  this.blocks.submitted(batch.hashes.subarray(32 * i, 32 * (i + 1)), body);
              });
              answer(accepted, fault);
            },
          },
          this.#wallTime,
        );
        break;
      }
      case 'block':
        this.blocks.requestBlock(command.hash, command.ticket, this.#now);
        break;
      case 'resume':
        this.#search.hurry();
        this.#desk.pingAll();
        break;
      case 'close':
        if (this.#stage === 'closing') break;
        this.#desk.close();
        if (this.#stage === 'open') this.#stage = 'closing';
        else this.#close();
        break;
    }
  }

  #close(): void {
    this.#stage = 'closed';
    this.#reporter.isClosed = true;
    this.#reporter.refresh(this.#now);
    this.#outbox.emit({ type: 'closed' });
  }

  #releaseHeld(): void {
    for (const { record, hash } of this.held.takeDue(this.#wallTime)) {
      this.#inserted(this.tree.insert(record, hash, this.#wallTime));
    }
  }

  #inserted(result: InsertResult): void {
    if (!('slot' in result) || result.kind === 'duplicate') return;
    const isLoading = this.#stage === 'loading';
    if (!isLoading) {
      this.#reporter.countHeader(this.#now);
      this.blocks.inserted(result);
    }
    if (result.kind === 'accepted') return;
    this.#isTipNews = true;
    if (isLoading) return;
    if (result.kind === 'extended') {
      this.#writer.changed(this.tree.tipHeight - 1, this.#now);
      return;
    }
    const { ancestor, disconnected, connected } = result.reorg;
    this.#writer.changed(this.tree.height(ancestor), this.#now);
    const reorg = {
      ancestor: this.#tipOf(ancestor),
      disconnected: disconnected.map((slot) => this.#tipOf(slot)),
      connected: connected.map((slot) => this.#tipOf(slot)),
    };
    this.#outbox.emit({ type: 'reorg', reorg });
    const { counters } = this.#outbox;
    counters.count('vision_chain_reorgs_total');
    counters.count('vision_chain_reorg_blocks_rolled_back_total', disconnected.length);
    counters.set('vision_chain_reorg_depth_last', disconnected.length);
  }

  /** 64 bits of which none are all zero. */
  #drawSession(): bigint {
    const word = (): bigint => BigInt(Math.floor(this.#random() * 2 ** 32));
    return (word() << 32n) | word() | 1n;
  }

  #tipOf(slot: number): Tip {
    const { tree } = this;
    return {
      height: tree.height(slot),
      hash: this.#family.hashToHex(tree.hash(slot)),
      time: tree.time(slot),
      chainwork: tree.chainwork(slot),
    };
  }

  #error(code: string, detail = ''): void {
    const sentence = faultSentence(code);
    this.#outbox.emit({ type: 'error', code, message: detail === '' ? sentence : `${sentence} (${detail})` });
  }
}

/** Of two times, either of which may be never. */
function earliest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || (b !== undefined && b < a) ? b : a;
}
