import { readFileSync } from 'node:fs';
import { type HeaderBatch, MemoryStore, resolveNetwork } from '@vision-light/protocol';
import { beforeAll, describe, expect, it } from 'vitest';
import { World } from './world.js';

const mainnet = resolveNetwork('bitcoin-mainnet');
const file = new Uint8Array(
  readFileSync(new URL('../data/bitcoin/headers/mainnet_0-32259.bin', import.meta.url)),
);
const wallTime = 1_300_000_000;

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
    const page = world.add('page', { family: mainnet, store });
    world.connect('page', 'gateway');
    await world.run(world.now + 20_000, () => page.core.status.phase === 'synced');
    expect(page.core.tip).toEqual(world.nodes.get('gateway')?.core.tip);
    expect(page.noticed('error')).toEqual([]);
    await world.run(world.now + 5_000);
  });

  it('starts from what is stored', async () => {
    const again = world.add('again', { family: mainnet, store });
    await world.run(world.now + 1_000, () => again.noticed('ready').length > 0);
    expect(again.noticed('ready')[0]?.tip.height).toBe(32_259);
    expect(again.noticed('error')).toEqual([]);
  });
});
