/** Nodes whose chain is stored in many segments: the tip is there at once, and the rest is verified while they work. */
import { MemoryStore, type NodeEventBody, type Status, type StoreFault } from '@vision-light/protocol';
import { describe, expect, it } from 'vitest';
import { chainLayout } from '../../packages/protocol/src/headers/storage/stored-chain.js';
import { type Damage, flipSegment, inflateWork, poisonSegment } from '../damaged-chain.js';
import { loadChain, type WholeChain, writeWhole } from '../store-access.js';
import { makeBody } from './vision-bodies.js';
import { genesisTime, VisionChain, visionSim } from './vision-chain.js';
import { type SimNode, World } from './world.js';

const family = visionSim;
const wallTime = genesisTime + 1_000_000;
const segmentHeaders = 100;
const layout = chainLayout(0, segmentHeaders);
const height = 1030;

const chain = new VisionChain();
chain.mine({ count: height });
const hashAt = (at: number): string => family.hashToHex(chain.tree.hash(chain.tree.at(at) as number));

/** A store that holds the whole chain. */
const stored: Promise<WholeChain> = (async () => {
  const world = new World(wallTime);
  const store = new MemoryStore();
  const node = world.add('writer', { family, store, segmentHeaders });
  await world.run(100);
  submit(node, 1, height);
  await world.run(world.now + 60_000, () => node.core.status.storedHeight === height);
  const whole = await loadChain(store);
  expect([whole.segments.length, whole.journal.length]).toEqual([10, 3]);
  return whole;
})();

function submit(node: SimNode, from: number, to: number): void {
  const batch = chain.tree.batch(from, to - from + 1);
  node.driver.push({ type: 'command', command: { kind: 'submit', batch, ticket: 0 } });
}

async function storeWith(change: Damage = (whole) => whole): Promise<MemoryStore> {
  const store = new MemoryStore();
  await writeWhole(store, change(await stored));
  return store;
}

const isReady = (node: SimNode) => () => node.noticed('ready').length > 0;
const isProven = (node: SimNode) => () => isReady(node)() && node.core.status.verifiedFrom === 0;
const askHeader = (at: number, ticket: number): NodeEventBody => ({
  type: 'command',
  command: { kind: 'header', height: at, ticket },
});

describe('a node with a long stored chain', () => {
  it('is ready at the tip with little read and hashed, and is verified to the ground afterwards', async () => {
    const world = new World(wallTime);
    const node = world.add('node', { family, store: await storeWith(), segmentHeaders });
    await world.run(world.now + 1000, isReady(node));
    expect(node.noticed('ready')[0]?.tip).toMatchObject({ height, hash: hashAt(height) });
    const first: Status = node.core.status;
    await world.run(world.now + 1);
    const { verifiedFrom } = node.core.status;
    expect([first.verifiedFrom <= height, verifiedFrom > 900]).toEqual([true, true]);
    expect([node.core.header(verifiedFrom)?.hash, node.core.header(verifiedFrom - 1)]).toEqual([
      hashAt(verifiedFrom),
      undefined,
    ]);
    await world.run(world.now + 60_000, isProven(node));
    node.checker.checkAll();
    expect([node.core.tree.baseHeight, node.core.header(1)?.hash, node.noticed('error')]).toEqual([
      0,
      hashAt(1),
      [],
    ]);
    // The application is told that all is verified.
    expect(node.noticed('status').at(-1)?.status.verifiedFrom).toBe(0);
    // Not much more than three headers of each batch.
    expect(node.hashedHeaders).toBeLessThan(height / 2);
  });

  it('answers with a header that is not in memory yet', async () => {
    const world = new World(wallTime);
    const node = world.add('node', { family, store: await storeWith(), segmentHeaders });
    await world.run(world.now + 1000, isReady(node));
    for (const [ticket, at] of [150, 0, height, 455, height + 1].entries())
      node.driver.push(askHeader(at, ticket));
    await world.run(world.now + 60_000, () => node.noticed('header').length === 5);
    const answers = new Map(node.noticed('header').map(({ ticket, header }) => [ticket, header]));
    expect([0, 1, 2, 3, 4].map((ticket) => answers.get(ticket)?.hash)).toEqual([
      hashAt(150),
      hashAt(0),
      hashAt(height),
      hashAt(455),
      undefined,
    ]);
    // The two segments were verified before all others.
    expect(node.core.status.verifiedFrom).toBeGreaterThan(500);
  });

  it('lets a newcomer wait until it can serve it, and does not tell it that there is nothing', async () => {
    const world = new World(wallTime);
    const node = world.add('node', { family, store: await storeWith(), segmentHeaders, isGateway: true });
    const fresh = world.add('fresh', { family });
    world.connect('fresh', 'node');
    const phases = new Set<string>();
    await world.run(world.now + 60_000, () => {
      if (fresh.core.status.phase === 'synced') phases.add(`synced at ${fresh.core.tip.height}`);
      return fresh.core.tip.height === height && fresh.core.status.phase === 'synced';
    });
    expect([...phases]).toEqual([`synced at ${height}`]);
    expect([fresh.links.size, node.links.size, fresh.noticed('error')]).toEqual([1, 1, []]);
    expect(node.core.status.verifiedFrom).toBe(0);
  });

  it('forgets requests that its peers have given up, where the disk does not answer', async () => {
    const world = new World(wallTime);
    let isStuck = false;
    const loadFault = (): StoreFault | undefined => (isStuck ? 'STORE_FAILED' : undefined);
    const node = world.add('node', {
      family,
      store: await storeWith(),
      loadFault,
      segmentHeaders,
      isGateway: true,
    });
    await world.run(world.now + 1000, isReady(node));
    isStuck = true;
    world.add('fresh', { family });
    world.connect('fresh', 'node');
    // Pauses and further attempts: were they all kept, the newcomer would be taken for one that floods.
    await world.run(world.now + 300_000);
    expect(node.noticed('peer').filter(({ change }) => change.code === 'PEER_FLOOD')).toEqual([]);
    expect(node.core.status.verifiedFrom).toBeGreaterThan(0);
  });

  it('syncs what is missing at once, whatever is still to be verified', async () => {
    const world = new World(wallTime);
    const full = world.add('full', { family, isGateway: true });
    await world.run(100);
    const more = new VisionChain();
    more.mine({ count: height });
    more.mine({ count: 300 });
    const batch = more.tree.batch(1, height + 300);
    full.driver.push({ type: 'command', command: { kind: 'submit', batch, ticket: 0 } });
    await world.run(world.now + 60_000, () => full.core.tip.height === height + 300);
    const node = world.add('node', { family, store: await storeWith(), segmentHeaders });
    world.connect('node', 'full');
    await world.run(world.now + 60_000, () => node.core.tip.height === height + 300);
    expect(node.core.status.verifiedFrom).toBeGreaterThan(0);
    await world.run(world.now + 60_000, isProven(node));
    await world.run(world.now + 60_000, () => node.core.status.storedHeight === height + 300);
    expect(node.noticed('error')).toEqual([]);
  });
});

describe('a node with a damaged stored chain', () => {
  const cases: [what: string, change: Damage, left: number][] = [
    ['a segment at depth', flipSegment(3), 300],
    ['the lowest segment', flipSegment(0), 0],
    ['true table and poisoned bytes', poisonSegment(layout, 5), 500],
    ['true bytes and a table that says more work', inflateWork(layout), 0],
  ];

  it.each(cases)(
    '%s: says so once, keeps its peers, and fetches anew what rests on it',
    async (_, change, left) => {
      const world = new World(wallTime);
      const full = world.add('full', { family, isGateway: true });
      await world.run(100);
      submit(full, 1, height);
      await world.run(world.now + 60_000, () => full.core.tip.height === height);
      const store = await storeWith(change);
      const tips: number[] = [];
      const node = world.add('node', { family, store, segmentHeaders });
      await world.run(world.now + 1000, isReady(node));
      expect(node.core.tip.height).toBe(height);
      world.connect('node', 'full');
      const isFound = (): boolean => node.noticed('error').length > 0;
      await world.run(world.now + 60_000, isFound);
      tips.push(node.core.tip.height);
      await world.run(world.now + 60_000, () => isProven(node)() && node.core.status.storedHeight === height);
      expect(node.noticed('error').map(({ code }) => code)).toEqual(['STORE_CORRUPT']);
      expect(node.core.tip).toEqual(full.core.tip);
      // Every tip that the application is told of is on the true chain, and the fall is among them.
      const told = node.noticed('tip').map(({ tip }) => tip);
      expect(Math.min(...told.map((tip) => tip.height))).toBeLessThanOrEqual(left === 0 ? height : left + 60);
      for (const { height: at, hash } of told) expect(hash).toBe(hashAt(at));
      expect([node.links.size, full.links.size]).toEqual([1, 1]);
      node.checker.checkAll();
      world.kill('node');
      // What is on disk now is the true chain, as it was written at first.
      const again = world.add('again', { family, store, segmentHeaders });
      await world.run(world.now + 60_000, isProven(again));
      expect([again.core.tip.hash, again.noticed('error')]).toEqual([hashAt(height), []]);
      again.checker.checkAll();
    },
  );
});

describe('the bodies of a node with a long stored chain', () => {
  const kept = 200;
  const bodies = Array.from({ length: height + 1 }, (_, i) => makeBody(i, 1));
  const withBodies = new VisionChain();
  const batch = withBodies.mine({
    count: height,
    txRootOf: (at) => bodies[at - 1]?.txRoot ?? new Uint8Array(32),
  });
  const last = withBodies.mine({ count: 1, txRootOf: () => bodies[height]?.txRoot ?? new Uint8Array(32) });

  async function makeStore(world: World): Promise<MemoryStore> {
    const store = new MemoryStore();
    const options = { family, store, segmentHeaders, followedBlocks: kept };
    const node = world.add('writer', options);
    await world.run(world.now + 100);
    const part = bodies.slice(0, height).map(({ body }) => body);
    node.driver.push({ type: 'command', command: { kind: 'submit', batch, bodies: part, ticket: 0 } });
    await world.run(world.now + 60_000, () => node.core.status.storedHeight === height);
    await world.run(world.now + 2000);
    expect((await store.list('bodies')).length).toBe(kept);
    world.kill('writer');
    return store;
  }

  it('stay, though their headers are not in memory when a block comes', async () => {
    const world = new World(wallTime);
    const store = await makeStore(world);
    const node = world.add('node', { family, store, segmentHeaders, followedBlocks: kept });
    await world.run(world.now + 1000, isReady(node));
    expect(node.core.tree.baseHeight).toBeGreaterThan(height - kept);
    const body = bodies[height]?.body;
    node.driver.push({
      type: 'command',
      command: { kind: 'submit', batch: last, bodies: [body], ticket: 0 },
    });
    await world.run(world.now + 60_000, () => node.core.tip.height > height);
    expect(node.core.tree.baseHeight).toBeGreaterThan(height - kept);
    await world.run(world.now + 60_000, isProven(node));
    await world.run(world.now + 2000);
    expect((await store.list('bodies')).length).toBeGreaterThanOrEqual(kept);
    // All of them are served again.
    const hash = withBodies.tree.hash(withBodies.tree.at(height - kept + 5) as number).slice();
    node.driver.push({ type: 'command', command: { kind: 'block', hash, ticket: 1 } });
    await world.run(world.now + 2000, () => node.noticed('block').length > 0);
    expect(node.noticed('block')[0]?.result.ok).toBe(true);
  });

  it('stay where the chain is fetched anew', async () => {
    const world = new World(wallTime);
    const whole = await makeStore(world);
    const full = world.add('full', { family, isGateway: true });
    await world.run(world.now + 100);
    full.driver.push({ type: 'command', command: { kind: 'submit', batch, ticket: 0 } });
    await world.run(world.now + 60_000, () => full.core.tip.height === height);
    const hashes = await whole.list('bodies');
    const store = await storeWith(flipSegment(2));
    const chainOf = await loadChain(whole);
    await writeWhole(store, flipSegment(2)(chainOf));
    for (const key of hashes)
      await store.write(
        await whole
          .read([{ table: 'bodies', key }])
          .then((records) => records.map((record) => ({ kind: 'put' as const, ...record }))),
      );
    const node = world.add('node', { family, store, segmentHeaders, followedBlocks: kept });
    world.connect('node', 'full');
    await world.run(world.now + 60_000, () => node.noticed('error').length > 0);
    await world.run(world.now + 60_000, () => isProven(node)() && node.core.tip.height === height);
    await world.run(world.now + 2000);
    expect((await store.list('bodies')).length).toBe(kept);
  });
});
