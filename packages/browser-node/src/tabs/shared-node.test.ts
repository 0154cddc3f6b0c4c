import { type Status, type Tip, zeroMetrics } from '@vision-light/protocol';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../../tests/conformance-suites/manual-clock.js';
import { LightNodeError } from '../boundary/light-node-error.js';
import { firstTrust } from '../boundary/trust.js';
import type { EngineEvents, EngineStart, NodeEngine } from './engine.js';
import type { LeaderEvents } from './leader-lock.js';
import type { PageListener } from './page-events.js';
import { SharedNode } from './shared-node.js';
import type { TabChannelEvents } from './tab-channel.js';
import type { NodeNews, NodeSnapshot, PageNotice, TabMessage } from './tab-messages.js';

const tipAt = (height: number): Tip => ({
  height,
  hash: height.toString(16).padStart(64, '0'),
  time: height,
  chainwork: BigInt(height),
});

const statusOf = (phase: Status['phase'], peers = 0): Status => ({
  phase,
  peers,
  bestPeerHeight: 0,
  headersPerSecond: 0,
  storedHeight: 0,
  verifiedFrom: 0,
  progress: 0,
});

const PEER = {
  id: 'a peer',
  kind: 'gateway',
  height: 9,
  rttMs: undefined,
  key: undefined,
  services: [],
  bodyWindow: 12,
} as const;

/** What a tab's application was told. */
class View {
  readonly notices: PageNotice[] = [];
  readonly crashes: string[] = [];
  receive({ notices }: NodeNews): void {
    this.notices.push(...notices);
  }
  crash({ code }: LightNodeError): void {
    this.crashes.push(code);
  }
  get heights(): number[] {
    return this.notices.flatMap((notice) => (notice.type === 'tip' ? [notice.tip.height] : []));
  }
  get phases(): string[] {
    return this.notices.flatMap((notice) => (notice.type === 'status' ? [notice.status.phase] : []));
  }
}

/** A browser: a lock, a channel, and a chain that is stored. */
class Origin {
  readonly clock = new ManualClock();
  readonly tabs: Tab[] = [];
  /** Those who wait for the lock; the first one has it. */
  readonly queue: { readonly tab: Tab; readonly events: LeaderEvents }[] = [];
  /** Height of the chain that a new leader loads. */
  stored = 5;
  /** Nodes that run. */
  running = 0;
  runningMost = 0;

  open(): Tab {
    const tab = new Tab(this, String(this.tabs.length));
    this.tabs.push(tab);
    return tab;
  }

  request(tab: Tab, isTheft: boolean, events: LeaderEvents): () => void {
    const entry = { tab, events };
    const [holder] = this.queue;
    if (isTheft && holder !== undefined) {
      this.queue.splice(0, 1, entry);
      holder.tab.deliver(() => holder.events.lost());
      tab.deliver(events.granted);
    } else if (this.queue.push(entry) === 1) tab.deliver(events.granted);
    return () => this.free(entry);
  }

  free(entry: Origin['queue'][number]): void {
    const index = this.queue.indexOf(entry);
    if (index < 0) return;
    this.queue.splice(index, 1);
    const [next] = this.queue;
    if (index === 0 && next !== undefined) next.tab.deliver(next.events.granted);
  }

  /** Performs all that is under way. */
  async settle(): Promise<void> {
    for (let i = 0; i < 50; i++) await Promise.resolve();
  }

  /** @param ms  in steps in which tabs answer one another */
  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 500) {
      this.clock.advance(500);
      await this.settle();
    }
  }
}

class Engine implements NodeEngine {
  readonly calls: string[] = [];
  isEnded = false;
  isResting = false;
  /** Whether calls are answered. */
  answers = true;
  readonly snapshot: NodeSnapshot;

  constructor(
    readonly origin: Origin,
    readonly how: EngineStart,
    readonly events: EngineEvents,
  ) {
    origin.runningMost = Math.max(origin.runningMost, ++origin.running);
    this.snapshot = {
      identity: 'a key',
      tip: tipAt(origin.stored),
      status: statusOf('connecting'),
      peers: [],
      metrics: zeroMetrics(),
      sent: [],
      trust: firstTrust(tipAt(origin.stored)),
      signaling: { named: 1, joined: 0 },
    };
  }

  tell(...notices: PageNotice[]): void {
    this.events.news({ notices, metrics: undefined });
  }

  /** The node has met a peer and has all that it has. */
  sync(height: number): void {
    this.origin.stored = height;
    this.tell(
      { type: 'peer', change: { kind: 'connected', id: PEER.id }, peers: [PEER] },
      { type: 'tip', tip: tipAt(height) },
      { type: 'status', status: statusOf('synced', 1) },
    );
  }

  async call(
    { name, args }: { readonly name: string; readonly args: readonly unknown[] },
    isRepeated: boolean,
  ) {
    this.calls.push(`${name}(${args.join()})${isRepeated ? ' again' : ''}`);
    if (!this.answers) await new Promise(() => {});
    if (name === 'block') throw new LightNodeError('BLOCK_BUSY');
    return name === 'sendTransaction' ? { id: `id of ${args.join()}` } : `${name} of ${args.join()}`;
  }

  rest(): void {
    this.isResting = true;
  }

  end(): void {
    if (this.isEnded) return;
    this.isEnded = true;
    this.origin.running--;
  }

  /** What its end waits for. */
  closing = Promise.resolve();

  async close(): Promise<void> {
    await this.closing;
    this.end();
  }
}

/** One page, with one application. */
class Tab {
  readonly node: SharedNode;
  readonly view = new View();
  readonly engines: Engine[] = [];
  page: PageListener | undefined;
  channel: TabChannelEvents | undefined;
  /** What waits for a page that hangs. */
  #held: (() => void)[] | undefined;
  /** What an engine tells before it has started. */
  early: readonly PageNotice[] = [];
  /** What keeps an engine from starting. */
  fault: Error | undefined;
  isOver = false;

  constructor(
    readonly origin: Origin,
    readonly id: string,
    isAlone = false,
  ) {
    const post = (message: TabMessage): void => {
      const copy = structuredClone(message);
      for (const tab of origin.tabs) if (tab !== this) tab.deliver(() => tab.channel?.message(copy));
    };
    const links = {
      id,
      requestLead: (isTheft: boolean, events: LeaderEvents) => origin.request(this, isTheft, events),
      openChannel: (events: TabChannelEvents) => {
        this.channel = events;
        return {
          post,
          answer: (to: string, answer: Parameters<TabChannelEvents['answer']>[0]) => {
            const tab = origin.tabs[Number(to)];
            tab?.deliver(() => tab.channel?.answer(answer));
          },
          close: () => {
            this.channel = undefined;
          },
        };
      },
    };
    this.node = new SharedNode({
      tabs: isAlone ? undefined : links,
      clock: origin.clock,
      watchPage: (listener) => {
        this.page = listener;
        return () => {
          this.page = undefined;
        };
      },
      start: async (how, events) => {
        if (this.fault !== undefined) throw this.fault;
        const engine = new Engine(origin, how, events);
        engine.tell(...this.early);
        this.engines.push(engine);
        return engine;
      },
      over: () => {
        this.isOver = true;
      },
    });
    this.node.hold();
    this.node.ready.then(
      () => this.node.attach(this.view),
      () => {},
    );
  }

  deliver(task: () => void): void {
    if (this.#held === undefined) queueMicrotask(task);
    else this.#held.push(task);
  }

  hang(): void {
    this.#held = [];
  }

  goOn(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const task of held) this.deliver(task);
  }

  /** No code of it runs any more; the browser frees its lock. */
  kill(): void {
    this.hang();
    for (const engine of this.engines) engine.end();
    for (const entry of this.origin.queue.filter(({ tab }) => tab === this)) this.origin.free(entry);
  }

  get engine(): Engine | undefined {
    return this.engines.find(({ isEnded }) => !isEnded);
  }
}

async function openThree(): Promise<{ origin: Origin; tabs: [Tab, Tab, Tab] }> {
  const origin = new Origin();
  const first = origin.open();
  await origin.settle();
  first.engine?.sync(9);
  const tabs: [Tab, Tab, Tab] = [first, origin.open(), origin.open()];
  await origin.settle();
  return { origin, tabs };
}

/** Of three tabs the one with the node is killed. Its newest block, 12, was told to the others and not stored. */
async function openThreeAndKill(): Promise<{ origin: Origin; second: Tab; third: Tab }> {
  const { origin, tabs } = await openThree();
  const [first, second, third] = tabs;
  first.engine?.tell(
    { type: 'tip', tip: tipAt(12) },
    { type: 'signaling', signaling: { named: 1, joined: 1 } },
  );
  await origin.settle();
  first.kill();
  await origin.settle();
  return { origin, second, third };
}

describe('tabs that share a node', () => {
  it('have one, and each is shown what it has at once', async () => {
    const { origin, tabs } = await openThree();
    expect(origin.runningMost).toBe(1);
    for (const { node } of tabs) {
      expect(node.snapshot.tip.height).toBe(9);
      expect(node.snapshot.status.phase).toBe('synced');
      expect(node.snapshot.peers).toEqual([PEER]);
      expect(node.snapshot.identity).toBe('a key');
    }
    tabs[0].engine?.tell({ type: 'tip', tip: tipAt(10) });
    await origin.settle();
    for (const { view } of tabs) expect(view.heights.at(-1)).toBe(10);
  });

  it('pass their calls on, and get the answer or the fault', async () => {
    const { tabs } = await openThree();
    const [first, second] = tabs;
    expect(await second.node.call('header', [7])).toBe('header of 7');
    await expect(second.node.call('block', ['x'])).rejects.toMatchObject({ code: 'BLOCK_BUSY' });
    expect(first.engine?.calls).toEqual(['header(7)', 'block(x)']);
  });

  it('wait for a leader that is still starting, and are shown what it has when it has started', async () => {
    const origin = new Origin();
    const [first, second] = [origin.open(), origin.open()];
    const answer = second.node.call('header', [1]);
    await origin.settle();
    expect(await answer).toBe('header of 1');
    expect(second.node.snapshot.tip.height).toBe(5);
    expect([first.engines.length, second.engines.length]).toEqual([1, 0]);
  });
});

describe('a leader that is killed', () => {
  it('has a successor at once, with no peer meanwhile and no height lost', async () => {
    const { origin, second, third } = await openThreeAndKill();
    expect(origin.runningMost).toBe(1);
    expect(second.engine?.snapshot.tip.height).toBe(9);
    for (const { node, view } of [second, third]) {
      expect(node.snapshot.tip.height).toBe(12);
      expect(node.snapshot.status).toMatchObject({ phase: 'connecting', peers: 0 });
      expect(node.snapshot.signaling).toEqual({ named: 1, joined: 0 });
      expect(view.notices).toContainEqual({
        type: 'peer',
        change: { kind: 'disconnected', id: PEER.id },
        peers: [],
      });
    }
    second.engine?.tell({ type: 'tip', tip: tipAt(11) }, { type: 'status', status: statusOf('syncing', 1) });
    second.engine?.sync(13);
    await origin.settle();
    for (const { view } of [second, third]) {
      expect(view.heights).toEqual([12, 13]);
      expect(view.phases.at(-1)).toBe('synced');
    }
  });

  it('and whose newest block no peer has: the tip of the network is shown once the successor is synced', async () => {
    const { origin, second, third } = await openThreeAndKill();
    second.engine?.sync(10);
    await origin.settle();
    for (const { view } of [second, third]) expect(view.heights).toEqual([12, 10]);
  });

  it('while calls are open: each is repeated at the successor, in its order, and says so', async () => {
    const { origin, tabs } = await openThree();
    const [first, second, third] = tabs;
    if (first.engine !== undefined) first.engine.answers = false;
    const calls = [third.node.call('sendTransaction', ['tx']), third.node.call('mempool', [])];
    await origin.settle();
    first.kill();
    expect(await Promise.all(calls)).toEqual([{ id: 'id of tx' }, 'mempool of ']);
    expect(second.engine?.calls).toEqual(['sendTransaction(tx) again', 'mempool() again']);
  });

  it('before it has stored what was sent: who sent it gives it to the successor, until a block has it', async () => {
    const { origin, tabs } = await openThree();
    const [first, second, third] = tabs;
    await third.node.call('sendTransaction', ['mined']);
    await third.node.call('sendTransaction', ['pending']);
    first.engine?.tell(
      { type: 'transaction', id: 'id of pending', state: { kind: 'pending' } },
      { type: 'transaction', id: 'id of mined', state: { kind: 'confirmed', count: 1 } },
    );
    await origin.settle();
    first.kill();
    await origin.settle();
    expect(second.engine?.calls).toEqual(['sendTransaction(pending)']);
  });

  it('while its successor cannot start a node: that tab says so, and the next one leads', async () => {
    const { origin, tabs } = await openThree();
    const [first, second, third] = tabs;
    second.fault = new LightNodeError('WORKER_FAILED');
    first.kill();
    await origin.settle();
    expect(second.view.crashes).toEqual(['WORKER_FAILED']);
    expect(second.isOver).toBe(true);
    expect(third.engine).toBeDefined();
  });
});

describe('a leader that does not answer', () => {
  it('is replaced after some looks, and follows when it goes on', async () => {
    const { origin, tabs } = await openThree();
    const [first, second, third] = tabs;
    first.hang();
    await origin.pass(4500);
    expect([second.engines.length, third.engines.length]).toEqual([0, 0]);
    await origin.pass(4000);
    const leaders = [second, third].filter(({ engine }) => engine !== undefined);
    expect(leaders).toHaveLength(1);
    expect(leaders[0]?.engine?.how.isTheft).toBe(true);
    leaders[0]?.engine?.sync(20);
    await origin.settle();
    first.goOn();
    await origin.settle();
    expect(first.engine).toBeUndefined();
    expect(origin.running).toBe(1);
    expect(first.view.phases.slice(-2)).toEqual(['connecting', 'synced']);
    expect(first.view.heights.at(-1)).toBe(20);
    expect(await first.node.call('header', [3])).toBe('header of 3');
  });

  it('keeps the lead if it answers, however little happens', async () => {
    const { origin, tabs } = await openThree();
    await origin.pass(60_000);
    expect(tabs.map(({ engines }) => engines.length)).toEqual([1, 0, 0]);
  });

  it('and tells what is old news: it is not shown', async () => {
    const { origin, tabs } = await openThree();
    const [first, second, third] = tabs;
    const old = first.engine;
    first.hang();
    await origin.pass(9000);
    // The worker goes on while the page hangs, and the page posts what it has said before it notices anything.
    old?.tell({ type: 'tip', tip: tipAt(99) });
    await origin.settle();
    for (const { view } of [second, third]) expect(view.heights).not.toContain(99);
  });

  it('and loses the database first: it follows', async () => {
    const { origin, tabs } = await openThree();
    const [first, second] = tabs;
    first.engine?.events.fenced();
    await origin.settle();
    expect(first.engine).toBeUndefined();
    expect(second.engine).toBeDefined();
    expect(first.node.snapshot.tip.height).toBe(9);
  });
});

describe('a page that is left or frozen', () => {
  it('hands the lead over, and is no more told of as fresh', async () => {
    const { origin, tabs } = await openThree();
    const [first, second] = tabs;
    first.page?.suspended();
    await origin.settle();
    expect(origin.runningMost).toBe(1);
    expect(second.engine).toBeDefined();
    expect(first.view.phases.at(-1)).toBe('connecting');
    second.engine?.sync(15);
    first.page?.restored();
    await origin.settle();
    expect(first.engine).toBeUndefined();
    expect(first.view.heights.at(-1)).toBe(15);
    expect(first.view.phases.at(-1)).toBe('synced');
  });

  it('is not given the lead, though it waited for it longest', async () => {
    const { origin, tabs } = await openThree();
    const [first, second, third] = tabs;
    second.page?.suspended();
    first.kill();
    await origin.settle();
    expect(second.engine).toBeUndefined();
    expect(third.engine).toBeDefined();
  });

  it('that shares with nobody leaves its peers, and comes back to them', async () => {
    const tab = new Tab(new Origin(), '0', true);
    await tab.origin.settle();
    tab.page?.suspended();
    expect(tab.engine?.isResting).toBe(true);
    tab.page?.restored();
    expect(tab.engine?.calls).toEqual(['resume()']);
  });

  it('that is seen again has the leader look for what is new', async () => {
    const { origin, tabs } = await openThree();
    tabs[2].page?.resumed();
    await origin.settle();
    expect(tabs[0].engine?.calls).toEqual(['resume()']);
  });
});

describe('the end', () => {
  it('of a leader: another one leads; calls that are made afterwards are refused', async () => {
    const { origin, tabs } = await openThree();
    const [first, second] = tabs;
    await first.node.release(first.view);
    await origin.settle();
    expect(first.isOver).toBe(true);
    expect(second.engine).toBeDefined();
    expect(origin.runningMost).toBe(1);
    await expect(first.node.call('mempool', [])).rejects.toMatchObject({ code: 'NODE_CLOSED' });
  });

  it('comes with the last of those that hold it', async () => {
    const origin = new Origin();
    const { node } = origin.open();
    node.hold();
    await origin.settle();
    await node.release();
    expect(origin.running).toBe(1);
    await node.release();
    expect(origin.running).toBe(0);
    expect(origin.tabs[0]?.page).toBeUndefined();
  });

  it('during the start: nothing is left behind', async () => {
    const origin = new Origin();
    const tab = origin.open();
    const closing = tab.node.release();
    await origin.settle();
    await closing;
    expect(origin.running).toBe(0);
    expect(origin.queue).toEqual([]);
  });

  it('goes on if the lead is lost meanwhile: no other node is started', async () => {
    const origin = new Origin();
    const tab = origin.open();
    await origin.settle();
    const [engine] = tab.engines;
    if (engine === undefined) throw new Error('no node was started');
    let isClosed = (): void => {};
    engine.closing = new Promise((resolve) => {
      isClosed = resolve;
    });
    const released = tab.node.release(tab.view);
    engine.events.fenced();
    await origin.settle();
    isClosed();
    await released;
    expect(tab.engines).toHaveLength(1);
    expect(origin.running).toBe(0);
    expect(origin.queue).toEqual([]);
  });

  it('of a node that cannot be started: whoever waits for it is told why', async () => {
    const origin = new Origin();
    const tab = new Tab(origin, '0');
    tab.fault = new RangeError('network');
    await expect(tab.node.ready).rejects.toBe(tab.fault);
    expect(origin.queue).toEqual([]);
  });

  it('of a node that breaks: its tab says so, and the others go on with another', async () => {
    const { origin, tabs } = await openThree();
    const [first, second, third] = tabs;
    first.engine?.tell({ type: 'error', code: 'NODE_BROKEN', detail: '' });
    expect(first.view.notices.at(-1)).toMatchObject({ code: 'NODE_BROKEN' });
    await first.node.release(first.view);
    await origin.settle();
    for (const { view } of [second, third])
      expect(view.notices.filter(({ type }) => type === 'error')).toEqual([]);
    expect(second.engine).toBeDefined();
  });
});

describe('a call', () => {
  it('that is not answered in two minutes ends: TAB_SILENT', async () => {
    const { origin, tabs } = await openThree();
    const [first, second] = tabs;
    if (first.engine !== undefined) first.engine.answers = false;
    const answer = second.node.call('header', [1]);
    const fault = expect(answer).rejects.toMatchObject({ code: 'TAB_SILENT' });
    await origin.pass(120_000);
    await fault;
  });

  it('whose arguments cannot be copied is refused', async () => {
    const { tabs } = await openThree();
    await expect(tabs[1].node.call('header', [() => {}])).rejects.toMatchObject({ name: 'DataCloneError' });
  });

  it('of a name that is not listed is not performed', async () => {
    const { origin, tabs } = await openThree();
    const [first, second] = tabs;
    second.node.call('close' as 'resume', []).catch(() => {});
    await origin.settle();
    expect(first.engine?.calls).toEqual([]);
  });
});

describe('errors', () => {
  it('of a start, which nobody could hear, come to the first view of each tab', async () => {
    const origin = new Origin();
    const tab = origin.open();
    tab.early = [{ type: 'error', code: 'STORE_CORRUPT', detail: '' }];
    const other = origin.open();
    await origin.settle();
    for (const { view } of [tab, other])
      expect(view.notices.filter(({ type }) => type === 'error')).toEqual(tab.early);
  });
});
