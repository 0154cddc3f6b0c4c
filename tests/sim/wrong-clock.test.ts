/** A node whose clock is behind that of everybody else: what it says of itself, and what becomes of its peers. */
import type { HeaderBatch } from '@vision-light/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { STALLED_AFTER_MS } from '../../packages/protocol/src/limits.js';
import { SimMiner } from './miner.js';
import { serve } from './scripted-chain.js';
import { Stranger } from './stranger.js';
import { genesisTime, VisionChain, visionSim } from './vision-chain.js';
import { type SimNode, World } from './world.js';

const family = visionSim;
const hour = 3600;

let world: World;
beforeEach(() => {
  world = new World(genesisTime + 1_000_000);
});

const codes = (node: SimNode): string[] => node.noticed('error').map(({ code }) => code);
const lost = (node: SimNode): unknown[] =>
  node.noticed('peer').filter(({ change }) => change.kind === 'disconnected');

/** Two gateways of which one mines, and a page whose clock is that many seconds behind theirs. */
async function network(
  behindS: number,
): Promise<{ page: SimNode; miner: SimMiner; clock: { skewS: number } }> {
  const clock = { skewS: -behindS };
  const gateway = world.add('gateway', {
    family,
    isGateway: true,
    notice: (notice) => notice.type === 'tip' && miner.restart(),
  });
  world.add('mirror', { family, isGateway: true });
  world.connect('gateway', 'mirror');
  const miner = new SimMiner(world, gateway, 3);
  await world.run(1000);
  miner.restart();
  await world.run(20 * 60_000, () => gateway.core.tip.height >= 60);
  const page = world.add('page', {
    family,
    get clockSkewS() {
      return clock.skewS;
    },
  });
  world.connect('page', 'gateway');
  world.connect('page', 'mirror');
  return { page, miner, clock };
}

describe('a clock that is behind', () => {
  for (const [name, behindS] of [
    ['an hour', hour],
    ['three hours', 3 * hour],
    ['five minutes', 300],
  ] as const) {
    it(`by ${name}: the node is not synced and says why, once; it loses no peer`, async () => {
      const { page, clock } = await network(behindS);
      await world.run(world.now + 40_000);
      const height = page.core.tip.height;
      expect(height).toBeLessThan(world.nodes.get('gateway')?.core.tip.height ?? 0);
      expect(page.core.status.phase).not.toBe('synced');
      expect(page.core.status).toMatchObject({ reason: 'CLOCK_BEHIND', peers: 2 });
      expect(page.core.status.progress).toBeLessThan(1);
      expect(codes(page)).toEqual(['CLOCK_BEHIND']);
      expect(lost(page)).toEqual([]);
      expect(page.noticed('status').filter(({ status }) => status.phase === 'synced')).toEqual([]);

      clock.skewS = 0;
      const { core } = world.nodes.get('gateway') as SimNode;
      await world.run(world.now + 90_000, () => page.core.tip.hash === core.tip.hash);
      await world.run(world.now + 1000);
      expect(page.core.status).toMatchObject({ phase: 'synced', progress: 1 });
      expect(page.core.status.reason).toBeUndefined();
      expect(lost(page)).toEqual([]);
    });
  }

  it('stalls, and says so, where nothing at all can be taken', async () => {
    const { page } = await network(5 * 24 * hour);
    await world.run(world.now + STALLED_AFTER_MS + 1000);
    expect(page.core.status).toMatchObject({ phase: 'stalled', reason: 'CLOCK_BEHIND', peers: 2 });
  });
});

describe('a clock that is right', () => {
  it('and one peer of three that is ahead: that peer is at fault', async () => {
    const { page } = await network(0);
    await world.run(world.now + 20_000);
    const chain: HeaderBatch = new VisionChain().mine({
      count: 3,
      timeOf: (height) => Math.floor(world.wallTime) + (height === 3 ? 3 * hour : -100),
    });
    const liar = new Stranger(world, 'liar', page, serve(family, chain));
    liar.hello({ height: 3, chainwork: 1n << 60n, time: Math.floor(world.wallTime) + 3 * hour });
    await world.run(world.now + 10_000);
    expect(liar.rejectedWith).toBe('HEADER_TIME_TOO_NEW');
    expect(page.core.status.phase).toBe('synced');
    expect(codes(page)).toEqual([]);
  });
});

describe('a network of which only genesis is known', () => {
  it('has no synced node: it waits for the first header, and says so', async () => {
    const [a, b] = [world.add('a', { family }), world.add('b', { family })];
    await world.run(1000);
    world.connect('a', 'b');
    await world.run(world.now + 60_000);
    for (const node of [a, b]) {
      expect(node.core.status).toMatchObject({ phase: 'syncing', reason: 'GENESIS_ONLY', progress: 0 });
      expect(codes(node)).toEqual([]);
    }
    new SimMiner(world, a, 2).mine();
    await world.run(world.now + 5000);
    for (const node of [a, b]) {
      expect(node.core.tip.height).toBe(1);
      expect(node.core.status.phase).toBe('synced');
      expect(node.core.status.reason).toBeUndefined();
    }
  });
});
