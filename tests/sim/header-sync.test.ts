import { readFileSync } from 'node:fs';
import { type HeaderBatch, MemoryStore, resolveNetwork } from '@vision-light/protocol';
import { beforeAll, describe, expect, it } from 'vitest';
import { World } from './world.js';

const mainnet = resolveNetwork('bitcoin-mainnet');
const file = new Uint8Array(
  readFileSync(new URL('../data/bitcoin/headers/mainnet_0-32259.bin', import.meta.url)),
);
const wallTime = 1_300_000_000;
/** The file is shorter than what is asked of the network today. */
const minChainwork = 0n;

/** Headers `from` … `to` − 1 of the file as this side would submit them. */
function realHeaders(from: number, to: number): HeaderBatch {
  const count = to - from;
  return { count, records: file.slice(from * 80, to * 80), hashes: new Uint8Array(count * 32) };
}

/** Fills a node with the first real headers. */
async function fill(world: World, id: string, headers: number): Promise<void> {
  const node = world.nodes.get(id);
  for (let from = 1; from < headers; from += 2000) {
    const to = Math.min(headers, from + 2000);
    node?.driver.push({
      type: 'command',
      command: { kind: 'submit', batch: realHeaders(from, to), ticket: from },
    });
    await world.run(world.now + 5000, () => node?.core.tip.height === to - 1);
  }
}

describe('header sync of real headers', () => {
  const store = new MemoryStore();
  let world: World;

  beforeAll(async () => {
    world = new World(wallTime);
    world.add('gateway', { family: mainnet, isGateway: true });
    await world.run(100);
    await fill(world, 'gateway', 32_260);
  });

  it('fills a fresh node from one peer', async () => {
    expect(world.nodes.get('gateway')?.core.tip.height).toBe(32_259);
    const page = world.add('page', { family: mainnet, store, minChainwork });
    world.connect('page', 'gateway');
    await world.run(world.now + 20_000, () => page.core.status.phase === 'synced');
    expect(page.core.tip).toEqual(world.nodes.get('gateway')?.core.tip);
    expect(page.noticed('error')).toEqual([]);
    await world.run(world.now + 5_000);
  });

  it('fills one that wants to see much work first: everything comes twice, and nothing is kept the first time', async () => {
    const chainwork = world.nodes.get('gateway')?.core.tip.chainwork ?? 0n;
    const page = world.add('wary', {
      family: mainnet,
      minChainwork: chainwork - 2000n * (chainwork / 32_000n),
    });
    world.connect('wary', 'gateway');
    await world.run(world.now + 60_000, () => page.core.status.phase === 'synced');
    expect(page.core.tip).toEqual(world.nodes.get('gateway')?.core.tip);
    expect(page.noticed('error')).toEqual([]);
    // Once for each pass, and when they are kept.
    expect(page.hashedHeaders).toBeGreaterThan(90_000);
    expect(page.hashedHeaders).toBeLessThan(110_000);
  });

  it('fills none that wants to see more than there is', async () => {
    const chainwork = world.nodes.get('gateway')?.core.tip.chainwork ?? 0n;
    const page = world.add('choosy', { family: mainnet, minChainwork: chainwork + 1n });
    world.connect('choosy', 'gateway');
    await world.run(world.now + 60_000);
    expect(page.core.tree.count).toBe(1);
    expect(page.links.has('gateway')).toBe(true);
    expect(page.core.status).toMatchObject({ phase: 'stalled', reason: 'LOW_WORK' });
    expect(page.noticed('error').map(({ code }) => code)).toEqual(['LOW_WORK']);
    // It asked once: after all has come there is nothing to ask for.
    expect(page.hashedHeaders).toBe(32_259);
  });

  it('starts from what is stored', async () => {
    const again = world.add('again', { family: mainnet, store });
    await world.run(world.now + 1_000, () => again.noticed('ready').length > 0);
    expect(again.noticed('ready')[0]?.tip.height).toBe(32_259);
    expect(again.noticed('error')).toEqual([]);
  });
});
