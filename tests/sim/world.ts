/**
 * A deterministic world for nodes: one virtual clock and one seed; links with latency, bandwidth and loss; hashing and
 * storage as delayed answers; partitions, sleeping tabs, clocks that are wrong. The core that runs here is the one that
 * runs in browsers and gateways; the world only takes the place of the platform.
 */

import {
  type ArchiveContext,
  type ChainFamily,
  type ChannelEnds,
  Driver,
  type Effect,
  FilterArchive,
  type FilterRules,
  type ForwardContext,
  ForwardedBlocks,
  FRAME_BYTES_MAX,
  LightNode,
  MemoryStore,
  type NodeEventBody,
  type NodeExtension,
  type NodeNotice,
  type OpenCheckpoint,
  type PowJob,
  performStorage,
  type StorageOperation,
  type Store,
  type StoreFault,
  type TreeBase,
  TxIndex,
  type TxIndexContext,
} from '@vision-light/protocol';
import { type NodeKey, nodeKeyOfSeed } from '../../packages/gateway/src/node-key.js';
import { verifySignatures } from '../../packages/gateway/src/verify-signatures.js';
import { sha256 } from '../../packages/protocol/src/bytes/sha256.js';
import { CapChecker } from './cap-checker.js';
import { ChainChecker } from './chain-checker.js';
import { Channel, type ChannelEnd, type LinkConditions, plainLink } from './channel.js';
import { EventQueue, type Task } from './event-queue.js';
import { PowCache } from './pow-cache.js';
import { SimIntroductions } from './sim-introductions.js';
import { SimRandom } from './sim-random.js';
import { Trace } from './trace.js';

/** Milliseconds that stand for the work of hashing and storing in virtual time. */
const POW_MS = 2;
/** Milliseconds that a batch of signatures takes. */
const SIGNATURES_MS = 2;
/** Milliseconds that one signature takes to make. */
const SIGN_MS = 1;
const STORE_MS = 3;
/** Where faults are drawn from the seed, work takes this many times as long, so that one answer overtakes another. */
const FASTEST = 0.5;
const SLOWEST = 4;
/** Steps of one `run`: a node that wakes again and again at the same moment is found by it. */
const STEPS_MAX = 200_000;
/** A channel over which nothing came for so long is closed by the platform (ICE consent, RFC 7675). */
const CONSENT_MS = 30_000;
/** A signaling server's answer, and the time until two peers are joined. */
const SIGNAL_MS = 300;
const HASHERS = 2;

/** What frames lie in while a node reads them, of all nodes in turn; undefined while one does. */
let frameMemory: Uint8Array | undefined;

/** One end of a connection. What comes after this end has closed it is lost. */
export class Link implements ChannelEnd {
  /** Until this end's platform closes it, or hears that it is closed. */
  isOpen = true;

  constructor(
    readonly owner: SimNode,
    readonly peer: string,
    /** By which it sends; given later where that needs the other end first. */
    public channel?: Pick<Channel, 'send'> & {
      /** The node has disconnected. */
      readonly ended?: (code: string | undefined) => void;
    },
  ) {}

  received(bytes: Uint8Array): void {
    if (this.isOpen) this.owner.driver.push({ type: 'bytesReceived', peer: this.peer, bytes });
  }

  drained(bufferedBytes: number): void {
    if (this.isOpen) this.owner.driver.push({ type: 'sendDrained', peer: this.peer, bufferedBytes });
  }
}

/** With these a node says that its chain begins anew. */
const restartCodes: ReadonlySet<string> = new Set([
  'STORE_CORRUPT',
  'CHECKPOINT_FALSE',
  'CHECKPOINT_CONFLICT',
]);

export interface SimNodeOptions {
  readonly family: ChainFamily;
  readonly base?: TreeBase;
  readonly checkpoint?: OpenCheckpoint;
  readonly isGateway?: boolean;
  /** Whether full nodes are followed. Default: no. */
  readonly followsNetwork?: boolean;
  readonly store?: Store;
  /** Seconds that this node's clock is ahead of the world's. */
  readonly clockSkewS?: number;
  /** Hashing of this node; undefined stands for a worker that died. */
  readonly hash?: (job: PowJob) => Uint8Array | undefined;
  /** What every write fails with while it gives something. */
  readonly writeFault?: () => StoreFault | undefined;
  /** What loading fails with when it gives something. */
  readonly loadFault?: () => StoreFault | undefined;
  /** Whether bodies cannot be read. */
  readonly readFault?: () => boolean;
  readonly peersMax?: number;
  readonly peersPerGroupMax?: number;
  readonly followedBlocks?: number;
  readonly uploadBytesPerSecond?: number;
  /** Whether it keeps an index of transactions. */
  readonly hasTxIndex?: boolean;
  /** The rules of compact filters, if it is to use them. */
  readonly filters?: FilterRules;
  /** How many filters it keeps and serves. */
  readonly keptFilters?: number;
  /** Whether bodies that peers ask for are fetched from full nodes. */
  readonly forwardsBlocks?: boolean;
  readonly minChainwork?: bigint;
  readonly segmentHeaders?: number;
  readonly seed?: number;
  /** What the node's key is made of; without it the node has none, and meets only nodes that have none. */
  readonly identity?: string;
  readonly gateways?: readonly Uint8Array[];
  /** Whether it connects by signals that peers pass on. */
  readonly introduces?: boolean;
  readonly extension?: NodeExtension;
  /** Called with every notice; they are not kept then. */
  readonly notice?: (notice: NodeNotice, node: SimNode) => void;
}

/** The driver of a simulated node: events wait while it sleeps, and every step is traced and checked. */
class SimDriver extends Driver {
  /** What came while the tab was asleep. */
  #waiting: NodeEventBody[] | undefined;

  constructor(
    readonly owner: SimNode,
    ...args: ConstructorParameters<typeof Driver>
  ) {
    super(...args);
  }

  override push(event: NodeEventBody): boolean {
    if (this.#waiting !== undefined) {
      const isRepeated = event.type === 'wake' && this.#waiting.some(({ type }) => type === 'wake');
      if (!isRepeated) this.#waiting.push(event);
      return false;
    }
    this.owner.before(event);
    const isDone = event.type === 'bytesReceived' ? this.#pushFrame(event) : super.push(event);
    this.owner.check();
    return isDone;
  }

  /** A frame's memory serves another purpose afterwards, as it does in a browser: it is that of the next frame. */
  #pushFrame({ type, peer, bytes: sent }: Extract<NodeEventBody, { type: 'bytesReceived' }>): boolean {
    // A stranger's frame may be too large.
    const isLarge = sent.length > FRAME_BYTES_MAX;
    const memory =
      (isLarge ? undefined : frameMemory) ?? new Uint8Array(Math.max(FRAME_BYTES_MAX, sent.length));
    frameMemory = undefined;
    memory.set(sent);
    const bytes = memory.subarray(0, sent.length);
    // What is queued is read later, and keeps its memory.
    if (!super.push({ type, peer, bytes })) return false;
    bytes.fill(0xee);
    frameMemory = memory;
    return true;
  }

  set isAsleep(isAsleep: boolean) {
    if (isAsleep) {
      this.#waiting ??= [];
      return;
    }
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const event of waiting) this.push(event);
  }

  get isAsleep(): boolean {
    return this.#waiting !== undefined;
  }
}

export class SimNode {
  readonly core: LightNode;
  readonly key: NodeKey | undefined;
  readonly driver: SimDriver;
  readonly notices: NodeNotice[] = [];
  /** Open channels as this node's platform sees them. */
  readonly links = new Map<string, Link>();
  readonly checker: ChainChecker;
  readonly caps: CapChecker;
  readonly introductions = new SimIntroductions(this);
  /** False once the page is gone: nothing that was under way comes back. */
  isRunning = true;
  /** Searches for peers. */
  searches = 0;
  /** Headers that it asked to have hashed. */
  hashedHeaders = 0;
  /** Signatures that it asked to have verified. */
  verifiedSignatures = 0;
  /** Signatures that it asked to have made. */
  madeSignatures = 0;
  sentBytes = 0;
  /** Until it is ready, and between damage and the next tip that anyone is told: of what is loaded anew, more may turn out to be damaged. */
  #isReloading = true;

  #store: Store;

  constructor(
    readonly world: World,
    readonly id: string,
    readonly options: SimNodeOptions,
  ) {
    this.#store = options.store ?? new MemoryStore();
    this.key = options.identity === undefined ? undefined : nodeKeyOfSeed(bytesOf(options.identity));
    const settings = {
      family: options.family,
      seed:
        options.seed ?? [...id].reduce((seed, letter) => (seed * 31 + (letter.codePointAt(0) ?? 0)) >>> 0, 7),
      userAgent: 'sim',
      isGateway: options.isGateway ?? false,
      followsNetwork: options.followsNetwork ?? false,
      hashers: HASHERS,
      ...(options.base === undefined ? {} : { base: options.base }),
      ...(options.checkpoint === undefined ? {} : { checkpoint: options.checkpoint }),
      ...(options.peersMax === undefined ? {} : { peersMax: options.peersMax }),
      ...(options.peersPerGroupMax === undefined ? {} : { peersPerGroupMax: options.peersPerGroupMax }),
      ...(options.followedBlocks === undefined ? {} : { followedBlocks: options.followedBlocks }),
      ...(options.uploadBytesPerSecond === undefined
        ? {}
        : { uploadBytesPerSecond: options.uploadBytesPerSecond }),
      ...(options.hasTxIndex === true ? { txIndex: (context: TxIndexContext) => new TxIndex(context) } : {}),
      ...archiveOf(options.keptFilters),
      ...(options.forwardsBlocks === true
        ? { forwardedBlocks: (context: ForwardContext) => new ForwardedBlocks(context) }
        : {}),
      ...(options.filters === undefined ? {} : { filters: options.filters }),
      ...(options.minChainwork === undefined ? {} : { minChainwork: options.minChainwork }),
      ...(options.segmentHeaders === undefined ? {} : { segmentHeaders: options.segmentHeaders }),
      ...(this.key === undefined ? {} : { identity: this.key.publicKey }),
      ...(options.gateways === undefined ? {} : { gateways: options.gateways }),
      ...(options.introduces === undefined ? {} : { introduces: options.introduces }),
    };
    this.core = new LightNode(settings, options.extension);
    this.checker = new ChainChecker(this.core.tree);
    this.caps = new CapChecker(
      this.core,
      (options.checkpoint === undefined ? 2 : 3) * HASHERS,
      options.peersMax,
      world.sweepSteps,
    );
    this.driver = new SimDriver(this, this.core, {
      now: () => world.now,
      wallTime: () => world.wallTime + (options.clockSkewS ?? 0),
      setTimer: (delayMs, callback) => world.after(delayMs, callback),
      perform: (effect) => this.#perform(effect),
    });
  }

  /** Notices of one type, in order. */
  noticed<T extends NodeNotice['type']>(type: T): Extract<NodeNotice, { type: T }>[] {
    return this.notices.filter((notice): notice is Extract<NodeNotice, { type: T }> => notice.type === type);
  }

  /** An event is about to be handed to the node. */
  before(event: NodeEventBody): void {
    this.world.trace.add(this.world.now, this.id, event);
    this.caps.before(event);
    if (event.type === 'peerDisconnected') this.leave(event.peer);
  }

  /** A channel to a peer is open. */
  join(link: Link): void {
    this.leave(link.peer);
    this.links.set(link.peer, link);
  }

  /** The channel to a peer is not open any more. */
  leave(peer: string): void {
    const link = this.links.get(peer);
    if (link === undefined) return;
    link.isOpen = false;
    this.links.delete(peer);
  }

  /** The visitor clears the site's data: the page goes on with an empty store, and answers that are due still come. */
  emptyStore(store: Store): void {
    this.#store = store;
    this.driver.push({ type: 'storeEmptied' });
  }

  /** What must hold after every step. */
  check(): void {
    if (this.#isReloading) this.checker.restarted();
    this.checker.check();
    this.caps.check();
    this.world.checkMore?.(this);
  }

  /** The answer to an effect that takes about so long, unless the page is gone by then. */
  #answer(ms: number, event: NodeEventBody): void {
    this.world.after(this.world.workMs(ms), () => this.isRunning && this.driver.push(event));
  }

  #perform(effect: Effect): void {
    if (!this.isRunning) return;
    const { world } = this;
    this.caps.performed(effect);
    switch (effect.type) {
      case 'send': {
        const link = this.links.get(effect.peer);
        if (effect.bytes.length > FRAME_BYTES_MAX) throw new Error('a frame is too large');
        if (link === undefined) throw new Error(`${this.id} sends to ${effect.peer}, which is gone`);
        this.sentBytes += effect.bytes.length;
        link.channel?.send(effect.bytes);
        break;
      }
      case 'disconnect':
        this.#disconnect(effect.peer, effect.code);
        break;
      case 'verifyPow':
        this.#hash(effect.job, effect.work);
        break;
      case 'verifySignatures':
        this.verifiedSignatures += effect.checks.length;
        this.#answer(SIGNATURES_MS, {
          type: 'signaturesVerified',
          job: effect.job,
          valid: verifySignatures(effect.checks),
        });
        break;
      case 'sign': {
        this.madeSignatures++;
        const signature = this.key?.sign(effect.message);
        this.#answer(SIGN_MS, { type: 'signed', job: effect.job, ...(signature && { signature }) });
        break;
      }
      case 'storage':
        this.#keep(effect);
        break;
      case 'emit':
        if (effect.notice.type === 'error' && restartCodes.has(effect.notice.code)) {
          this.checker.restarted();
          this.#isReloading = true;
        }
        if (['ready', 'tip', 'reorg'].includes(effect.notice.type)) this.#isReloading = false;
        if (this.options.notice === undefined) this.notices.push(effect.notice);
        else this.options.notice(effect.notice, this);
        break;
      case 'requestPeers':
        this.searches++;
        if (world.introduces) world.introduce(this.id, effect.count);
        break;
      case 'introduction':
        this.introductions.perform(effect.introduction);
        break;
    }
  }

  #disconnect(peer: string, code: string | undefined): void {
    const link = this.links.get(peer);
    this.world.disconnect(this.id, peer);
    link?.channel?.ended?.(code);
  }

  #keep(effect: Extract<Effect, { type: 'storage' }>): void {
    const { request, operation } = effect;
    const code = this.#faultOf(operation);
    const failed: NodeEventBody | undefined = code && {
      type: 'storageAnswered',
      request,
      failure: { code, detail: '' },
    };
    // That a body is lost is found when it is read; other faults are those of a store that cannot be used.
    if (failed !== undefined && !isBodyRead(operation)) this.#answer(STORE_MS, failed);
    else
      this.world.await(performStorage(this.#store, effect), (answer) =>
        this.#answer(STORE_MS, failed ?? answer),
      );
  }

  /** What an operation shall fail with. */
  #faultOf(operation: StorageOperation): StoreFault | undefined {
    const { writeFault, loadFault, readFault } = this.options;
    if (operation.kind === 'list') return undefined;
    if (operation.kind === 'write') return writeFault?.();
    if (!isBodyRead(operation)) return loadFault?.();
    return readFault?.() === true ? 'STORE_CORRUPT' : undefined;
  }

  #hash(job: number, work: PowJob): void {
    this.hashedHeaders += work.count;
    const hash = this.options.hash ?? ((each: PowJob) => this.world.pow.run(each));
    const hashes = hash(work);
    this.#answer(
      POW_MS,
      hashes === undefined ? { type: 'powVerified', job } : { type: 'powVerified', job, hashes },
    );
  }
}

function archiveOf(count: number | undefined) {
  return count === undefined
    ? {}
    : { filterArchive: (context: ArchiveContext) => new FilterArchive(context, count) };
}

function isBodyRead(operation: StorageOperation): boolean {
  return operation.kind === 'read' && operation.selections.every(({ table }) => table === 'bodies');
}

const none = new Uint8Array(32);

/** 32 bytes that follow from a text. */
export function bytesOf(text: string): Uint8Array {
  return sha256(new TextEncoder().encode(text));
}

function channelOf(
  localFingerprint: Uint8Array,
  remoteFingerprint: Uint8Array,
  introducer: string,
): ChannelEnds {
  return { localFingerprint, remoteFingerprint, introducer };
}

/** One connection of two nodes. */
interface Wire {
  readonly ends: readonly [string, string];
  readonly channels: readonly [Channel, Channel];
  readonly links: readonly [Link, Link];
  isBlocked: boolean;
}

export interface WorldOptions {
  readonly latencyMs?: number;
  readonly seed?: number;
  /** Conditions of each new link; if absent, latency is constant, and so is what hashing and storing take. */
  readonly conditions?: (random: SimRandom) => LinkConditions;
  /** Whether `requestPeers` is served, as by a signaling server, with random peers. */
  readonly introduces?: boolean;
  /** Shared by several worlds; of its own if absent. */
  readonly pow?: PowCache;
  readonly stepsMax?: number;
  /** In so many steps of a node every cap of it is looked at, and else those that the step is about; 1 if absent. */
  readonly sweepSteps?: number;
  /** Called after every step of every node, beside the checkers; throws if something does not hold. */
  readonly check?: (node: SimNode) => void;
}

export class World {
  now = 0;
  readonly pow: PowCache;
  readonly nodes = new Map<string, SimNode>();
  readonly random: SimRandom;
  readonly trace = new Trace();
  readonly latencyMs: number;
  readonly introduces: boolean;
  readonly checkMore: ((node: SimNode) => void) | undefined;
  readonly #conditions: ((random: SimRandom) => LinkConditions) | undefined;
  readonly sweepSteps: number;
  readonly #stepsMax: number;
  readonly #queue = new EventQueue();
  readonly #pending = new Set<Promise<unknown>>();
  readonly #wires = new Set<Wire>();
  /** Which side of a partition a node is on; undefined while there is none. */
  #sideOf: ((id: string) => unknown) | undefined;
  #steps = 0;
  #channels = 0;

  /** @param startWallTime  Unix seconds at `now` = 0 */
  constructor(
    readonly startWallTime: number,
    options: WorldOptions = {},
  ) {
    const { latencyMs = 20, seed = 1 } = options;
    this.latencyMs = latencyMs;
    this.random = new SimRandom(seed);
    this.#conditions = options.conditions;
    this.introduces = options.introduces ?? false;
    this.checkMore = options.check;
    this.pow = options.pow ?? new PowCache();
    this.#stepsMax = options.stepsMax ?? STEPS_MAX;
    this.sweepSteps = options.sweepSteps ?? 1;
  }

  get wallTime(): number {
    return this.startWallTime + this.now / 1000;
  }

  /** What a piece of work takes that takes `ms` where nothing is left to chance. */
  workMs(ms: number): number {
    return this.#conditions === undefined ? ms : ms * this.random.between(FASTEST, SLOWEST);
  }

  add(id: string, options: SimNodeOptions): SimNode {
    const node = new SimNode(this, id, options);
    this.nodes.set(id, node);
    node.driver.push({ type: 'start' });
    return node;
  }

  /**
   * Joins two nodes by a channel.
   *
   * @param isTampered  somebody sits between them and passes everything on: each sees the other end of its own channel
   * @param introducer  who has introduced them
   */
  connect(a: string, b: string, isTampered = false, introducer = 'http://signal.example/'): void {
    const conditions = this.#conditions?.(this.random) ?? plainLink(this.latencyMs);
    const near = this.#node(a);
    const far = this.#node(b);
    const links = [new Link(near, b), new Link(far, a)] as const;
    const there = new Channel(this, conditions, this.random, links[0], links[1]);
    const back = new Channel(this, conditions, this.random, links[1], links[0]);
    links[0].channel = there;
    links[1].channel = back;
    near.join(links[0]);
    far.join(links[1]);
    this.#wires.add({ ends: [a, b], channels: [there, back], links, isBlocked: false });
    this.#channels++;
    const ends = ['a', 'b', 'c', 'd'].map((end) => bytesOf(`${this.#channels} ${end}`));
    const [nearEnd = none, farEnd = none, ...between] = ends;
    const [toNear = none, toFar = none] = isTampered ? between : [nearEnd, farEnd];
    near.driver.push({
      type: 'peerConnected',
      peer: b,
      isChosen: true,
      channel: channelOf(nearEnd, toFar, introducer),
    });
    far.driver.push({ type: 'peerConnected', peer: a, channel: channelOf(farEnd, toNear, introducer) });
  }

  /** Brings a node random peers, as a signaling server does: awake, on its side, and new to it. */
  introduce(id: string, count: number): void {
    this.after(SIGNAL_MS, () => {
      const others = [...this.nodes.keys()].filter((other) => this.#canMeet(id, other));
      for (const other of this.random.sample(others, count)) {
        this.after(this.random.between(SIGNAL_MS, 3 * SIGNAL_MS), () => {
          if (this.#canMeet(id, other)) this.connect(id, other);
        });
      }
    });
  }

  /** Joins two nodes that have told each other by way of a peer how to, unless they cannot reach each other. */
  connectIntroduced(id: string, other: string, introducer: string): void {
    this.after(SIGNAL_MS, () => {
      if (this.#canMeet(id, other)) this.connect(id, other, false, introducer);
    });
  }

  #canMeet(id: string, other: string): boolean {
    const near = this.nodes.get(id);
    const far = this.nodes.get(other);
    if (near === undefined || far === undefined || id === other) return false;
    if (near.driver.isAsleep || far.driver.isAsleep || near.links.has(other) || far.links.has(id))
      return false;
    return this.#sideOf === undefined || this.#sideOf(id) === this.#sideOf(other);
  }

  /** Cuts the network by sides; what is on its way waits. Without an argument it is whole again. */
  partition(sideOf?: (id: string) => unknown): void {
    this.#sideOf = sideOf;
    for (const wire of this.#wires) {
      const [a, b] = wire.ends;
      const isBlocked = sideOf !== undefined && sideOf(a) !== sideOf(b);
      if (isBlocked === wire.isBlocked) continue;
      wire.isBlocked = isBlocked;
      for (const channel of wire.channels) channel.isBlocked = isBlocked;
      if (isBlocked)
        this.after(CONSENT_MS, () => {
          if (wire.isBlocked) this.#cut(wire);
        });
    }
  }

  /** A tab is frozen: neither its timers run nor does it hear anything. */
  sleep(id: string): void {
    this.#node(id).driver.isAsleep = true;
  }

  /** It comes back, and finds all that came meanwhile. */
  wakeUp(id: string): void {
    this.#node(id).driver.isAsleep = false;
  }

  /** A page that is closed without a word, in the middle of whatever it does. */
  kill(id: string): void {
    const node = this.#node(id);
    node.isRunning = false;
    node.driver.stop();
    for (const peer of [...node.links.keys()]) this.disconnect(id, peer);
    this.nodes.delete(id);
  }

  /** Closes a channel; the other side hears of it after what was sent before. */
  disconnect(from: string, to: string): void {
    const near = this.#node(from);
    const link = near.links.get(to);
    if (link === undefined) return;
    near.leave(to);
    const wire = this.#wireOf(link);
    if (wire === undefined) {
      // A stranger, which looks at the node's links itself.
      return;
    }
    const end = wire.ends[0] === from ? 0 : 1;
    const delayMs = wire.isBlocked ? CONSENT_MS : wire.channels[end].quietInMs(this.latencyMs);
    this.after(delayMs, () => this.#hearClosed(wire, end === 0 ? 1 : 0));
  }

  #wireOf(link: Link): Wire | undefined {
    for (const wire of this.#wires) if (wire.links.includes(link)) return wire;
    return undefined;
  }

  /** Both ends find out by themselves. */
  #cut(wire: Wire): void {
    this.#hearClosed(wire, 0);
    this.#hearClosed(wire, 1);
  }

  #hearClosed(wire: Wire, end: 0 | 1): void {
    this.#wires.delete(wire);
    const peer = wire.ends[end === 0 ? 1 : 0];
    if (wire.links[end].isOpen)
      this.nodes.get(wire.ends[end])?.driver.push({ type: 'peerDisconnected', peer });
  }

  at(atMs: number, task: Task): void {
    this.#queue.add(atMs, task);
  }

  after(delayMs: number, run: () => void): () => void {
    const task: Task = { run };
    this.#queue.add(this.now + delayMs, task);
    return () => {
      task.run = undefined;
    };
  }

  /** Real promises (of stores) are settled before virtual time goes on. */
  await<T>(promise: Promise<T>, then: (value: T) => void): void {
    const pending = promise.then((value) => {
      this.#pending.delete(pending);
      then(value);
    });
    this.#pending.add(pending);
  }

  /** Runs until nothing is due before `untilMs`, or `isDone` says so. */
  async run(untilMs: number, isDone: () => boolean = () => false): Promise<void> {
    this.#steps = 0;
    while (!isDone()) {
      if (this.#pending.size > 0) for (const pending of this.#pending) await pending;
      const next = this.#queue.takeUntil(untilMs);
      if (next === undefined) {
        this.now = Math.max(this.now, untilMs);
        return;
      }
      this.now = Math.max(this.now, this.#queue.takenAt);
      next.run?.();
      this.#steps++;
      if (this.#steps > this.#stepsMax)
        throw new Error(`still busy after ${this.#stepsMax} steps, at ${this.now} ms`);
    }
  }

  #node(id: string): SimNode {
    const node = this.nodes.get(id);
    if (node === undefined) throw new Error(`no node ${id}`);
    return node;
  }
}
