/**
 * The node: a function of its history. `step` takes one event and returns what is to be done; `nextWake` tells when to
 * come back if nothing happens. No clock, no randomness, no I/O.
 *
 * The node is a list of parts (`peer/part.ts`): it hands each event to the part that takes it, then lets each part do
 * what is due.
 */
import type { BlockSync } from '../blocks/block-sync.js';
import type { HeaderInfo } from '../chain/chain-family.js';
import type { HeaderServer } from '../headers/header-server.js';
import type { HeaderSync } from '../headers/header-sync.js';
import type { HeldHeaders } from '../headers/held-headers.js';
import type { ChainLoader, LoadOutcome } from '../headers/storage/chain-loader.js';
import type { SegmentEntries } from '../headers/storage/chain-records.js';
import { chainOf, chainSelections } from '../headers/storage/stored-chain.js';
import type { CheckpointState } from '../io/checkpoint-state.js';
import type { Effect } from '../io/effect.js';
import type { Command, EventTime, NodeEventBody } from '../io/event.js';
import type { Metrics } from '../io/metrics.js';
import type { PeerInfo, Status } from '../io/notice.js';
import type { StorageFailure } from '../io/storage.js';
import type { Tip } from '../io/tip.js';
import { OVERSLEPT_MS } from '../limits.js';
import { earliest } from '../peer/part.js';
import type { Peer } from '../peer/peer.js';
import type { TransactionRelay } from '../transactions/transaction-relay.js';
import type { HeaderTree } from '../tree/header-tree.js';
import { answerCommand } from './answer-command.js';
import type { LightNodeOptions, NodeExtension } from './node-options.js';
import { NodeParts } from './node-parts.js';

/**
 * The clock by which stored headers are judged: they were held to the right one when they came, and a clock that is wrong
 * today must not cost the store.
 */
const ANY_TIME = Number.MAX_SAFE_INTEGER;

type Stage = 'new' | 'loading' | 'open' | 'closing' | 'closed';

/** A node of one network. Inputs are events, outputs are effects; see the head of this file. */
export class LightNode {
  /** Headers, to look at. */
  readonly tree: HeaderTree;
  /** Block bodies, to look at. */
  readonly blocks: BlockSync;
  /** The mempool and the relay of transactions, to look at. */
  readonly transactions: TransactionRelay;
  /** The download of headers, to look at. */
  readonly sync: HeaderSync;
  /** What waits to be served, to look at. */
  readonly headerServer: HeaderServer;
  /** Headers ahead of the clock, to look at. */
  readonly held: HeldHeaders;
  readonly #parts: NodeParts;
  /** What the parts do in each step: as lists, for that is looked at a million times a minute in the simulator. */
  readonly #advances: readonly ((time: EventTime) => void)[];
  readonly #isServing: readonly ((peer: Peer) => boolean)[];
  readonly #nextWakes: readonly ((time: EventTime) => number | undefined)[];
  #stage: Stage = 'new';
  #isReady = false;
  #time: EventTime = { now: 0, wallTime: 0 };
  /** The store was opened anew while the chain was being loaded from it. */
  #mustStoreAgain = false;
  /** When a `wake` is wanted, as of the last time that everything was looked at. */
  #wake: number | undefined;

  /** @param extension  parts that are added to the list, and the rows of their messages */
  constructor(options: LightNodeOptions, extension?: NodeExtension) {
    this.#parts = new NodeParts(options, extension, {
      now: () => this.#time.now,
      time: () => this.#time,
      error: (code, detail) => this.#error(code, detail),
      damaged: (left) => this.#reload(left, 'STORE_CORRUPT'),
      restart: () => this.#reload(this.#parts.writer.nothing.segments),
    });
    const { tree, blocks, transactions, sync, headerServer, held, list } = this.#parts;
    this.#advances = list.flatMap((part) => part.advance?.bind(part) ?? []);
    this.#isServing = list.flatMap((part) => part.isServing?.bind(part) ?? []);
    this.#nextWakes = list.flatMap((part) => part.nextWake?.bind(part) ?? []);
    this.tree = tree;
    this.blocks = blocks;
    this.transactions = transactions;
    this.sync = sync;
    this.headerServer = headerServer;
    this.held = held;
  }

  // Queries

  /** The best verified header. */
  get tip(): Tip {
    return this.#parts.changes.tip;
  }

  /** What the node does now. */
  get status(): Status {
    return this.#parts.reporter.status;
  }

  /** The peers that have said hello. */
  peers(): PeerInfo[] {
    return this.#parts.notices.infos;
  }

  /** How much of the chain is verified, and what the rest is taken on trust from. */
  get checkpointState(): CheckpointState {
    return this.#parts.checkpoints.watch.state;
  }

  /** What the node counts, as it was after the last step: counters since the start, gauges as they are. */
  metrics(): Metrics {
    return this.#parts.outbox.counters.snapshot();
  }

  /**
   * A header of the best chain by height, or any verified one by hash. Below `status.verifiedFrom` only the command
   * `header` finds any.
   *
   * @returns undefined if it is not known, or the text is no hash
   */
  header(heightOrHash: number | string): HeaderInfo | undefined {
    const { tree } = this;
    const hash = typeof heightOrHash === 'string' ? tree.family.hashFromHex(heightOrHash) : undefined;
    const slot = typeof heightOrHash === 'number' ? tree.at(heightOrHash) : hash && tree.find(hash);
    if (slot === undefined || tree.height(slot) < this.#parts.prover.verifiedFrom) return undefined;
    return tree.family.describe(tree.record(slot), tree.hash(slot), tree.height(slot));
  }

  // Inputs

  /**
   * Takes one event.
   *
   * @param time  when it happens; it is not to be changed afterwards
   * @returns the effects, to be performed in order
   * @throws {InvariantError} once, if an invariant is broken: then the node has ended
   */
  step(event: NodeEventBody, time: EventTime): Effect[] {
    if (this.#stage === 'closed') return [];
    try {
      this.#take(event, time);
    } catch (error) {
      // Nothing that it does after this could be trusted.
      this.#stage = 'closed';
      this.#wake = undefined;
      throw error;
    }
    return this.#parts.outbox.take();
  }

  /** Monotonic ms at which a `wake` is wanted; undefined if only an event can change anything. */
  nextWake(): number | undefined {
    return this.#wake;
  }

  #take(event: NodeEventBody, time: EventTime): void {
    const { now } = time;
    this.#time = time;
    const isWakeDue = this.#wake !== undefined && now >= this.#wake;
    if (this.#wake !== undefined && now > this.#wake + OVERSLEPT_MS)
      for (const part of this.#parts.list) part.overslept?.(now);
    const isNews = this.#dispatch(event);
    // Most of what comes is neither news nor due, and a node has many peers: it costs no look at all of them. Of what is
    // quiet only the application is told, now and then.
    const { notices } = this.#parts;
    if (isNews || isWakeDue || notices.isDue(now)) {
      this.#settle();
      this.#wake = this.#findWake();
    } else {
      this.#wake = earliest(this.#wake, notices.nextWake());
    }
  }

  #findWake(): number | undefined {
    if (this.#stage !== 'open') return undefined;
    let wake: number | undefined;
    for (const nextWake of this.#nextWakes) wake = earliest(wake, nextWake(this.#time));
    return wake;
  }

  /** @returns whether more may follow from it than what was done at once */
  #dispatch(event: NodeEventBody): boolean {
    const { now, wallTime } = this.#time;
    switch (event.type) {
      case 'start':
        this.#stage = 'loading';
        this.#parts.storage.read(chainSelections, {
          done: (records) => this.#loader().start(this.#parts.checkpoints.begin(chainOf(records)), ANY_TIME),
          failed: (failure) => this.#loadFailed(failure),
        });
        this.blocks.start();
        this.transactions.start();
        this.#parts.discouraged.start();
        this.#parts.filters.start();
        break;
      case 'peerConnected':
        this.#parts.sessions.connected(event, this.#time);
        break;
      case 'peerDisconnected':
        this.#parts.sessions.disconnected(event.peer, now);
        break;
      case 'bytesReceived':
        return this.#parts.router.receive(event.peer, event.bytes, this.#time);
      case 'messageComing':
        return this.#parts.router.coming(event.peer, event.bytes, now);
      case 'sendDrained':
        return this.#drained(event.peer, event.bufferedBytes);
      case 'powVerified':
        // Only what is stored is verified while it is being loaded.
        this.#parts.powVerified(event.job, event.hashes, this.#stage === 'loading' ? ANY_TIME : wallTime);
        break;
      case 'signaturesVerified':
        this.#parts.signatures.verified(event.job, event.valid);
        break;
      case 'signed':
        this.#parts.signatures.signed(event.job, event.signature);
        break;
      case 'storageAnswered':
        this.#parts.storage.answered(event, now);
        break;
      case 'storeEmptied':
        if (this.#stage === 'loading') this.#mustStoreAgain = true;
        else this.#storeAgain();
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
      for (const advance of this.#advances) advance(time);
    } else if (this.#stage === 'closing') {
      // What builds on other parts ends before them.
      for (const part of this.#parts.list.toReversed()) part.flush?.(time);
      if (this.#parts.list.every(({ isSettled = true }) => isSettled)) this.#close();
      else this.#parts.reporter.advance(time);
    }
  }

  /** @returns whether something waited for it */
  #drained(id: string, bufferedBytes: number): boolean {
    const peer = this.#parts.peers.get(id);
    if (peer === undefined) return false;
    peer.sendBufferBytes = bufferedBytes;
    this.#parts.outbox.weigh(peer);
    return this.#parts.outbox.isOverfull || this.#isServing.some((isServing) => isServing(peer));
  }

  #loader(): ChainLoader {
    return this.#parts.chain.loader((outcome) => this.#loaded(outcome));
  }

  #loaded({ isDamaged, hasMore, stored, newest, failure }: LoadOutcome): void {
    if (this.#stage !== 'loading') return;
    if (failure !== undefined) {
      this.#loadFailed(failure);
      return;
    }
    // Damage that is found later is said when it is found.
    if (isDamaged && !this.#isReady) this.#error('STORE_CORRUPT');
    this.#parts.writer.loaded(stored, isDamaged, this.#time.now);
    if (hasMore && !isDamaged) this.#parts.writer.unreadable();
    this.#parts.prover.loaded(stored.segments, newest);
    this.#open();
  }

  /** From here on the node is what peers and the application see. */
  #open(): void {
    this.#stage = 'open';
    if (this.#mustStoreAgain) this.#storeAgain();
    this.#mustStoreAgain = false;
    this.#parts.announcer.skip();
    if (this.#isReady) {
      this.#parts.changes.replaced();
      return;
    }
    this.#isReady = true;
    this.#parts.changes.open();
    this.#parts.outbox.emit({ type: 'ready', tip: this.tip });
    this.#parts.sessions.open(this.#time.wallTime);
  }

  #loadFailed(failure: StorageFailure): void {
    if (this.#stage !== 'loading') return;
    const isDamaged = failure.code === 'STORE_CORRUPT';
    this.#parts.storeFaults.failed('headers', failure);
    this.#parts.writer.loaded(this.#parts.writer.nothing, isDamaged, this.#time.now);
    // What lies there was not seen: the first write replaces all of it.
    this.#parts.writer.unreadable();
    this.#open();
  }

  /** What rests on a damaged segment goes. The rest is loaded anew, as at the start; peers stay. */
  #reload(left: SegmentEntries, code?: 'STORE_CORRUPT'): void {
    if (code !== undefined) this.#error(code);
    this.#stage = 'loading';
    this.#parts.writer.reload();
    for (const part of this.#parts.list) part.chainReplaced?.();
    this.#parts.verifier.restart();
    this.#loader().resume(left, ANY_TIME);
  }

  #storeAgain(): void {
    for (const part of this.#parts.list) part.storeEmptied?.(this.#time.now);
  }

  #command(command: Command): void {
    switch (command.kind) {
      case 'resume':
        for (const part of this.#parts.list) part.resumed?.();
        break;
      case 'followed':
        this.#parts.peers.followed = command.nodes;
        break;
      case 'sendSignal':
        this.#parts.introductions.send(command, this.#time);
        break;
      case 'resources':
        this.#parts.sessions.limitUpload(command.uploadBytesPerSecond, this.#time.now);
        this.#parts.blocks.follower.pause(!command.followsBlocks);
        break;
      case 'close':
        if (this.#stage === 'closing') break;
        this.#parts.sessions.close(this.#time.now);
        if (this.#stage === 'open') this.#stage = 'closing';
        else this.#close();
        break;
      default:
        answerCommand(command, this.#parts, this.#stage === 'open', this.#time);
    }
  }

  #close(): void {
    this.#stage = 'closed';
    this.#parts.reporter.close(this.#time);
    this.#parts.outbox.emit({ type: 'closed' });
  }

  #error(code: string, detail = ''): void {
    this.#parts.outbox.emit({ type: 'error', code, detail });
  }
}
