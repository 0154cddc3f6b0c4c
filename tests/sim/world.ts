/**
 * A deterministic world for nodes: one virtual clock, links with latency, hashing and storage as delayed answers. The
 * core that runs here is the one that runs in browsers and gateways; the world only takes the place of the platform.
 */

import { PowJobRunner } from '@vision-light/pow';
import {
  type ChainFamily,
  Driver,
  type Effect,
  FRAME_BYTES_MAX,
  type HeaderStore,
  LightNode,
  MemoryStore,
  type NodeEventBody,
  type NodeNotice,
  type PowJob,
  type StoreFault,
} from '@vision-light/protocol';
import { ChainChecker } from './chain-checker.js';

interface Task {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/** Milliseconds that stand for the work of hashing and storing in virtual time. */
const POW_MS = 2;
const STORE_MS = 3;
/** Steps of one `run`: a node that wakes again and again at the same moment is found by it. */
const STEPS_MAX = 200_000;

export interface SimNodeOptions {
  readonly family: ChainFamily;
  readonly isGateway?: boolean;
  readonly store?: HeaderStore;
  /** Seconds that this node's clock is ahead of the world's. */
  readonly clockSkewS?: number;
  /** Hashing of this node; undefined stands for a worker that died. */
  readonly hash?: (job: PowJob) => Uint8Array | undefined;
  /** What every write fails with while it gives something. */
  readonly writeFault?: () => StoreFault | undefined;
  /** What loading fails with. */
  readonly loadFault?: StoreFault;
  readonly peersMax?: number;
}

export class SimNode {
  readonly core: LightNode;
  readonly driver: Driver;
  readonly notices: NodeNotice[] = [];
  readonly links = new Map<string, (bytes: Uint8Array) => void>();
  readonly checker: ChainChecker;
  /** False once the page is gone: nothing that was under way comes back. */
  isRunning = true;
  /** Searches for peers. */
  searches = 0;

  constructor(
    readonly world: World,
    readonly id: string,
    readonly options: SimNodeOptions,
  ) {
    const store = options.store ?? new MemoryStore();
    this.core = new LightNode({
      family: options.family,
      seed: [...id].reduce((seed, letter) => (seed * 31 + (letter.codePointAt(0) ?? 0)) >>> 0, 7),
      userAgent: 'sim',
      isGateway: options.isGateway ?? false,
      hashers: 2,
      ...(options.peersMax === undefined ? {} : { peersMax: options.peersMax }),
    });
    this.checker = new ChainChecker(this.core.tree);
    this.driver = new Driver(this.core, {
      now: () => world.now,
      wallTime: () => world.wallTime + (options.clockSkewS ?? 0),
      setTimer: (delayMs, callback) => world.after(delayMs, callback),
      perform: (effect) => this.#perform(effect, store),
    });
  }

  /** Notices of one type, in order. */
  noticed<T extends NodeNotice['type']>(type: T): Extract<NodeNotice, { type: T }>[] {
    return this.notices.filter((notice): notice is Extract<NodeNotice, { type: T }> => notice.type === type);
  }

  /** The answer to an effect, unless the page is gone by then. */
  #answer(delayMs: number, event: NodeEventBody): void {
    this.world.after(delayMs, () => this.isRunning && this.driver.push(event));
  }

  #perform(effect: Effect, store: HeaderStore): void {
    if (!this.isRunning) return;
    const { world } = this;
    switch (effect.type) {
      case 'send':
        if (effect.bytes.length > FRAME_BYTES_MAX) throw new Error('a frame is too large');
        if (!this.links.has(effect.peer))
          throw new Error(`${this.id} sends to ${effect.peer}, which is gone`);
        this.links.get(effect.peer)?.(effect.bytes);
        break;
      case 'disconnect':
        world.disconnect(this.id, effect.peer);
        break;
      case 'verifyPow':
        this.#hash(effect.job, effect.work);
        break;
      case 'store': {
        const code = this.options.writeFault?.();
        if (code !== undefined) this.#answer(STORE_MS, { type: 'storeFailed', code, detail: '' });
        else
          world.await(store.write(effect.change), () =>
            this.#answer(STORE_MS, { type: 'stored', write: effect.write }),
          );
        break;
      }
      case 'load': {
        const code = this.options.loadFault;
        if (code !== undefined) this.#answer(STORE_MS, { type: 'storeFailed', code, detail: '' });
        else world.await(store.load(), (chain) => this.#answer(STORE_MS, { type: 'loaded', chain }));
        break;
      }
      case 'emit':
        this.notices.push(effect.notice);
        break;
      case 'requestPeers':
        this.searches++;
        break;
    }
  }

  #hash(job: number, work: PowJob): void {
    const hash = this.options.hash ?? ((each: PowJob) => this.world.pow.run(each));
    const hashes = hash(work);
    this.#answer(
      POW_MS,
      hashes === undefined ? { type: 'powVerified', job } : { type: 'powVerified', job, hashes },
    );
  }
}

export class World {
  now = 0;
  readonly pow = new PowJobRunner();
  readonly nodes = new Map<string, SimNode>();
  readonly #tasks: Task[] = [];
  readonly #pending = new Set<Promise<unknown>>();
  #order = 0;
  #steps = 0;

  /** @param startWallTime  Unix seconds at `now` = 0 */
  constructor(
    readonly startWallTime: number,
    readonly latencyMs = 20,
  ) {}

  get wallTime(): number {
    return this.startWallTime + this.now / 1000;
  }

  add(id: string, options: SimNodeOptions): SimNode {
    const node = new SimNode(this, id, options);
    this.nodes.set(id, node);
    node.driver.push({ type: 'start' });
    return node;
  }

  /** Joins two nodes by a channel. */
  connect(a: string, b: string): void {
    const join = (from: string, to: string): void => {
      const sender = this.#node(from);
      const receiver = this.#node(to);
      sender.links.set(to, (bytes) => {
        this.after(this.latencyMs, () => {
          if (receiver.links.has(from)) receiver.driver.push({ type: 'bytesReceived', peer: from, bytes });
          if (sender.links.has(to)) sender.driver.push({ type: 'sendDrained', peer: to, bufferedBytes: 0 });
        });
      });
    };
    join(a, b);
    join(b, a);
    this.#node(a).driver.push({ type: 'peerConnected', peer: b });
    this.#node(b).driver.push({ type: 'peerConnected', peer: a });
  }

  /** A page that is closed without a word, in the middle of whatever it does. */
  kill(id: string): void {
    const node = this.#node(id);
    node.isRunning = false;
    node.driver.stop();
    for (const peer of [...node.links.keys()]) this.disconnect(id, peer);
    this.nodes.delete(id);
  }

  /** Closes a channel; the other side hears of it after the latency. */
  disconnect(from: string, to: string): void {
    const near = this.#node(from);
    if (!near.links.delete(to)) return;
    this.after(this.latencyMs, () => {
      const far = this.nodes.get(to);
      if (far?.links.delete(from)) far.driver.push({ type: 'peerDisconnected', peer: from });
    });
  }

  after(delayMs: number, run: () => void): () => void {
    const task = { at: this.now + delayMs, order: this.#order++, run };
    this.#tasks.push(task);
    return () => {
      const index = this.#tasks.indexOf(task);
      if (index >= 0) this.#tasks.splice(index, 1);
    };
  }

  /** Real promises (of stores) are settled before virtual time goes on. */
  await<T>(promise: Promise<T>, then: (value: T) => void): void {
    const pending = promise.then(then).finally(() => this.#pending.delete(pending));
    this.#pending.add(pending);
  }

  /** Runs until nothing is due before `untilMs`, or `isDone` says so. */
  async run(untilMs: number, isDone: () => boolean = () => false): Promise<void> {
    this.#steps = 0;
    while (!isDone()) {
      while (this.#pending.size > 0) await Promise.all(this.#pending);
      const next = this.#takeNext(untilMs);
      if (next === undefined) {
        this.now = Math.max(this.now, untilMs);
        return;
      }
      this.now = Math.max(this.now, next.at);
      next.run();
      this.#steps++;
      if (this.#steps > STEPS_MAX) throw new Error(`still busy after ${STEPS_MAX} steps, at ${this.now} ms`);
      for (const node of this.nodes.values()) node.checker.check();
    }
  }

  #takeNext(untilMs: number): Task | undefined {
    let best = -1;
    for (const [index, task] of this.#tasks.entries()) {
      const current = this.#tasks[best];
      const isEarlier =
        current === undefined ||
        task.at < current.at ||
        (task.at === current.at && task.order < current.order);
      if (task.at <= untilMs && isEarlier) best = index;
    }
    return best < 0 ? undefined : this.#tasks.splice(best, 1)[0];
  }

  #node(id: string): SimNode {
    const node = this.nodes.get(id);
    if (node === undefined) throw new Error(`no node ${id}`);
    return node;
  }
}
