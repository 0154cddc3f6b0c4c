/** Block bodies in simulated networks: followed, fetched on demand, served, and refused when they are wrong. */
import {
  type BlockResult,
  FOLLOWED_BLOCKS,
  type HeaderBatch,
  MemoryStore,
  type Message,
  SERVICE_ARCHIVE,
  SERVICE_GATEWAY,
  type StoreFault,
} from '@vision-light/protocol';
import { describe, expect, it } from 'vitest';
import { ORPHANS_PER_PEER_MAX } from '../../packages/protocol/src/limits.js';
import { listBodies, readBody, writeBodies } from '../store-access.js';
import { answerFrom } from './scripted-chain.js';
import { answerPings, Stranger } from './stranger.js';
import { type MadeBody, makeBody } from './vision-bodies.js';
import { genesisTime, VisionChain, visionSim } from './vision-chain.js';
import { type SimNode, World } from './world.js';

const family = visionSim;
const HEIGHT = 200;
const made = new Map<number, MadeBody>();
const bodyAt = (height: number): MadeBody => {
  const known = made.get(height) ?? makeBody(height, 1 + (height % 5));
  made.set(height, known);
  return known;
};
const chain = new VisionChain();
chain.mine({ count: HEIGHT, txRootOf: (height) => bodyAt(height).txRoot });
const hashAt = (height: number): Uint8Array => chain.tree.hash(chain.tree.at(height) as number).slice();
const bodies = (from: number, count: number): Uint8Array[] =>
  Array.from({ length: count }, (_, i) => bodyAt(from + i).body);

/** A copy of the chain up to a height, to go on from. */
function chainUpTo(height: number): VisionChain {
  const copy = new VisionChain();
  for (let h = 1; h <= height; h++) {
    const slot = chain.tree.at(h) as number;
    copy.tree.insertChecked(chain.tree.record(slot), chain.tree.hash(slot), copy.tree.tip);
  }
  return copy;
}

function newWorld(): World {
  return new World(genesisTime + 5 * HEIGHT + 1000);
}

/** A node with the chain and all of its bodies. */
async function addFull(world: World, id: string, store = new MemoryStore()): Promise<SimNode> {
  const node = world.add(id, { family, store, isGateway: true, followedBlocks: Number.POSITIVE_INFINITY });
  await world.run(world.now + 100);
  give(node, chain.tree.batch(1, HEIGHT), bodies(1, HEIGHT));
  await world.run(world.now + 5000, () => node.core.tip.height === HEIGHT);
  await world.run(world.now + 1000);
  return node;
}

function give(node: SimNode, batch: HeaderBatch, own: readonly Uint8Array[]): void {
  node.driver.push({ type: 'command', command: { kind: 'submit', batch, bodies: own, ticket: 0 } });
}

/** What becomes of a request for one block. */
async function ask(world: World, node: SimNode, hash: Uint8Array, forMs = 70_000): Promise<BlockResult> {
  const ticket = world.now * 1000 + node.noticed('block').length;
  const answer = (): BlockResult | undefined =>
    node.noticed('block').find((notice) => notice.ticket === ticket)?.result;
  node.driver.push({ type: 'command', command: { kind: 'block', hash, ticket } });
  await world.run(world.now + forMs, () => answer() !== undefined);
  const result = answer();
  if (result === undefined) throw new Error('no answer');
  return result;
}

function stored(store: MemoryStore): Promise<number> {
  return listBodies(store).then(({ length }) => length);
}

/** A stranger with the chain, and whatever bodies `bodyOf` gives; silent where it gives undefined. */
function archive(
  world: World,
  node: SimNode,
  id: string,
  bodyOf: (height: number) => Uint8Array | 'notFound' | undefined,
): Stranger {
  const heights = new Map(Array.from({ length: HEIGHT + 1 }, (_, h) => [family.hashToHex(hashAt(h)), h]));
  const stranger = new Stranger(world, id, node, (message, self) => {
    answerPings(message, self);
    if (message.type === 'getHeaders') self.say(answerFrom(family, chain.batch, message));
    if (message.type !== 'getBlocks') return;
    const { requestId } = message;
    for (const hash of message.hashes) {
      const body = bodyOf(heights.get(family.hashToHex(hash)) as number);
      if (body === 'notFound') self.say({ type: 'notFound', requestId, hashes: [hash.slice()] });
      else if (body !== undefined) self.say({ type: 'blocks', requestId, hash: hash.slice(), body });
    }
  });
  const chainwork = chain.tree.chainwork(chain.tree.tip);
  stranger.hello({ height: HEIGHT, chainwork, services: SERVICE_GATEWAY + SERVICE_ARCHIVE });
  return stranger;
}

const good = (height: number): Uint8Array => bodyAt(height).body;

describe('a node that follows bodies', () => {
  it('keeps the newest, drops those that grow old, and serves them to others', async () => {
    const world = newWorld();
    const full = await addFull(world, 'full');
    const store = new MemoryStore();
    const page = world.add('page', { family, store });
    await world.run(world.now + 100);
    world.connect('page', 'full');
    await world.run(world.now + 60_000, () => page.core.blocks.stored.size === FOLLOWED_BLOCKS);
    await world.run(world.now + 1000);
    expect(await stored(store)).toBe(FOLLOWED_BLOCKS);
    const more = makeBody(9999, 3);
    const next = chainUpTo(HEIGHT);
    give(full, next.mine({ count: 1, txRootOf: () => more.txRoot }), [more.body]);
    await world.run(world.now + 5000);
    expect(page.core.tip.height).toBe(HEIGHT + 1);
    expect(await stored(store)).toBe(FOLLOWED_BLOCKS);
    expect(await readBody(store, hashAt(HEIGHT - FOLLOWED_BLOCKS + 1))).toBeUndefined();
    expect(await readBody(store, next.tree.hash(next.tree.tip))).toEqual(more.body);
    // The other one is gone: a third gets the bodies of a page.
    world.kill('full');
    const third = world.add('third', { family });
    await world.run(world.now + 100);
    world.connect('third', 'page');
    await world.run(world.now + 60_000, () => third.core.blocks.stored.size === FOLLOWED_BLOCKS);
    expect(third.core.blocks.stored.size).toBe(FOLLOWED_BLOCKS);
    expect(page.core.metrics().vision_p2p_blocks_sent_total).toBe(FOLLOWED_BLOCKS);
    expect(third.core.metrics()).toMatchObject({
      vision_p2p_blocks_received_total: FOLLOWED_BLOCKS,
      vision_p2p_inflight_blocks: 0,
    });
  });

  it('asks for nothing and keeps nothing at 0, and removes what was kept before', async () => {
    const world = newWorld();
    await addFull(world, 'full');
    const store = new MemoryStore();
    await writeBodies(store, { put: [{ hash: hashAt(HEIGHT), body: good(HEIGHT) }], remove: [] });
    const page = world.add('page', { family, store, followedBlocks: 0 });
    await world.run(world.now + 100);
    world.connect('page', 'full');
    await world.run(world.now + 10_000);
    expect(page.core.tip.height).toBe(HEIGHT);
    expect(page.core.metrics().vision_p2p_blocks_received_total).toBe(0);
    expect(await stored(store)).toBe(0);
  });

  it('goes on from what is stored: a reload fetches nothing twice', async () => {
    const world = newWorld();
    await addFull(world, 'full');
    const store = new MemoryStore();
    const page = world.add('page', { family, store });
    await world.run(world.now + 100);
    world.connect('page', 'full');
    await world.run(world.now + 60_000, () => page.core.blocks.stored.size === FOLLOWED_BLOCKS);
    await world.run(world.now + 2000);
    world.kill('page');
    const again = world.add('again', { family, store });
    await world.run(world.now + 100);
    world.connect('again', 'full');
    await world.run(world.now + 10_000);
    expect(again.core.blocks.stored.size).toBe(FOLLOWED_BLOCKS);
    expect(again.core.metrics().vision_p2p_blocks_received_total).toBe(0);
  });

  it('as an archive fetches all there are from another one, and serves any of them', async () => {
    const world = newWorld();
    await addFull(world, 'full');
    const store = new MemoryStore();
    const second = world.add('second', {
      family,
      store,
      isGateway: true,
      followedBlocks: Number.POSITIVE_INFINITY,
    });
    await world.run(world.now + 100);
    world.connect('second', 'full');
    await world.run(world.now + 60_000, () => second.core.blocks.stored.size === HEIGHT);
    await world.run(world.now + 1000);
    expect(await stored(store)).toBe(HEIGHT);
    expect(await readBody(store, hashAt(1))).toEqual(good(1));
  });

  it('does not ask for what this side gave it, whoever comes', async () => {
    const world = newWorld();
    const first = await addFull(world, 'first');
    const second = await addFull(world, 'second');
    world.connect('first', 'second');
    await world.run(world.now + 10_000);
    for (const { core } of [first, second])
      expect(core.metrics()).toMatchObject({ vision_p2p_peers: 1, vision_p2p_blocks_received_total: 0 });
  });

  it('has a new block after one trip more than its header: the announcer is asked for both at once', async () => {
    const world = newWorld();
    const full = await addFull(world, 'full');
    const page = world.add('page', { family });
    await world.run(world.now + 100);
    world.connect('page', 'full');
    await world.run(world.now + 60_000, () => page.core.blocks.stored.size === FOLLOWED_BLOCKS);
    const more = makeBody(777, 2);
    const next = chainUpTo(HEIGHT);
    const begin = world.now;
    give(full, next.mine({ count: 1, txRootOf: () => more.txRoot }), [more.body]);
    await world.run(
      world.now + 5000,
      () => page.core.metrics().vision_p2p_blocks_received_total === FOLLOWED_BLOCKS + 1,
    );
    // Hash, announcement, request, answer; a header first would cost a round trip of 40 ms more.
    expect(world.now - begin).toBeLessThan(3 * 20 + 20);
    await world.run(world.now + 1000);
    expect(page.core.metrics()).toMatchObject({
      vision_p2p_orphans: 0,
      // It came while its proof of work was being computed.
      vision_p2p_orphans_inserted_total: 1,
      vision_p2p_orphans_adopted_total: 1,
      vision_p2p_orphans_resolved_total: 1,
      vision_p2p_dupes_dropped_total: 0,
    });
  });

  it('passes a new block on along a line of nodes without waiting for retries', async () => {
    const world = newWorld();
    const full = await addFull(world, 'full');
    const line = ['p1', 'p2', 'p3', 'p4'].map((id) => world.add(id, { family }));
    await world.run(world.now + 100);
    for (const [i, { id }] of line.entries()) world.connect(id, i === 0 ? 'full' : `p${i}`);
    const last = line.at(-1) as SimNode;
    await world.run(world.now + 120_000, () =>
      line.every(({ core }) => core.blocks.stored.size === FOLLOWED_BLOCKS),
    );
    await world.run(world.now + 30_000);
    const more = makeBody(778, 2);
    const next = chainUpTo(HEIGHT);
    const begin = world.now;
    const before = last.core.metrics().vision_p2p_blocks_received_total;
    give(full, next.mine({ count: 1, txRootOf: () => more.txRoot }), [more.body]);
    await world.run(world.now + 5000, () => last.core.metrics().vision_p2p_blocks_received_total > before);
    expect(world.now - begin).toBeLessThan(4 * (3 * 20 + 20));
  });

  it('drops the bodies of a branch that was abandoned, and fetches those of the other', async () => {
    const world = newWorld();
    const other = chainUpTo(HEIGHT - 5);
    const otherBodies = Array.from({ length: 8 }, (_, i) => makeBody(5000 + i, 2));
    const branch = other.mine({
      count: 8,
      miner: 'other',
      txRootOf: (height) => (otherBodies[height - HEIGHT + 4] as MadeBody).txRoot,
    });
    await addFull(world, 'full');
    const rival = await addFull(world, 'rival');
    give(
      rival,
      branch,
      otherBodies.map(({ body }) => body),
    );
    await world.run(world.now + 1000);
    expect(rival.core.tip.height).toBe(HEIGHT + 3);
    const store = new MemoryStore();
    const page = world.add('page', { family, store });
    await world.run(world.now + 100);
    world.connect('page', 'full');
    await world.run(world.now + 60_000, () => page.core.blocks.stored.size === FOLLOWED_BLOCKS);
    world.connect('page', 'rival');
    await world.run(world.now + 10_000);
    expect(page.noticed('reorg').length).toBe(1);
    for (const [i, { body }] of otherBodies.entries())
      expect(await readBody(store, branch.hashes.subarray(32 * i, 32 * i + 32))).toEqual(body);
  });
});

describe('a block on demand', () => {
  it('comes from the store if it is there, else from a peer; unknown ones are said to be', async () => {
    const world = newWorld();
    const full = await addFull(world, 'full');
    const page = world.add('page', { family, followedBlocks: 0 });
    await world.run(world.now + 100);
    world.connect('page', 'full');
    await world.run(world.now + 5000);
    expect(await ask(world, page, hashAt(3))).toEqual({ ok: true, height: 3, body: good(3) });
    expect(await ask(world, full, hashAt(3))).toEqual({ ok: true, height: 3, body: good(3) });
    expect(await ask(world, page, new Uint8Array(32).fill(7))).toEqual({ ok: false, code: 'BLOCK_UNKNOWN' });
    // Genesis has no transactions, which its header says.
    expect(await ask(world, page, hashAt(0))).toEqual({ ok: true, height: 0, body: Uint8Array.of(0) });
  });

  it('is checked again when it comes from the store, and fetched anew if it is damaged or gone', async () => {
    const world = newWorld();
    await addFull(world, 'full');
    const store = new MemoryStore();
    const page = world.add('page', { family, store });
    await world.run(world.now + 100);
    world.connect('page', 'full');
    await world.run(world.now + 60_000, () => page.core.blocks.stored.size === FOLLOWED_BLOCKS);
    await world.run(world.now + 1000);
    const [damaged, gone] = [HEIGHT - 20, HEIGHT - 21];
    await writeBodies(store, { put: [{ hash: hashAt(damaged), body: good(gone) }], remove: [hashAt(gone)] });
    for (const height of [damaged, gone]) {
      expect(await ask(world, page, hashAt(height))).toMatchObject({ ok: true, body: good(height) });
      await world.run(world.now + 1000);
      expect(await readBody(store, hashAt(height))).toEqual(good(height));
    }
  });

  it('fails with BLOCK_UNAVAILABLE once every peer has said no, and after a minute without peers', async () => {
    const world = newWorld();
    const page = world.add('page', { family, followedBlocks: 0 });
    await world.run(world.now + 100);
    const stranger = archive(world, page, 'poor', () => 'notFound');
    await world.run(world.now + 5000);
    const begin = world.now;
    expect(await ask(world, page, hashAt(9))).toEqual({ ok: false, code: 'BLOCK_UNAVAILABLE' });
    expect(world.now - begin).toBeLessThan(1000);
    world.disconnect('page', stranger.id);
    page.driver.push({ type: 'peerDisconnected', peer: stranger.id });
    const alone = world.now;
    expect(await ask(world, page, hashAt(9))).toEqual({ ok: false, code: 'BLOCK_UNAVAILABLE' });
    expect(world.now - alone).toBe(60_000);
  });

  it('is refused with BLOCK_BUSY above 64 at once', async () => {
    const world = newWorld();
    const page = world.add('page', { family, followedBlocks: 0 });
    await world.run(world.now + 100);
    archive(world, page, 'silent', () => undefined);
    await world.run(world.now + 5000);
    for (let i = 0; i < 65; i++)
      page.driver.push({ type: 'command', command: { kind: 'block', hash: hashAt(1 + i), ticket: i } });
    expect(page.noticed('block').map(({ ticket, result }) => [ticket, result])).toEqual([
      [64, { ok: false, code: 'BLOCK_BUSY' }],
    ]);
  });
});

describe('a peer', () => {
  it('that sends a wrong body is sent away with its code, and another one is asked', async () => {
    const world = newWorld();
    const page = world.add('page', { family, followedBlocks: 0 });
    await world.run(world.now + 100);
    const liar = archive(world, page, 'liar', (height) => good(height === 9 ? 10 : height));
    await world.run(world.now + 5000);
    world.after(100, () => archive(world, page, 'honest', good));
    expect(await ask(world, page, hashAt(9))).toMatchObject({ ok: true, body: good(9) });
    expect(liar.rejectedWith).toBe('BODY_ROOT_MISMATCH');
  });

  it('that sends a body nobody asked for, or one twice, is sent away: PEER_UNSOLICITED', async () => {
    const world = newWorld();
    const page = world.add('page', { family, followedBlocks: 0 });
    await world.run(world.now + 100);
    const pushy = archive(world, page, 'pushy', good);
    await world.run(world.now + 5000);
    pushy.say({ type: 'blocks', requestId: 1, hash: hashAt(5), body: good(5) });
    await world.run(world.now + 1000);
    expect(pushy.rejectedWith).toBe('PEER_UNSOLICITED');
    const twice = archive(world, page, 'twice', good);
    await world.run(world.now + 1000);
    expect(await ask(world, page, hashAt(6))).toMatchObject({ ok: true });
    twice.say({ type: 'blocks', requestId: 1, hash: hashAt(6), body: good(6) });
    await world.run(world.now + 1000);
    expect(twice.rejectedWith).toBe('PEER_UNSOLICITED');
    const denier = archive(world, page, 'denier', good);
    await world.run(world.now + 1000);
    denier.say({ type: 'notFound', requestId: 1, hashes: [hashAt(7)] });
    await world.run(world.now + 1000);
    expect(denier.rejectedWith).toBe('PEER_UNSOLICITED');
  });

  it('that never gives a body is asked less and less, and sent away when it is not the last', async () => {
    const world = newWorld();
    const page = world.add('page', { family });
    await world.run(world.now + 100);
    const silent = archive(world, page, 'silent', () => undefined);
    await world.run(world.now + 5000);
    archive(world, page, 'honest', good);
    await world.run(world.now + 60_000);
    expect(page.core.blocks.stored.size).toBe(FOLLOWED_BLOCKS);
    // More at once than the other one may be asked for.
    for (let round = 0; round < 10 && silent.rejectedWith === undefined; round++) {
      for (let height = 1; height <= 60; height++)
        page.driver.push({
          type: 'command',
          command: { kind: 'block', hash: hashAt(height), ticket: height },
        });
      await world.run(world.now + 20_000);
    }
    expect(page.noticed('block').every(({ result }) => result.ok)).toBe(true);
    expect(silent.rejectedWith).toBe('PEER_UNRESPONSIVE');
    expect(page.links.has('honest')).toBe(true);
  });

  it('that announces the same again and again pays for it: PEER_FLOOD', async () => {
    const world = newWorld();
    const page = world.add('page', { family });
    await world.run(world.now + 100);
    const echo = archive(world, page, 'echo', good);
    await world.run(world.now + 60_000);
    const known = {
      type: 'announce',
      height: HEIGHT,
      hash: hashAt(HEIGHT),
      prev: hashAt(HEIGHT - 1),
    } as const;
    for (let i = 0; i < 50; i++) echo.say(known);
    await world.run(world.now + 1000);
    expect(echo.rejectedWith).toBe('PEER_FLOOD');
    expect(page.core.metrics().vision_p2p_dupes_dropped_total).toBeGreaterThan(30);
  });

  it.each([
    ['a wrong body', good(1), 'BODY_ROOT_MISMATCH'],
    ['no body', undefined, undefined],
  ] as const)('that names a block first, with %s, keeps nobody from it', async (_, body, code) => {
    const world = newWorld();
    const miner = world.add('miner', { family, isGateway: true });
    const page = world.add('page', { family });
    await world.run(world.now + 100);
    give(miner, chain.tree.batch(1, HEIGHT - 1), bodies(1, HEIGHT - 1));
    world.connect('miner', 'page');
    await world.run(world.now + 30_000);
    expect(page.core.tip.height).toBe(HEIGHT - 1);
    const liar = new Stranger(world, 'liar', page, (message, self) => {
      answerPings(message, self);
      if (message.type !== 'getBlocks' || body === undefined) return;
      for (const hash of message.hashes)
        self.say({ type: 'blocks', requestId: message.requestId, hash: hash.slice(), body });
    });
    liar.hello();
    liar.say({ type: 'announce', height: HEIGHT, hash: hashAt(HEIGHT), prev: hashAt(HEIGHT - 1) });
    await world.run(world.now + 1000);
    expect(liar.heard('getBlocks').length).toBe(1);
    expect(page.core.blocks.orphans.size).toBe(body === undefined ? 0 : 1);
    give(miner, chain.tree.batch(HEIGHT, 1), bodies(HEIGHT, 1));
    await world.run(world.now + 10_000);
    expect(page.core.tip.height).toBe(HEIGHT);
    expect(await ask(world, page, hashAt(HEIGHT), 100)).toMatchObject({ ok: true, body: good(HEIGHT) });
    expect(liar.rejectedWith).toBe(code);
  });

  it('that announces invented blocks and sends bodies for them fills no more than its share', async () => {
    const world = newWorld();
    const page = world.add('page', { family });
    await world.run(world.now + 100);
    archive(world, page, 'honest', good);
    await world.run(world.now + 60_000);
    const answer = (message: Message, self: Stranger): void => {
      answerPings(message, self);
      if (message.type !== 'getBlocks') return;
      for (const hash of message.hashes)
        self.say({ type: 'blocks', requestId: message.requestId, hash: hash.slice(), body: good(1) });
    };
    const inventor = new Stranger(world, 'inventor', page, answer);
    inventor.hello();
    for (let i = 0; i < 100; i++)
      world.after(100 * i, () =>
        inventor.say({
          type: 'announce',
          height: HEIGHT + 1,
          hash: world.random.bytes(32),
          prev: world.random.bytes(32),
        }),
      );
    let most = 0;
    for (let i = 0; i < 120; i++) {
      await world.run(world.now + 100);
      most = Math.max(most, page.core.blocks.orphans.size);
    }
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(ORPHANS_PER_PEER_MAX);
    // Its headers never come, so it is sent away, and with it what it had brought.
    for (let i = 1; i <= 20; i++)
      world.after(6000 * i, () => {
        if (inventor.isConnected)
          inventor.say({
            type: 'announce',
            height: HEIGHT + 1,
            hash: world.random.bytes(32),
            prev: world.random.bytes(32),
          });
      });
    await world.run(world.now + 120_000);
    expect(inventor.rejectedWith).toBe('PEER_UNRESPONSIVE');
    expect(page.core.metrics()).toMatchObject({ vision_p2p_orphans: 0, vision_p2p_orphans_adopted_total: 0 });
    expect(page.core.metrics().vision_p2p_orphans_resolved_total).toBe(
      page.core.metrics().vision_p2p_orphans_inserted_total,
    );
  });
});

describe('a page that slept', () => {
  it('does not hold against a peer what it could not hear, and asks for nothing again', async () => {
    const world = newWorld();
    const page = world.add('page', { family });
    await world.run(world.now + 100);
    let isSilent = true;
    const slow = archive(world, page, 'slow', (height) => (isSilent ? undefined : good(height)));
    await world.run(world.now + 5000, () => slow.heard('getBlocks').length > 0);
    const { download } = page.core.blocks;
    const window = download.windowOf('slow')?.size;
    expect(page.core.peers()).toMatchObject([{ id: 'slow', services: ['archive'], bodyWindow: window }]);
    const { inFlight } = download;
    expect(inFlight).toBeGreaterThan(0);
    // Long enough for every deadline to pass; its timer fires when it comes back.
    world.sleep('page');
    await world.run(world.now + 20_000);
    isSilent = false;
    world.wakeUp('page');
    expect(download.inFlight).toBe(inFlight);
    expect(download.windowOf('slow')?.size).toBe(window);
    await world.run(world.now + 1000);
    const asked = slow
      .heard('getBlocks')
      .flatMap(({ hashes }) => hashes.map((hash) => family.hashToHex(hash)));
    expect(new Set(asked).size).toBe(asked.length);
  });
});

describe('a store', () => {
  it('that is full: what was seen is not fetched again because another archive comes', async () => {
    const world = newWorld();
    const page = world.add('page', { family, writeFault: () => 'STORE_QUOTA' });
    await world.run(world.now + 100);
    archive(world, page, 'first', good);
    await world.run(world.now + 30_000);
    expect(page.core.metrics().vision_p2p_blocks_received_total).toBe(FOLLOWED_BLOCKS);
    const second = archive(world, page, 'second', good);
    await world.run(world.now + 30_000);
    expect(second.isConnected).toBe(true);
    expect(page.core.metrics().vision_p2p_blocks_received_total).toBe(FOLLOWED_BLOCKS);
  });

  it('that is full: bodies are checked and shown, not kept, and not fetched again and again', async () => {
    const world = newWorld();
    await addFull(world, 'full');
    const page = world.add('page', { family, writeFault: () => 'STORE_QUOTA' });
    await world.run(world.now + 100);
    world.connect('page', 'full');
    await world.run(world.now + 60_000);
    expect(page.core.blocks.stored.size).toBe(0);
    expect(page.core.metrics().vision_p2p_blocks_received_total).toBe(FOLLOWED_BLOCKS);
    expect(page.noticed('error').map(({ code }) => code)).toEqual(['STORE_QUOTA']);
    expect(await ask(world, page, hashAt(HEIGHT))).toMatchObject({ ok: true, body: good(HEIGHT) });
  });

  it('that failed and was emptied afterwards gets the bodies that it had not taken', async () => {
    const world = newWorld();
    await addFull(world, 'full');
    let fault: StoreFault | undefined = 'STORE_FAILED';
    const page = world.add('page', { family, writeFault: () => fault });
    await world.run(world.now + 100);
    world.connect('page', 'full');
    await world.run(world.now + 30_000);
    expect(page.core.blocks.stored.size).toBe(0);
    fault = undefined;
    const store = new MemoryStore();
    page.emptyStore(store);
    await world.run(world.now + 30_000);
    expect(page.core.blocks.stored.size).toBe(FOLLOWED_BLOCKS);
    expect(await store.list('bodies')).toHaveLength(FOLLOWED_BLOCKS);
  });
});
