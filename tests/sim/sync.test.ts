import {
  type ChainFamily,
  type HeaderBatch,
  MemoryStore,
  type Message,
  type NodeNotice,
  type Phase,
} from '@vision-light/protocol';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  FAILURES_BEFORE_PAUSE,
  LEADER_SLICE_MS,
  PAUSE_MS,
  POW_RETRIES_MAX,
  REQUEST_TIMEOUT_MIN_MS,
  STALLED_AFTER_MS,
  SUBMISSIONS_MAX,
  UNPROVEN_CLAIMS_MAX,
} from '../../packages/protocol/src/limits.js';
import { answerFrom, serve } from './scripted-chain.js';
import { answerPings, Stranger } from './stranger.js';
import { genesisTime, VisionChain, visionSim } from './vision-chain.js';
import { type SimNode, World } from './world.js';

const startWallTime = genesisTime + 1_000_000;
const family = visionSim;

const main = new VisionChain();
main.mine({ count: 5000 });
const work = main.tree.chainwork(main.tree.tip);

function submit(node: SimNode, batch: HeaderBatch, ticket = 0): void {
  node.driver.push({ type: 'command', command: { kind: 'submit', batch, ticket } });
}

/** A node that has the main chain up to a height. */
async function addFull(world: World, id: string, height = 5000): Promise<SimNode> {
  const node = world.add(id, { family, isGateway: true });
  await world.run(world.now + 50);
  submit(node, main.tree.batch(1, height));
  await world.run(world.now + 60_000, () => node.core.tip.height === height);
  expect(node.core.tip.height).toBe(height);
  return node;
}

function phases(node: SimNode): Phase[] {
  const all = node.noticed('status').map(({ status }) => status.phase);
  return all.filter((phase, i) => phase !== all[i - 1]);
}

const rejects = (notices: readonly NodeNotice[]): (string | undefined)[] =>
  notices.flatMap((notice) =>
    notice.type === 'peer' && notice.change.kind === 'disconnected' ? [notice.change.code] : [],
  );

/** 24,000 headers of the least work there is. */
let long: HeaderBatch;

beforeAll(() => {
  const chain = new VisionChain();
  long = chain.mine({ count: 24_000, timeOf: (height) => genesisTime + 25 * height, miner: 'long' });
});

/** Fewer headers than the long chain has, and more work. */
const heavy = new VisionChain();

beforeAll(() => {
  while (heavy.tree.chainwork(heavy.tree.tip) < 30_000n)
    heavy.mine({ count: 1, timeOf: (height) => genesisTime + height });
});

/** Serves a chain one answer after the other, each just before it would be called late. */
function oneByOne(chain: HeaderBatch): (message: Message, self: Stranger) => void {
  let busyUntil = 0;
  return (message, self) => {
    answerPings(message, self);
    if (message.type !== 'getHeaders') return;
    const { now } = self.world;
    busyUntil = Math.max(busyUntil, now) + 2900;
    self.world.after(busyUntil - now, () => self.say(answerFrom(family, chain, message)));
  };
}

describe('header sync', () => {
  it('goes through connecting, syncing and synced, and is closed at the end', async () => {
    const world = new World(startWallTime);
    await addFull(world, 'full', 1000);
    const node = world.add('node', { family });
    await world.run(world.now + 1000);
    world.connect('node', 'full');
    await world.run(world.now + 20_000);
    expect(node.core.status).toMatchObject({
      phase: 'synced',
      peers: 1,
      bestPeerHeight: 1000,
      progress: 1,
      storedHeight: 1000,
    });
    expect(node.core.peers()).toMatchObject([{ id: 'full', kind: 'gateway', height: 1000 }]);
    expect(node.core.peers()[0]?.rttMs).toBeCloseTo(2 * world.latencyMs);
    // Made like every node of the world: it keeps no bodies, and does what every node does beside headers.
    expect(node.core.peers()[0]?.services).toEqual(['transactions', 'compactBlocks']);
    node.driver.push({ type: 'command', command: { kind: 'close' } });
    await world.run(world.now + 1000);
    expect(phases(node)).toEqual(['connecting', 'syncing', 'synced', 'closed']);
    expect(node.noticed('closed').length).toBe(1);
    expect(node.core.nextWake()).toBeUndefined();
  });

  it('stores full answers as they came, and finds them again', async () => {
    const world = new World(startWallTime);
    await addFull(world, 'full');
    const store = new MemoryStore();
    let encoded = 0;
    const counting: ChainFamily = {
      ...family,
      encodeBatch(writer, batch) {
        encoded += batch.count;
        family.encodeBatch(writer, batch);
      },
    };
    const node = world.add('node', { family: counting, store });
    await world.run(world.now + 1000);
    world.connect('node', 'full');
    await world.run(world.now + 30_000);
    expect(node.core.status.storedHeight).toBe(5000);
    // Two answers were full; of the third there are a thousand.
    expect(encoded).toBe(1000);
    world.kill('node');
    const again = world.add('again', { family, store });
    await world.run(world.now + 1000);
    expect(again.core.tip).toEqual(node.core.tip);
    expect(again.noticed('error')).toEqual([]);
  });

  it('writes what is left before it closes, with peers still wanted', async () => {
    const world = new World(startWallTime);
    const node = world.add('node', { family });
    await world.run(100);
    new Stranger(world, 'peer', node).hello();
    submit(node, main.tree.batch(1, 30));
    await world.run(world.now + 20, () => node.core.tip.height === 30);
    node.driver.push({ type: 'command', command: { kind: 'close' } });
    node.driver.push({ type: 'command', command: { kind: 'close' } });
    expect(node.noticed('closed')).toEqual([]);
    // Nothing but the answer of the disk is waited for.
    expect(node.core.nextWake()).toBeUndefined();
    await world.run(world.now + 100);
    expect(node.noticed('closed').length).toBe(1);
    expect(node.core.status.storedHeight).toBe(30);
  });

  it('lets another peer lead when the leader falls silent', async () => {
    const world = new World(startWallTime);
    const node = world.add('node', { family });
    await world.run(100);
    let answers = 0;
    const silent = new Stranger(world, 'silent', node, (message, self) => {
      if (message.type !== 'getHeaders' || answers++ < 1) serve(family, main.batch)(message, self);
    });
    silent.hello({ height: 5000, chainwork: work + 1n });
    await world.run(world.now + 50);
    new Stranger(world, 'spare', node, serve(family, main.batch)).hello({ height: 5000, chainwork: work });
    await world.run(world.now + REQUEST_TIMEOUT_MIN_MS + 3000);
    expect(node.core.tip.height).toBe(5000);
    expect(silent.heard('getHeaders').length).toBeGreaterThan(1);
  });

  it('pauses a peer that never answers, then parts with it; the last one is kept', async () => {
    const world = new World(startWallTime);
    const node = world.add('node', { family });
    await world.run(100);
    const last = new Stranger(world, 'last', node);
    last.hello({ height: 9, chainwork: 10n });
    await world.run(world.now + FAILURES_BEFORE_PAUSE * REQUEST_TIMEOUT_MIN_MS * 2);
    expect([last.rejectedWith, last.heard('getHeaders').length >= 6]).toEqual([undefined, true]);
    expect(node.core.status.phase).toBe('syncing');
    await world.run(world.now + STALLED_AFTER_MS);
    expect(node.core.status.phase).toBe('stalled');
    const other = new Stranger(world, 'other', node);
    other.hello({ height: 9, chainwork: 10n });
    await world.run(world.now + 3 * PAUSE_MS);
    expect([last.rejectedWith, other.rejectedWith].filter((code) => code !== undefined)).toEqual([
      'PEER_UNRESPONSIVE',
    ]);
    // While one claims more than is verified, the node does not call itself synced, paused or not.
    expect(phases(node)).toEqual(['connecting', 'syncing', 'stalled']);
  });

  it('wins an honest chain against a peer that claims much and shows nothing', async () => {
    const world = new World(startWallTime);
    const node = world.add('node', { family });
    await world.run(100);
    const liar = new Stranger(world, 'liar', node, (message, self) => {
      answerPings(message, self);
      if (message.type === 'getHeaders')
        self.say({
          type: 'headers',
          requestId: message.requestId,
          parent: family.genesis.hash,
          count: 0,
          payload: new Uint8Array(0),
        });
    });
    liar.hello({ height: 1e9, chainwork: 1n << 200n });
    new Stranger(world, 'honest', node, serve(family, main.batch)).hello({ height: 5000, chainwork: work });
    await world.run(world.now + 5000);
    expect(node.core.status).toMatchObject({ phase: 'synced', bestPeerHeight: 5000 });
  });

  it('wins an honest chain against a peer that streams a long worthless branch without end', async () => {
    const { tipHeight } = heavy.tree;
    const world = new World(genesisTime + 25 * 40_000);
    const node = world.add('node', { family });
    await world.run(100);
    const streamer = new Stranger(world, 'streamer', node, oneByOne(long));
    streamer.hello({ height: 1e6, chainwork: 1n << 200n });
    const honest = new Stranger(world, 'honest', node, serve(family, heavy.batch));
    honest.hello({ height: tipHeight, chainwork: heavy.tree.chainwork(heavy.tree.tip) });
    await world.run(world.now + LEADER_SLICE_MS + 3000);
    expect(streamer.heard('getHeaders').length).toBeGreaterThan(9);
    expect(node.core.tip).toMatchObject({
      height: tipHeight,
      chainwork: heavy.tree.chainwork(heavy.tree.tip),
    });
    expect(node.noticed('reorg').length).toBe(1);
  });

  it('keeps its leader beyond a slice if there is no other, without spinning', async () => {
    const world = new World(genesisTime + 25 * 40_000);
    const node = world.add('node', { family });
    await world.run(100);
    const slow = new Stranger(world, 'slow', node, oneByOne(long));
    slow.hello({ height: 24_000, chainwork: 24_001n });
    await world.run(world.now + LEADER_SLICE_MS + 15_000);
    expect(node.core.tip.height).toBe(24_000);
    expect(slow.heard('getHeaders').length).toBe(13);
  });

  it('is stopped by failing hashers, says so, blames nobody, and tries again later', async () => {
    const world = new World(startWallTime);
    let isBroken = true;
    let hashings = 0;
    const node = world.add('node', {
      family,
      hash: (job) => {
        hashings++;
        return isBroken ? undefined : world.pow.run(job);
      },
    });
    await world.run(100);
    const peer = new Stranger(world, 'peer', node, serve(family, main.batch));
    peer.hello({ height: 5000, chainwork: work });
    await world.run(world.now + PAUSE_MS - 1000);
    expect(node.noticed('error').map(({ code }) => code)).toEqual(['POW_UNAVAILABLE']);
    expect(peer.rejectedWith).toBeUndefined();
    expect(hashings).toBeLessThanOrEqual(4 * (POW_RETRIES_MAX + 1));
    isBroken = false;
    await world.run(world.now + PAUSE_MS);
    expect(node.core.tip.height).toBe(5000);
  });

  it('answers a submission with what became of it: UNKNOWN_PARENT, SUBMIT_BUSY, TREE_FULL', async () => {
    const world = new World(startWallTime);
    const node = world.add('node', { family, hash: () => undefined });
    submit(node, main.tree.batch(1, 1), 1);
    await world.run(100);
    submit(node, main.tree.batch(9, 1), 2);
    for (let ticket = 3; ticket < 4 + SUBMISSIONS_MAX; ticket++) submit(node, main.tree.batch(1, 5), ticket);
    await world.run(world.now + 2000);
    const codes = new Map(node.noticed('submitted').map(({ ticket, code }) => [ticket, code]));
    expect([codes.get(1), codes.get(2), codes.get(3), codes.get(3 + SUBMISSIONS_MAX)]).toEqual([
      'SUBMIT_BUSY',
      'UNKNOWN_PARENT',
      'POW_UNAVAILABLE',
      'SUBMIT_BUSY',
    ]);
    expect(codes.size).toBe(3 + SUBMISSIONS_MAX);
  });

  it('does not call itself synced beside a branch that there is no room for, and says BRANCH_REFUSED once', async () => {
    const world = new World(startWallTime);
    const node = await addFull(world, 'node', 4000);
    // Room for a few headers only beside the best chain stands for a branch of 32,768.
    const { insertChecked } = node.core.tree;
    node.core.tree.insertChecked = function (...args) {
      const isSide = args[2] !== this.tip;
      return isSide && this.sideCount >= 100
        ? { kind: 'rejected', code: 'TREE_FULL', detail: '' }
        : insertChecked.apply(this, args);
    };
    const side = new VisionChain();
    side.mine({ count: 3900, miner: 'side' });
    const peer = new Stranger(world, 'side', node, serve(family, side.batch));
    peer.hello({ height: 3900, chainwork: 1n << 100n });
    for (let i = 1; i <= UNPROVEN_CLAIMS_MAX; i++) {
      world.after(1000 * i, () =>
        peer.say({
          type: 'announce',
          height: 3900 + i,
          hash: new Uint8Array(32).fill(i),
          prev: family.genesis.hash,
        }),
      );
    }
    await world.run(world.now + 10_000);
    expect(node.noticed('error').map(({ code }) => code)).toEqual(['BRANCH_REFUSED']);
    expect(node.core.status).toMatchObject({ phase: 'syncing', reason: 'BRANCH_REFUSED' });
    // The reason is ours, so the peer stays; but it is not asked for the branch again and again.
    const { length } = peer.heard('getHeaders');
    await world.run(world.now + 60_000);
    expect(peer.heard('getHeaders').length).toBe(length);
    expect(node.core.status).toMatchObject({ phase: 'stalled', reason: 'BRANCH_REFUSED' });
    expect(rejects(node.notices)).toEqual([]);
  });

  it('passes an announcement on from one to the next, and to one that is just saying hello', async () => {
    const world = new World(startWallTime);
    const nodes = [
      await addFull(world, 'a', 100),
      world.add('b', { family }),
      world.add('c', { family }),
    ] as const;
    await world.run(world.now + 100);
    world.connect('a', 'b');
    world.connect('b', 'c');
    await world.run(world.now + 5000);
    submit(nodes[0], main.tree.batch(101, 1));
    await world.run(world.now + 400);
    expect(nodes.map(({ core }) => core.tip.height)).toEqual([101, 101, 101]);
    // Its hello is under way while the tip moves.
    const late = new Stranger(world, 'late', nodes[0]);
    submit(nodes[0], main.tree.batch(102, 1));
    await world.run(world.now + 15);
    expect(nodes[0].core.tip.height).toBe(102);
    late.hello();
    await world.run(world.now + 100);
    expect(late.heard('hello')[0]?.height).toBe(101);
    expect(late.heard('announce').at(-1)?.height).toBe(102);
  });

  it('serves the chain from pages alone once the gateway is gone', async () => {
    const world = new World(startWallTime);
    await addFull(world, 'gateway', 3000);
    for (const id of ['a', 'b']) world.add(id, { family });
    await world.run(world.now + 100);
    world.connect('a', 'gateway');
    world.connect('b', 'a');
    await world.run(world.now + 10_000);
    world.kill('gateway');
    const page = world.add('c', { family });
    await world.run(world.now + 100);
    world.connect('c', 'a');
    world.connect('c', 'b');
    await world.run(world.now + 10_000);
    expect(page.core.tip.height).toBe(3000);
    expect(page.core.status.phase).toBe('synced');
    page.checker.checkAll();
  });

  it('answers getHeaders from the first common header on, up to stop, and past its end with nothing', async () => {
    const world = new World(startWallTime);
    const node = await addFull(world, 'node', 100);
    const peer = new Stranger(world, 'peer', node);
    peer.hello();
    const hash = (height: number): Uint8Array => main.tree.hash(main.tree.at(height) as number).slice();
    const ask = (
      requestId: number,
      locator: Uint8Array[],
      skip: number,
      max: number,
      stop?: Uint8Array,
    ): Message => ({ type: 'getHeaders', requestId, locator, skip, max, stop });
    peer.say(
      ask(1, [new Uint8Array(32), hash(60), hash(0)], 0, 5),
      ask(2, [hash(60)], 10, 2000, hash(75)),
      ask(3, [hash(100)], 0, 10),
      ask(4, [hash(50)], 2 ** 52, 10),
      ask(5, [], 0, 1),
      ask(6, [hash(60)], 0, 10, hash(3)),
    );
    await world.run(world.now + 100);
    const answers = peer.heard('headers').map(({ requestId, parent, count }) => [requestId, parent, count]);
    expect(answers).toEqual([
      [1, hash(60), 5],
      [2, hash(70), 5],
      [3, hash(100), 0],
      [4, hash(100), 0],
      [5, hash(0), 1],
      [6, hash(60), 0],
    ]);
  });

  it('looks for peers at once, ever more seldom, and not in a flood when they come and go', async () => {
    const world = new World(startWallTime);
    const node = world.add('node', { family });
    await world.run(60_000);
    expect(node.searches).toBeGreaterThanOrEqual(4);
    expect(node.searches).toBeLessThanOrEqual(7);
    const before = node.searches;
    for (let i = 0; i < 100; i++) {
      const peer = new Stranger(world, `p${i}`, node);
      peer.hello({ version: 9 });
      await world.run(world.now + 100);
    }
    expect(node.searches - before).toBeLessThanOrEqual(7);
  });
});
