/** Mining in a page over simulated networks: what it finds others take, and it rests where a block would be of no use. */
import { MINING_EVENTS_MAX, MINING_SLICE_NONCES_MAX, miningRulesOf } from '@vision-light/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { Miner } from '../../packages/browser-node/src/mining/miner.js';
import type { MiningEvent } from '../../packages/browser-node/src/mining/mining-events.js';
import { defined } from '../../packages/protocol/src/assert.js';
import { MiningPage } from './mining-page.js';
import { visionSim as family, genesisTime, simNetwork } from './vision-chain.js';
import { mineWith } from './vision-transactions.js';
import { runWithWatches as run } from './watching-page.js';
import { World } from './world.js';

const rules = defined(miningRulesOf(simNetwork), 'a network of one’s own is mined');
const pages: MiningPage[] = [];

afterEach(() => {
  for (const page of pages.splice(0)) page.close();
});

/** A gateway at a height, and a page that is connected to it, or not yet. */
async function network({ height = 3, isJoined = true } = {}) {
  const world = new World(genesisTime + 1000);
  const gateway = world.add('gateway', { family, isGateway: true });
  const page = new MiningPage(world);
  pages.push(page);
  await run(world, 100);
  for (let i = 0; i < height; i++) {
    mineWith(gateway, []);
    await run(world, 2000);
  }
  if (isJoined) world.connect('page', 'gateway');
  await run(world, 3000);
  return { world, gateway, page };
}

function mine(page: MiningPage, signal?: AbortSignal) {
  const { face, platform } = page;
  return new Miner({ node: face, rules, platform, miner: 'a page', signal }).stream;
}

/** Reads all that is told. */
function read(stream: AsyncIterable<MiningEvent>) {
  const events: MiningEvent[] = [];
  const ended = (async () => {
    for await (const event of stream) events.push(event);
  })();
  const mined = () => events.flatMap((event) => (event.kind === 'mined' ? [event] : []));
  return { events, mined, ended };
}

describe('a page that mines', () => {
  it('finds blocks that others take, each on the one before, and counts what it tries', async () => {
    const { world, gateway, page } = await network();
    const stream = mine(page);
    const { events, mined } = read(stream);
    await run(world, 60_000, () => mined().length >= 5);
    void stream.return();
    await run(world, 2000);
    const found = mined();
    expect(found.length).toBeGreaterThanOrEqual(5);
    for (const { height, hash } of found) {
      expect(gateway.core.header(height)).toMatchObject({ hash, fields: { miner: 'a page' } });
    }
    expect(found.map(({ height }) => height)).toEqual(found.map((_, i) => 4 + i));
    // Not more than one in the second that a parent must be old.
    const times = found.map(({ height }) => page.node.core.header(height)?.time ?? 0);
    expect(times.every((time, i) => i === 0 || time > (times[i - 1] ?? 0))).toBe(true);
    const searched = events.filter((event) => event.kind === 'searched');
    expect(searched.length).toBeGreaterThan(0);
    expect(searched.at(-1)?.hashes).toBeLessThanOrEqual(page.slices.reduce((sum, each) => sum + each, 0));
    // A hash takes 2 ms, and what is awaited goes on after 20 ms at the latest.
    for (const { hashesPerSecond } of searched) {
      expect(hashesPerSecond).toBeGreaterThan(350);
      expect(hashesPerSecond).toBeLessThanOrEqual(500);
    }
    expect(Math.max(...page.slices)).toBeLessThanOrEqual(MINING_SLICE_NONCES_MAX);
  });

  it('begins at genesis where no peer has more', async () => {
    const { world, gateway, page } = await network({ height: 0 });
    expect(page.node.core.status).toMatchObject({ reason: 'GENESIS_ONLY' });
    const { mined } = read(mine(page));
    await run(world, 10_000, () => mined().length > 0);
    await run(world, 1000);
    expect(gateway.core.tip.height).toBeGreaterThan(0);
  });

  it('goes over to the block of another miner, and submits nothing beside it', async () => {
    const { world, gateway, page } = await network();
    // Whenever it searches, another block comes.
    page.onSlice = () => {
      if (page.slices.length % 2 === 1) mineWith(page.node, []);
    };
    const stream = mine(page);
    const { mined } = read(stream);
    await run(world, 30_000, () => mined().length >= 3);
    void stream.return();
    await run(world, 2000);
    expect(mined().length).toBeGreaterThanOrEqual(3);
    for (const { height, hash } of mined()) expect(gateway.core.header(height)?.hash).toBe(hash);
    expect(page.node.core.tree.sideCount).toBe(0);
  });

  it('rests while the node is not synced, and says so once', async () => {
    const { world, page } = await network({ isJoined: false });
    const { events, mined } = read(mine(page));
    await run(world, 20_000);
    expect(page.slices).toEqual([]);
    expect(events).toEqual([{ kind: 'paused' }]);
    world.connect('page', 'gateway');
    await run(world, 20_000, () => mined().length > 0);
    expect(mined()).not.toEqual([]);
  });

  it('rests while nobody reads', async () => {
    const { world, page } = await network();
    const stream = mine(page);
    await run(world, 60_000);
    const slices = page.slices.length;
    expect(slices).toBeGreaterThan(0);
    await run(world, 20_000);
    expect(page.slices).toHaveLength(slices);
    const { events } = read(stream);
    await run(world, 2000);
    expect(events.length).toBeGreaterThan(MINING_EVENTS_MAX);
    expect(page.slices.length).toBeGreaterThan(slices);
  });

  it.each([
    ['its signal', (_page: MiningPage, stop: AbortController) => stop.abort()],
    ['the node', (page: MiningPage) => page.close()],
    ['the reader', (_page: MiningPage, _stop: AbortController, leave: () => void) => leave()],
  ])('ends with %s, at the next slice at the latest', async (_what, end) => {
    const { world, page } = await network();
    const stop = new AbortController();
    const stream = mine(page, stop.signal);
    const { ended } = read(stream);
    await run(world, 5000, () => page.slices.length > 3);
    const slices = page.slices.length;
    expect(slices).toBeGreaterThan(0);
    end(page, stop, () => void stream.return());
    await ended;
    const { height } = page.node.core.tip;
    await run(world, 10_000);
    expect(page.slices.length).toBe(slices);
    expect(page.node.core.tip.height).toBe(height);
  });

  it('ends with the fault of the hash workers', async () => {
    const { world, page } = await network();
    page.onSlice = () => {
      throw new Error('no worker left');
    };
    const { ended } = read(mine(page));
    const failed = expect(ended).rejects.toThrow('no worker left');
    await run(world, 5000);
    await failed;
    expect(page.slices).toHaveLength(1);
  });

  it('does not begin where its signal is aborted already', async () => {
    const { world, page } = await network();
    const { events, ended } = read(mine(page, AbortSignal.abort()));
    await ended;
    await run(world, 3000);
    expect(events).toEqual([]);
    expect(page.slices).toEqual([]);
  });
});
