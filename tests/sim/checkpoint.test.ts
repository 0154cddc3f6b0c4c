/** Nodes that begin with a checkpoint: what lies below is fetched, verified backwards and kept; a false one is found out. */
import { HeaderTree, MemoryStore, type OpenCheckpoint } from '@vision-light/protocol';
import { describe, expect, it } from 'vitest';
import { CheckpointMaker, commitmentOf } from '../../packages/protocol/src/headers/below/checkpoint-maker.js';
import {
  chainLayout,
  heightBefore,
  segmentOf,
} from '../../packages/protocol/src/headers/storage/stored-chain.js';
import { CHECKPOINT_CALLS_MAX, CHECKPOINT_DOUBT_MS } from '../../packages/protocol/src/limits.js';
import { flipped } from '../damaged-chain.js';
import { checkpointOf } from './tree-checkpoint.js';
import { genesisTime, mineHeader, VisionChain, visionSim } from './vision-chain.js';
import { type SimNode, type SimNodeOptions, World } from './world.js';

const family = visionSim;
const wallTime = genesisTime + 1_000_000;
const segmentHeaders = 100;
const height = 1030;
const at = 760;

const chain = new VisionChain();
chain.mine({ count: height });

const good = checkpointOf(chain.tree, at);
const hashAt = (of: number): string => family.hashToHex(chain.tree.hash(chain.tree.at(of) as number));

/** A world with full nodes. */
async function worldOf(count: number, options: Partial<SimNodeOptions> = {}): Promise<World> {
  const world = new World(wallTime);
  for (let i = 0; i < count; i++) {
    const node = world.add(`full${i}`, { family, isGateway: true, ...options });
    await world.run(world.now + 50);
    const batch = chain.tree.batch(1, height);
    node.driver.push({ type: 'command', command: { kind: 'submit', batch, ticket: 0 } });
    await world.run(world.now + 60_000, () => node.core.tip.height === height);
  }
  return world;
}

function addNode(world: World, id: string, options: Partial<SimNodeOptions> = {}): SimNode {
  return world.add(id, { family, checkpoint: good, segmentHeaders, ...options });
}

const codes = (node: SimNode): string[] => node.noticed('error').map(({ code }) => code);
const isSynced = (node: SimNode) => () =>
  node.core.tip.height === height && node.core.status.phase === 'synced';
const isProven = (node: SimNode) => () =>
  isSynced(node)() && node.core.checkpointState.checkpoint?.isProven === true;

describe('a node that begins with a checkpoint', () => {
  it('is at it at once, and is synced when it has what is above', async () => {
    const world = await worldOf(1);
    const node = addNode(world, 'node');
    await world.run(world.now + 100, () => node.noticed('ready').length > 0);
    expect(node.noticed('ready')[0]?.tip).toMatchObject({ height: at, hash: hashAt(at) });
    expect(node.core.checkpointState).toEqual({
      checkpoint: {
        height: at,
        hash: hashAt(at),
        time: genesisTime + 5 * at,
        isProven: false,
      },
      isFalse: false,
      verifiedHeaders: 0,
      assumedHeaders: at + 1,
      unknowingPeers: 0,
    });
    world.connect('node', 'full0');
    await world.run(world.now + 60_000, isSynced(node));
    expect(node.core.checkpointState.verifiedHeaders).toBeGreaterThanOrEqual(height - at);
  });

  it('verifies what is below down to genesis, from several peers, and serves it', async () => {
    const world = await worldOf(2);
    const node = addNode(world, 'node', { isGateway: true });
    world.connect('node', 'full0');
    world.connect('node', 'full1');
    await world.run(world.now + 60_000, isProven(node));
    expect(node.core.checkpointState).toMatchObject({
      checkpoint: { isProven: true },
      verifiedHeaders: height + 1,
      assumedHeaders: 0,
    });
    node.checker.checkAll();
    expect([node.core.header(1)?.hash, node.core.status.verifiedFrom, codes(node)]).toEqual([
      hashAt(1),
      0,
      [],
    ]);
    // Every header was hashed here.
    expect(node.hashedHeaders).toBeGreaterThanOrEqual(height);
    expect(world.nodes.get('full0')?.sentBytes).toBeGreaterThan(10_000);
    expect(world.nodes.get('full1')?.sentBytes).toBeGreaterThan(10_000);
    const fresh = world.add('fresh', { family });
    world.connect('fresh', 'node');
    await world.run(world.now + 60_000, isSynced(fresh));
    expect(fresh.core.tip).toEqual(node.core.tip);
  });
});

/** A world with a full node, and the store of a node that was killed there. @param until  when that was */
async function killed(
  until: (world: World, node: SimNode) => Promise<void>,
): Promise<{ world: World; store: MemoryStore }> {
  const world = await worldOf(1);
  const store = new MemoryStore();
  const node = addNode(world, 'node', { store });
  world.connect('node', 'full0');
  await until(world, node);
  world.kill('node');
  return { world, store };
}

/** Goes on until a node has stored something below its checkpoint. */
async function halfway(world: World, node: SimNode): Promise<void> {
  const hasStored = (): boolean => {
    const { checkpoint, assumedHeaders } = node.core.checkpointState;
    return checkpoint?.isProven === false && assumedHeaders < at - 2 * segmentHeaders;
  };
  await world.run(world.now + 60_000, hasStored);
  expect(hasStored()).toBe(true);
  await world.run(world.now + 100, () => !hasStored());
}

/** Goes on until all is verified and stored. */
async function whole(world: World, node: SimNode): Promise<void> {
  await world.run(world.now + 60_000, isProven(node));
  await world.run(world.now + 10_000);
}

async function damageSegment(store: MemoryStore, index: number): Promise<void> {
  const [record] = await store.read([{ table: 'segments', key: index }]);
  if (record === undefined) throw new Error('there is no such segment');
  await store.write([{ kind: 'put', table: 'segments', key: index, value: flipped(record.value) }]);
}

describe('a node that is interrupted', () => {
  it('goes on where it was, without asking again for what it had', async () => {
    const { world, store } = await killed(halfway);
    const again = addNode(world, 'again', { store });
    await world.run(world.now + 1000, () => again.noticed('ready').length > 0);
    const { verifiedFrom } = again.core.status;
    await world.run(world.now + 5000, () => again.core.tree.assumedHeaders <= at + 1 - segmentHeaders);
    expect([verifiedFrom > 0, again.core.tree.assumedHeaders <= at + 1 - segmentHeaders]).toEqual([
      true,
      true,
    ]);
    world.connect('again', 'full0');
    await world.run(world.now + 60_000, isProven(again));
    again.checker.checkAll();
    expect([isProven(again)(), codes(again)]).toEqual([true, []]);
  });

  it('is proven after a reload without any peer, once it was proven and stored', async () => {
    const { world, store } = await killed(whole);
    const again = addNode(world, 'again', { store });
    await world.run(world.now + 1000, () => again.noticed('ready').length > 0);
    expect(again.noticed('ready')[0]?.tip).toMatchObject({ height, hash: hashAt(height) });
    await world.run(world.now + 10_000, () => again.core.checkpointState.checkpoint?.isProven === true);
    expect(again.core.checkpointState).toMatchObject({
      checkpoint: { isProven: true },
      assumedHeaders: 0,
    });
    // Of what was stored a sample is hashed.
    expect(again.hashedHeaders).toBeLessThan(height / 2);
    expect(codes(again)).toEqual([]);
  });

  it.each([0, 3, 7, 8, 9])('heals a store of which segment %i is damaged', async (index) => {
    const { world, store } = await killed(whole);
    await damageSegment(store, index);
    const again = addNode(world, 'again', { store });
    await world.run(world.now + 10_000, () => codes(again).length > 0);
    world.connect('again', 'full0');
    await world.run(world.now + 120_000, () => isProven(again)() && codes(again).length > 0);
    again.checker.checkAll();
    expect([isProven(again)(), codes(again)]).toEqual([true, ['STORE_CORRUPT']]);
    const heights = again.noticed('tip').map(({ tip }) => tip.height);
    expect(heights).toEqual(heights.toSorted((a, b) => a - b));
    await world.run(world.now + 10_000);
    world.kill('again');
    const healed = addNode(world, 'healed', { store });
    await world.run(world.now + 10_000, () => healed.core.checkpointState.checkpoint?.isProven === true);
    expect([healed.core.tip.height, healed.core.checkpointState.assumedHeaders, codes(healed)]).toEqual([
      height,
      0,
      [],
    ]);
  });
});

describe('a segment below the checkpoint that is damaged', () => {
  const layout = chainLayout(at, segmentHeaders);
  const below = Array.from({ length: segmentOf(layout, at) + 1 }, (_, index) => index);

  it.each(below)('costs what is below, and nothing above: segment %i', async (index) => {
    const world = await worldOf(1);
    const store = new MemoryStore();
    const node = addNode(world, 'node', { store });
    world.connect('node', 'full0');
    await world.run(world.now + 60_000, isProven(node));
    await world.run(world.now + 10_000);
    world.kill('node');
    await damageSegment(store, index);
    // Without a peer, so that nothing is fetched: what is stored is all that there is.
    const again = addNode(world, 'again', { store });
    await world.run(world.now + 10_000);
    expect([again.core.tip.height, codes(again)]).toEqual([height, ['STORE_CORRUPT']]);
    const { assumedHeaders } = again.core.checkpointState;
    expect(assumedHeaders).toBeGreaterThan(heightBefore(layout, index + 1));
    world.kill('again');
    const reloaded = addNode(world, 'reloaded', { store });
    await world.run(world.now + 10_000);
    expect([reloaded.core.tip.height, codes(reloaded)]).toEqual([height, []]);
    // The rules look at headers of the damaged segment for some above it, so more goes than that segment.
    const highest = Math.min(at, heightBefore(layout, index + 3));
    expect(reloaded.core.checkpointState.assumedHeaders).toBeLessThanOrEqual(highest + 1);
    world.connect('reloaded', 'full0');
    await world.run(world.now + 60_000, isProven(reloaded));
    expect([isProven(reloaded)(), codes(reloaded)]).toEqual([true, []]);
    reloaded.checker.checkAll();
    await world.run(world.now + 10_000);
    world.kill('reloaded');
    const healed = addNode(world, 'healed', { store });
    await world.run(world.now + 10_000, isProven(healed));
    expect([healed.core.tip.height, healed.core.checkpointState.assumedHeaders]).toEqual([height, 0]);
  });
});

describe('a stored chain', () => {
  const later = checkpointOf(chain.tree, 900);

  it('that begins at genesis is kept when a checkpoint comes, and proves it', async () => {
    const world = await worldOf(1);
    const store = new MemoryStore();
    const node = world.add('node', { family, segmentHeaders, store });
    world.connect('node', 'full0');
    await world.run(world.now + 60_000, () => node.core.status.storedHeight === height);
    world.kill('node');
    const again = addNode(world, 'again', { store });
    await world.run(world.now + 10_000, () => again.core.checkpointState.checkpoint?.isProven === true);
    expect([again.noticed('ready')[0]?.tip.height, again.core.checkpointState.assumedHeaders]).toEqual([
      height,
      0,
    ]);
    expect(again.core.checkpointState.checkpoint?.isProven).toBe(true);
  });

  it.each([
    ['a later', later],
    ['an earlier', checkpointOf(chain.tree, 300)],
  ])('that rests on a checkpoint is kept when %s one comes', async (_, other) => {
    const { world, store } = await killed(halfway);
    const again = addNode(world, 'again', { store, checkpoint: other });
    await world.run(world.now + 1000, () => again.noticed('ready').length > 0);
    expect(again.core.tree.baseHeight).not.toBe(other.base.height);
    world.connect('again', 'full0');
    await world.run(world.now + 60_000, isProven(again));
    expect([isProven(again)(), again.core.checkpointState.checkpoint?.height, codes(again)]).toEqual([
      true,
      other.base.height,
      [],
    ]);
  });

  it('that rests on a checkpoint is of no use to a node without one, until it is verified', async () => {
    const { world, store } = await killed(halfway);
    const genesis = world.add('genesis', { family, store, segmentHeaders });
    await world.run(world.now + 1000, () => genesis.noticed('ready').length > 0);
    expect(genesis.noticed('ready')[0]?.tip.height).toBe(0);
    world.connect('genesis', 'full0');
    await world.run(world.now + 60_000, () => genesis.core.status.storedHeight === height);
    world.kill('genesis');
    const again = world.add('again', { family, store, segmentHeaders });
    const isRead = (): boolean => again.noticed('ready').length > 0 && again.core.status.verifiedFrom === 0;
    await world.run(world.now + 10_000, isRead);
    expect([again.core.tip.height, again.core.checkpointState.assumedHeaders, codes(again)]).toEqual([
      height,
      0,
      [],
    ]);
  });

  it('that is on another branch is dropped for the checkpoint, unless it has shown more work', async () => {
    const rival = new VisionChain();
    rival.mine({ count: 500 });
    rival.mine({ count: 300, miner: 'rival' });
    for (const [count, expected] of [
      [300, ['CHECKPOINT_CONFLICT']],
      [240, []],
    ] as const) {
      const world = await worldOf(1);
      const store = new MemoryStore();
      const node = world.add('rival', { family, segmentHeaders, store });
      await world.run(world.now + 50);
      const batch = rival.tree.batch(1, 500 + count);
      node.driver.push({ type: 'command', command: { kind: 'submit', batch, ticket: 0 } });
      await world.run(world.now + 60_000, () => node.core.status.storedHeight === 500 + count);
      world.kill('rival');
      const checkpoint = checkpointOf(chain.tree, 790);
      const again = addNode(world, 'again', {
        store,
        checkpoint:
          count === 300
            ? {
                ...checkpoint,
                base: { ...checkpoint.base, chainwork: rival.tree.chainwork(rival.tree.tip) + 1n },
              }
            : checkpoint,
      });
      await world.run(world.now + 10_000);
      expect(codes(again)).toEqual(expected);
      if (count === 300) expect(again.core.tip.height).toBe(790);
    }
  });
});

describe('a false checkpoint', () => {
  const { base } = good;
  const falseBase = (changes: Partial<typeof base>): OpenCheckpoint => ({
    ...good,
    base: { ...base, ...changes },
  });

  /** A chain that honest nodes do not have: from a fork on its headers are invented, and their proof of work is false. */
  function invented(): OpenCheckpoint {
    const tree = new HeaderTree(family);
    const fork = 600;
    const { records, hashes } = chain.tree.batch(1, fork);
    for (let i = 0; i < fork; i++)
      tree.insertChecked(
        records.subarray(i * family.recordBytes, (i + 1) * family.recordBytes),
        hashes.subarray(i * 32, i * 32 + 32),
        tree.tip,
      );
    while (tree.tipHeight < at) {
      const { record, hash } = mineHeader(
        tree,
        tree.tip,
        genesisTime + 5 * (tree.tipHeight + 1),
        'liar',
        undefined,
        tree.tipHeight,
      );
      tree.insertChecked(record, hash, tree.tip);
    }
    return checkpointOf(tree, at);
  }

  /** The world of an honest node and one that has the false chain, and serves it. */
  async function findOut(checkpoint: OpenCheckpoint): Promise<SimNode> {
    const world = await worldOf(1);
    const node = addNode(world, 'node', { checkpoint, store: new MemoryStore() });
    world.connect('node', 'full0');
    await world.run(
      world.now + 2 * CHECKPOINT_DOUBT_MS,
      () => codes(node).includes('CHECKPOINT_FALSE') && isSynced(node)(),
    );
    expect(isSynced(node)()).toBe(true);
    node.checker.checkAll();
    return node;
  }

  it('with another root is found out when everything is verified, which stays', async () => {
    const node = await findOut({ ...good, root: new Uint8Array(32) });
    expect(node.noticed('error').map(({ code, detail }) => [code, detail])).toEqual([
      ['CHECKPOINT_FALSE', 'root'],
    ]);
    expect(node.core.checkpointState).toMatchObject({
      isFalse: true,
      assumedHeaders: 0,
      verifiedHeaders: height + 1,
    });
    expect(node.core.checkpointState.checkpoint).toBeUndefined();
    expect(node.noticed('reorg')).toEqual([]);
  });

  it.each([
    ['more', 5n],
    ['less', -5n],
  ])('with %s chainwork is found out at genesis, and the node goes on from there', async (_, by) => {
    const node = await findOut(falseBase({ chainwork: base.chainwork + by }));
    expect(codes(node)).toEqual(['CHECKPOINT_FALSE']);
    expect(node.core.checkpointState).toMatchObject({
      isFalse: true,
      assumedHeaders: 0,
      verifiedHeaders: height + 1,
    });
    expect(node.core.tip.chainwork).toBe(chain.tree.chainwork(chain.tree.tip));
  });

  it('that no peer has is given up', async () => {
    const node = await findOut(invented());
    expect(node.noticed('error').map(({ code, detail }) => [code, detail])).toEqual([
      ['CHECKPOINT_UNKNOWN', ''],
      ['CHECKPOINT_FALSE', 'no peer has it'],
    ]);
    expect(node.core.checkpointState).toMatchObject({ isFalse: true, assumedHeaders: 0 });
  });
});

it('refuses more calls for checkpoints than may wait', async () => {
  const world = await worldOf(1);
  const node = world.nodes.get('full0') as SimNode;
  const answers = node.noticed('checkpoint').length;
  world.after(0, () => {
    for (let ticket = 0; ticket < 3; ticket++)
      node.driver.push({ type: 'command', command: { kind: 'checkpoint', height: at, ticket } });
  });
  await world.run(world.now + 1000);
  const results = node
    .noticed('checkpoint')
    .slice(answers)
    .map(({ result }) => result);
  expect(results.map(({ ok }) => ok)).toEqual([true, true, true]);
  const maker = new CheckpointMaker(chain.tree, commitmentOf(chain.tree), () => true);
  const codes: string[] = [];
  for (let i = 0; i <= CHECKPOINT_CALLS_MAX; i++)
    maker.make(at, (result) => codes.push(result.ok ? 'ok' : result.code));
  expect(codes).toEqual(['CHECKPOINT_BUSY']);
});
