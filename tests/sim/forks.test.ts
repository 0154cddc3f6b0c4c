import { type HeaderBatch, MemoryStore, type StoreFault } from '@vision-light/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  HELD_HEADERS_MAX,
  HELD_HEADERS_PER_PEER_MAX,
  STORE_RETRY_MS,
} from '../../packages/protocol/src/limits.js';
import { loadChain, writeWhole } from '../store-access.js';
import { part, serve } from './scripted-chain.js';
import { answerPings, Stranger } from './stranger.js';
import { genesisTime, VisionChain, visionSim } from './vision-chain.js';
import { type SimNode, World } from './world.js';

const family = visionSim;
const startWallTime = genesisTime + 100_000;
const hex = (batch: HeaderBatch, index: number): string =>
  family.hashToHex(batch.hashes.subarray(index * 32, index * 32 + 32));

let world: World;
beforeEach(() => {
  world = new World(startWallTime);
});

async function submit(node: SimNode, batch: HeaderBatch): Promise<void> {
  const before = node.noticed('submitted').length;
  node.driver.push({ type: 'command', command: { kind: 'submit', batch, ticket: before } });
  await world.run(world.now + 20_000, () => node.noticed('submitted').length > before);
  expect(node.noticed('submitted').at(-1)).toMatchObject({ accepted: batch.count });
}

async function start(...ids: string[]): Promise<SimNode[]> {
  const nodes = ids.map((id) => world.add(id, { family }));
  await world.run(world.now + 100);
  return nodes;
}

describe('two partitions that meet again', () => {
  for (const [name, common] of [
    ['after a common part', 40],
    ['from genesis on', 0],
  ] as const) {
    it(`agree on the heavier chain, with one reorg each where it changed: ${name}`, async () => {
      const [left, middle, right] = (await start('left', 'middle', 'right')) as [SimNode, SimNode, SimNode];
      world.connect('left', 'middle');
      const light = new VisionChain();
      const heavy = new VisionChain();
      const shared = light.mine({ count: common });
      for (let i = 0; i < common; i++) {
        const one = part(family, shared, i, i + 1);
        heavy.tree.insertChecked(one.records, one.hashes, heavy.tree.tip);
      }
      if (common > 0) for (const node of [left, right]) await submit(node, shared);
      const losing = light.mine({ count: 7, miner: 'light' });
      const winning = heavy.mine({ count: 9, miner: 'heavy' });
      await submit(left, losing);
      await submit(right, winning);
      await world.run(world.now + 3000);
      expect(middle.core.tip.height).toBe(common + 7);
      world.connect('middle', 'right');
      await world.run(world.now + 10_000);
      for (const node of [left, middle, right]) {
        expect(node.core.tip).toMatchObject({ height: common + 9, hash: hex(winning, 8) });
        expect(node.core.status.phase).toBe('synced');
        node.checker.checkAll();
      }
      for (const node of [left, middle]) {
        expect(node.noticed('reorg').length).toBe(1);
        const { reorg } = node.noticed('reorg')[0] as {
          reorg: {
            ancestor: { height: number };
            disconnected: readonly { hash: string; height: number }[];
            connected: readonly { hash: string; height: number }[];
          };
        };
        expect(reorg.ancestor.height).toBe(common);
        expect(reorg.disconnected.map(({ hash }) => hash)).toEqual(
          Array.from({ length: 7 }, (_, i) => hex(losing, i)),
        );
        // The tip moved over at the first header with more work; what follows merely extends it.
        const connected = reorg.connected.map(({ hash }) => hash);
        expect(connected).toEqual(Array.from({ length: connected.length }, (_, i) => hex(winning, i)));
        expect(connected.length).toBe(8);
      }
      expect(right.noticed('reorg')).toEqual([]);
    });
  }

  it('stay apart while the work is the same: the first seen stays', async () => {
    const [left, right] = (await start('left', 'right')) as [SimNode, SimNode];
    const a = new VisionChain().mine({ count: 3, miner: 'a' });
    const b = new VisionChain().mine({ count: 3, miner: 'b' });
    await submit(left, a);
    await submit(right, b);
    world.connect('left', 'right');
    await world.run(world.now + 60_000);
    expect([left.core.tip.hash, right.core.tip.hash]).toEqual([hex(a, 2), hex(b, 2)]);
    expect([left.core.status.phase, right.core.status.phase]).toEqual(['synced', 'synced']);
    expect(left.links.has('right')).toBe(true);
  });
});

describe('headers ahead of the clock', () => {
  it('are held, not punished, and taken and passed on when they are due', async () => {
    const [node, friend] = (await start('node', 'friend')) as [SimNode, SimNode];
    world.connect('node', 'friend');
    const chain = new VisionChain();
    const now = (): number => Math.floor(world.wallTime);
    const due = now() + 30;
    const batch = chain.mine({
      count: 12,
      timeOf: (height) => (height === 11 ? due : genesisTime + 5 * height),
    });
    const peer = new Stranger(world, 'early', node, serve(family, batch));
    peer.hello({ height: 12, chainwork: chain.tree.chainwork(chain.tree.tip) });
    await world.run(world.now + 3000);
    expect([node.core.tip.height, friend.core.tip.height, peer.rejectedWith]).toEqual([10, 10, undefined]);
    // What waits for the clock is not verified up to the tip. One peer's header says little of our clock.
    expect(node.core.status).toMatchObject({ phase: 'syncing', reason: 'HEADERS_AHEAD' });
    expect(node.core.status.progress).toBeLessThan(1);
    // A header is due when it is at most 10 s ahead.
    await world.run(world.now + 16_000);
    expect(node.core.tip.height).toBe(10);
    await world.run(world.now + 2500);
    expect([node.core.tip.height, friend.core.tip.height]).toEqual([12, 12]);
    expect(world.wallTime).toBeLessThan(due - 7);
    expect(node.core.status.phase).toBe('synced');
    expect(peer.rejectedWith).toBeUndefined();
  });

  it('are held in bounds: 64 of one peer, 512 in all', async () => {
    const [node] = (await start('node')) as [SimNode];
    const due = Math.floor(world.wallTime) + 600;
    const chain = new VisionChain().mine({ count: 80, timeOf: () => due });
    const peer = new Stranger(world, 'early', node, serve(family, chain));
    peer.hello({ height: 80, chainwork: 1n << 40n });
    await world.run(world.now + 700_000, () => node.core.tip.height > 0);
    // What did not fit is asked for again, once it is announced.
    expect(node.core.tip.height).toBe(HELD_HEADERS_PER_PEER_MAX);
    expect(HELD_HEADERS_MAX).toBe(8 * HELD_HEADERS_PER_PEER_MAX);
    const hash = chain.hashes.slice(-32);
    peer.say({ type: 'announce', height: 80, hash, prev: chain.hashes.slice(-64, -32) });
    await world.run(world.now + 3000);
    expect(node.core.tip.height).toBe(80);
    expect(peer.rejectedWith).toBeUndefined();
  });

  it('are refused when they are more than two hours ahead', async () => {
    const [node] = (await start('node')) as [SimNode];
    const due = Math.floor(world.wallTime) + 3 * 3600;
    const chain = new VisionChain().mine({
      count: 3,
      timeOf: (height) => (height === 3 ? due : genesisTime + 5 * height),
    });
    const peer = new Stranger(world, 'far', node, serve(family, chain));
    peer.hello({ height: 3, chainwork: 1n << 40n });
    await world.run(world.now + 3000);
    expect([node.core.tip.height, peer.rejectedWith]).toEqual([2, 'HEADER_TIME_TOO_NEW']);
  });
});

describe('storage', () => {
  const chain = new VisionChain();
  const batch = chain.mine({ count: 5000 });
  const tip = hex(batch, 4999);

  async function feed(node: SimNode): Promise<void> {
    new Stranger(world, `source of ${node.id}`, node, serve(family, batch)).hello({
      height: 5000,
      chainwork: chain.tree.chainwork(chain.tree.tip),
    });
    await world.run(world.now + 30_000, () => node.core.status.storedHeight === 5000);
  }

  describe('of a page that is killed', () => {
    const heights: number[] = [];

    it.each(Array.from({ length: 10 }, (_, index) => 53 + 189 * index))(
      'after %i ms holds a valid chain',
      async (ms) => {
        const store = new MemoryStore();
        const page = world.add('page', { family, store });
        await world.run(world.now + 10);
        new Stranger(world, 'source', page, serve(family, batch)).hello({
          height: 5000,
          chainwork: chain.tree.chainwork(chain.tree.tip),
        });
        await world.run(world.now + ms);
        world.kill('page');
        const again = world.add('again', { family, store });
        await world.run(world.now + 2000);
        expect(again.noticed('error')).toEqual([]);
        const { height, hash } = (again.noticed('ready')[0] as { tip: { height: number; hash: string } }).tip;
        if (height > 0) expect(hash).toBe(hex(batch, height - 1));
        heights.push(height);
      },
    );

    it('was killed before its first headers were stored, and after that', () => {
      expect(Math.min(...heights)).toBe(0);
      expect(Math.max(...heights)).toBeGreaterThan(1999);
    });
  });

  it('that is damaged is noticed (STORE_CORRUPT), fetched anew and repaired', async () => {
    const store = new MemoryStore();
    const page = world.add('page', { family, store });
    await world.run(world.now + 10);
    await feed(page);
    world.kill('page');
    const stored = await loadChain(store);
    const damaged = new MemoryStore();
    const [first, second, third] = stored.journal;
    if (first === undefined || second === undefined || third === undefined) throw new Error('three entries');
    const bytes = second.bytes.slice();
    bytes[45] = (bytes[45] as number) ^ 4;
    await writeWhole(damaged, { ...stored, journal: [first, { ...second, bytes }, third] });
    const again = world.add('again', { family, store: damaged });
    await world.run(world.now + 2000);
    expect(again.noticed('error').map(({ code }) => code)).toEqual(['STORE_CORRUPT']);
    const kept = again.core.tip.height;
    expect(kept).toBeGreaterThanOrEqual(2000);
    expect(kept).toBeLessThan(4000);
    await feed(again);
    world.kill('again');
    const last = world.add('third', { family, store: damaged });
    await world.run(world.now + 2000);
    expect([last.core.tip.hash, last.noticed('error')]).toEqual([tip, []]);
  });

  it('that cannot be read is said so (STORE_DENIED), and the node works from memory', async () => {
    const node = world.add('node', {
      family,
      loadFault: () => 'STORE_DENIED',
      writeFault: () => 'STORE_DENIED',
    });
    await world.run(world.now + 10);
    await feed(node);
    expect(node.noticed('error').map(({ code }) => code)).toEqual(['STORE_DENIED']);
    expect([node.core.tip.hash, node.core.status.storedHeight]).toEqual([tip, 0]);
  });

  it('that is full is said so once (STORE_QUOTA), then whatever else happens (STORE_FAILED), and tried again', async () => {
    const store = new MemoryStore();
    let fault: StoreFault | undefined = 'STORE_QUOTA';
    const node = world.add('node', { family, store, writeFault: () => fault });
    await world.run(world.now + 10);
    await feed(node);
    await world.run(world.now + 2 * STORE_RETRY_MS);
    expect(node.noticed('error').map(({ code }) => code)).toEqual(['STORE_QUOTA']);
    fault = 'STORE_FAILED';
    await world.run(world.now + 2 * STORE_RETRY_MS);
    expect(node.noticed('error').map(({ code }) => code)).toEqual(['STORE_QUOTA', 'STORE_FAILED']);
    fault = undefined;
    await world.run(world.now + 2 * STORE_RETRY_MS);
    expect(node.core.status.storedHeight).toBe(5000);
    const again = world.add('again', { family, store });
    await world.run(world.now + 2000);
    expect(again.core.tip.hash).toBe(tip);
  });

  it('that was emptied under the page is filled again, and is said to hold nothing until it does', async () => {
    const page = world.add('page', { family });
    await world.run(world.now + 10);
    await feed(page);
    await world.run(world.now + 2000);
    expect(page.core.status.storedHeight).toBe(5000);
    const store = new MemoryStore();
    page.emptyStore(store);
    expect(page.core.status.storedHeight).toBe(0);
    await world.run(world.now + 3000);
    expect([page.core.status.storedHeight, page.noticed('error')]).toEqual([5000, []]);
    world.kill('page');
    const again = world.add('again', { family, store });
    await world.run(world.now + 2000);
    expect([again.core.tip.hash, again.noticed('error')]).toEqual([tip, []]);
  });

  it('that was emptied while it was being read is filled with what was read', async () => {
    const full = new MemoryStore();
    const page = world.add('page', { family, store: full });
    await world.run(world.now + 10);
    await feed(page);
    world.kill('page');
    const store = new MemoryStore();
    const reader = world.add('reader', { family, store: full });
    reader.emptyStore(store);
    await world.run(world.now + 5000);
    expect([reader.core.tip.hash, reader.core.status.storedHeight]).toEqual([tip, 5000]);
    world.kill('reader');
    const again = world.add('again', { family, store });
    await world.run(world.now + 2000);
    expect([again.core.tip.hash, again.noticed('error')]).toEqual([tip, []]);
  });

  it('that could not be read once is not mixed with what is written later', async () => {
    const store = new MemoryStore();
    const page = world.add('page', { family, store });
    await world.run(world.now + 10);
    await feed(page);
    world.kill('page');
    const blind = world.add('blind', { family, store, loadFault: () => 'STORE_FAILED' });
    await world.run(world.now + 5000);
    expect((await loadChain(store)).journal.length).toBe(3);
    await submit(blind, new VisionChain().mine({ count: 3, miner: 'other' }));
    await world.run(world.now + 3000);
    world.kill('blind');
    const again = world.add('again', { family, store });
    await world.run(world.now + 2000);
    expect([again.core.tip.height, again.noticed('error')]).toEqual([3, []]);
  });
});

it('is quiet at rest: a page that is synced wakes for pings alone', async () => {
  const [a, b] = (await start('a', 'b')) as [SimNode, SimNode];
  world.connect('a', 'b');
  await submit(a, new VisionChain().mine({ count: 10 }));
  await world.run(world.now + 10_000);
  const noticesBefore = b.notices.length;
  const peer = new Stranger(world, 'watcher', b, answerPings);
  peer.hello();
  await world.run(world.now + 100_000);
  expect(peer.heard('ping').length).toBeLessThanOrEqual(6);
  expect(b.notices.length - noticesBefore).toBeLessThan(30);
});
