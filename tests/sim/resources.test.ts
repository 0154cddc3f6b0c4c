/** What a node takes of its device: upload, blocks that nobody asked for, room on the disk. */
import { FOLLOWED_BLOCKS, MemoryStore, type StorageChange, StoreError } from '@vision-light/protocol';
import { describe, expect, it } from 'vitest';
import { STORE_RETRY_MS, UPLOAD_BURST_S } from '../../packages/protocol/src/limits.js';
import { listBodies, loadChain } from '../store-access.js';
import { makeBody } from './vision-bodies.js';
import { genesisTime, VisionChain, visionSim } from './vision-chain.js';
import { type SimNode, World } from './world.js';

const family = visionSim;
const HEIGHT = 3000;
const made = Array.from({ length: HEIGHT + 1 }, (_, height) => makeBody(height, 1 + (height % 3)));
const chain = new VisionChain();
chain.mine({ count: HEIGHT, txRootOf: (height) => made[height]?.txRoot as Uint8Array });

/** A node with the chain and its bodies. */
async function addFull(world: World, uploadBytesPerSecond?: number): Promise<SimNode> {
  const node = world.add('full', {
    family,
    followedBlocks: 2 * FOLLOWED_BLOCKS,
    ...(uploadBytesPerSecond === undefined ? {} : { uploadBytesPerSecond }),
  });
  await world.run(world.now + 100);
  const bodies = made.slice(1).map(({ body }) => body);
  const command = { kind: 'submit', batch: chain.tree.batch(1, HEIGHT), bodies, ticket: 0 } as const;
  node.driver.push({ type: 'command', command });
  await world.run(world.now + 5000, () => node.core.tip.height === HEIGHT);
  return node;
}

const newWorld = (): World => new World(genesisTime + 5 * HEIGHT + 1000);

/** What a node is told about its device. */
function allow(node: SimNode, uploadBytesPerSecond: number, followsBlocks: boolean): void {
  node.driver.push({ type: 'command', command: { kind: 'resources', uploadBytesPerSecond, followsBlocks } });
}

/** Bytes of a chain's headers on the wire, about. */
const chainBytes = (): number => {
  const { count, records } = chain.tree.batch(1, HEIGHT);
  return Math.min(records.length, count * family.encodedHeaderBytesMin);
};

describe('a limit of the upload', () => {
  it('holds for all peers together, and all of them get the chain', async () => {
    const world = newWorld();
    const perSecond = 50_000;
    const full = await addFull(world, perSecond);
    const pages = ['a', 'b', 'c'].map((id) => world.add(id, { family, followedBlocks: 0 }));
    await world.run(world.now + 100);
    const [start, before] = [world.now, full.sentBytes];
    for (const { id } of pages) world.connect(id, 'full');
    const isDone = (): boolean => pages.every(({ core }) => core.tip.height === HEIGHT);
    await world.run(start + 600_000, isDone);
    expect(isDone()).toBe(true);
    const allowed = perSecond * (UPLOAD_BURST_S + (world.now - start) / 1000);
    // One answer may go beyond it, and small messages do not count.
    const sent = full.sentBytes - before;
    expect(sent).toBeGreaterThan(3 * chainBytes());
    expect(sent).toBeLessThan(allowed + 200_000);
  });
});

describe('a page whose visitor saves data', () => {
  it('verifies all headers and fetches no bodies, until data need not be saved any more', async () => {
    const world = newWorld();
    await addFull(world);
    const page = world.add('page', { family });
    allow(page, 1_000_000, false);
    await world.run(world.now + 100);
    world.connect('page', 'full');
    await world.run(world.now + 60_000);
    expect(page.core.tip.height).toBe(HEIGHT);
    expect(page.core.metrics().vision_p2p_blocks_received_total).toBe(0);
    allow(page, 1_000_000, true);
    await world.run(world.now + 60_000, () => page.core.blocks.stored.size === FOLLOWED_BLOCKS);
    expect(page.core.blocks.stored.size).toBe(FOLLOWED_BLOCKS);
  });
});

/** A store that takes so many bytes and no more. */
class SmallStore extends MemoryStore {
  readonly #sizes = new Map<string, number>();

  constructor(public bytesMax: number) {
    super();
  }

  get bytes(): number {
    return [...this.#sizes.values()].reduce((sum, size) => sum + size, 0);
  }

  override async write(changes: readonly StorageChange[]): Promise<void> {
    const sizes = new Map(this.#sizes);
    for (const change of changes) {
      if (change.kind === 'deleteFrom') {
        const isCut = (name: string): boolean => {
          const [table, index] = name.split(' ');
          return table === change.table && Number(index) >= change.from;
        };
        for (const name of [...sizes.keys()]) if (isCut(name)) sizes.delete(name);
      } else {
        const name = `${change.table} ${String(change.key)}`;
        if (change.kind === 'put') sizes.set(name, change.value.length);
        else sizes.delete(name);
      }
    }
    const bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
    if (bytes > this.bytesMax && bytes > this.bytes) throw new StoreError('STORE_QUOTA');
    await super.write(changes);
    this.#sizes.clear();
    for (const [name, size] of sizes) this.#sizes.set(name, size);
  }
}

/** Bytes of the bodies that a page keeps. */
const followedBytes = made.slice(-FOLLOWED_BLOCKS).reduce((sum, { body }) => sum + body.length, 0);

describe('a store that is too small', () => {
  it('for all bodies keeps the newest that fit, and all headers', async () => {
    const world = newWorld();
    await addFull(world);
    // All of it first, to see how much that is.
    const roomy = new SmallStore(Number.POSITIVE_INFINITY);
    const first = world.add('first', { family, store: roomy });
    await world.run(world.now + 100);
    world.connect('first', 'full');
    await world.run(world.now + 60_000, () => first.core.blocks.stored.size === FOLLOWED_BLOCKS);
    await world.run(world.now + 2000);
    const store = new SmallStore(roomy.bytes - followedBytes / 2);
    const page = world.add('page', { family, store });
    await world.run(world.now + 100);
    world.connect('page', 'full');
    await world.run(world.now + 300_000);
    expect(page.core.status.storedHeight).toBe(HEIGHT);
    const kept = (await listBodies(store)).length;
    expect(kept).toBeGreaterThanOrEqual(1);
    expect(kept).toBeLessThan(FOLLOWED_BLOCKS);
    expect(page.core.blocks.stored.has(chain.tree.hash(chain.tree.tip))).toBe(true);
    expect(page.noticed('error').map(({ code }) => code)).toEqual(['STORE_QUOTA']);
  });

  it('in which bodies leave no room for headers: older bodies go, and the headers are stored', async () => {
    const world = newWorld();
    const full = await addFull(world);
    const store = new SmallStore(Number.POSITIVE_INFINITY);
    const page = world.add('page', { family, store });
    await world.run(world.now + 100);
    world.connect('page', 'full');
    await world.run(world.now + 60_000, () => page.core.blocks.stored.size === FOLLOWED_BLOCKS);
    await world.run(world.now + 2000);
    // As if others had filled the disk meanwhile: more than the oldest bodies has to go.
    store.bytesMax = store.bytes - followedBytes / 2;
    const batch = chain.mine({ count: 20 });
    full.driver.push({ type: 'command', command: { kind: 'submit', batch, ticket: 1 } });
    // Long before what failed is tried again in any case.
    await world.run(world.now + STORE_RETRY_MS / 2, () => page.core.status.storedHeight === HEIGHT + 20);
    expect(page.core.status.storedHeight).toBe(HEIGHT + 20);
    expect((await loadChain(store)).tip).toBeDefined();
    expect((await listBodies(store)).length).toBeLessThan(FOLLOWED_BLOCKS);
    expect(store.bytes).toBeLessThanOrEqual(store.bytesMax);
  });
});
