/** Nodes that begin in mid-chain, among nodes that begin at genesis. */
import { MemoryStore, type TreeBase } from '@vision-light/protocol';
import { describe, expect, it } from 'vitest';
import { PAUSE_MS } from '../../packages/protocol/src/limits.js';
import { genesisTime, VisionChain, visionSim } from './vision-chain.js';
import { type SimNode, World } from './world.js';

const family = visionSim;
const wallTime = genesisTime + 1_000_000;
const height = 4700;

const chain = new VisionChain();
chain.mine({ count: height });
const baseAt = (at: number): TreeBase => chain.tree.baseAt(at);

/** A node with the chain up to a height. */
async function addFull(world: World, id: string, upTo: number, base?: TreeBase): Promise<SimNode> {
  const node = world.add(id, { family, isGateway: true, ...(base === undefined ? {} : { base }) });
  await world.run(world.now + 50);
  submit(node, node.core.tree.tipHeight, upTo);
  await world.run(world.now + 60_000, () => node.core.tip.height === upTo);
  expect(node.core.tip.height).toBe(upTo);
  return node;
}

function submit(node: SimNode, from: number, upTo: number): void {
  const batch = chain.tree.batch(from + 1, upTo - from);
  node.driver.push({ type: 'command', command: { kind: 'submit', batch, ticket: 0 } });
}

const atTip = (node: SimNode) => () => node.core.tip.height === height && node.core.status.phase === 'synced';
const hashOf = (node: SimNode, at: number): string | undefined => node.core.header(at)?.hash;

describe('a node that begins in mid-chain', () => {
  it.each([1, 2000, 2300])('at %i: syncs, stores, and loads', async (baseHeight) => {
    const world = new World(wallTime);
    const full = await addFull(world, 'full', height);
    const store = new MemoryStore();
    const base = baseAt(baseHeight);
    const node = world.add('node', { family, base, store });
    world.connect('node', 'full');
    await world.run(world.now + 60_000, atTip(node));
    expect(node.core.tip).toEqual(full.core.tip);
    expect([hashOf(node, baseHeight), hashOf(node, baseHeight - 1)]).toEqual([
      hashOf(full, baseHeight),
      undefined,
    ]);
    // What it asks of the full node ends with genesis, and is answered from the base on.
    await world.run(world.now + 60_000, () => node.core.status.storedHeight === height);
    const entries = Math.ceil((height - baseHeight) / 2000);
    expect(await store.list('journal')).toEqual([0, 1, 2].slice(0, entries));
    world.kill('node');

    const again = world.add('again', { family, base, store });
    await world.run(world.now + 1000, () => again.noticed('ready').length > 0);
    expect([again.noticed('ready')[0]?.tip.height, again.noticed('error')]).toEqual([height, []]);
    world.kill('again');

    // One that begins at genesis has no use for it, and fetches what it needs.
    const whole = world.add('whole', { family, store });
    await world.run(world.now + 1000, () => whole.noticed('ready').length > 0);
    expect(whole.noticed('ready')[0]?.tip.height).toBe(0);
    world.connect('whole', 'full');
    await world.run(world.now + 60_000, () => whole.core.status.storedHeight === height);
    world.kill('whole');
    const above = world.add('above', { family, base, store });
    await world.run(world.now + 1000, () => above.noticed('ready').length > 0);
    // What is stored from genesis on is of use to all.
    expect(above.noticed('ready')[0]?.tip.height).toBe(height);
  });

  it('serves what it has to whoever knows some of it, and nothing to others', async () => {
    const world = new World(wallTime);
    const server = await addFull(world, 'server', height, baseAt(3000));
    const other = world.add('other', { family, base: baseAt(3000) });
    const later = world.add('later', { family, base: baseAt(4000) });
    const fresh = world.add('fresh', { family });
    for (const id of ['other', 'later', 'fresh']) world.connect(id, 'server');
    await world.run(world.now + 20_000);
    expect([other, later].map((node) => node.core.tip)).toEqual([server.core.tip, server.core.tip]);
    // That it has nothing for a fresh node is no fault.
    expect([fresh.core.tip.height, fresh.links.size, server.links.size]).toEqual([0, 1, 3]);
    // What it could not have from there it gets from another one.
    await addFull(world, 'full', height);
    world.connect('fresh', 'full');
    await world.run(world.now + 60_000, atTip(fresh));
    expect(fresh.core.tip).toEqual(server.core.tip);
  });

  it('waits for a peer that has not come as far as its base', async () => {
    const world = new World(wallTime);
    const behind = await addFull(world, 'behind', 2000);
    const node = world.add('node', { family, base: baseAt(3000) });
    world.connect('node', 'behind');
    await world.run(world.now + 5000);
    for (let upTo = 2001; upTo <= 2010; upTo++) {
      submit(behind, upTo - 1, upTo);
      await world.run(world.now + 500);
    }
    expect([node.core.tip.height, node.links.size, behind.links.size]).toEqual([3000, 1, 1]);
    // It is asked once, and not for every announcement.
    const before = behind.sentBytes;
    submit(behind, 2010, 2011);
    await world.run(world.now + 1000);
    expect(behind.sentBytes - before).toBeLessThan(1000);
    submit(behind, 2011, height);
    await world.run(world.now + 2 * PAUSE_MS, atTip(node));
    expect(node.core.tip).toEqual(behind.core.tip);
  });

  it('reorganises down to its base and no further', async () => {
    const world = new World(wallTime);
    const fork = 100;
    const node = await addFull(world, 'node', fork + 50, baseAt(fork));
    const rival = new VisionChain();
    rival.mine({ count: fork });
    rival.mine({ count: 60, miner: 'rival' });
    const rivals = world.add('rivals', { family });
    await world.run(world.now + 50);
    const batch = rival.tree.batch(1, fork + 60);
    rivals.driver.push({ type: 'command', command: { kind: 'submit', batch, ticket: 0 } });
    await world.run(world.now + 10_000, () => rivals.core.tip.height === fork + 60);
    world.connect('node', 'rivals');
    await world.run(world.now + 10_000);
    expect(node.core.tip).toEqual(rivals.core.tip);
    expect(node.noticed('reorg')[0]?.reorg.ancestor.height).toBe(fork);

    const deeper = new VisionChain();
    deeper.mine({ count: fork - 1 });
    deeper.mine({ count: 80, miner: 'deeper' });
    const deepers = world.add('deepers', { family });
    await world.run(world.now + 50);
    const all = deeper.tree.batch(1, fork + 79);
    deepers.driver.push({ type: 'command', command: { kind: 'submit', batch: all, ticket: 0 } });
    await world.run(world.now + 10_000, () => deepers.core.tip.height === fork + 79);
    world.connect('node', 'deepers');
    await world.run(world.now + 10_000);
    expect(node.core.tip.height).toBe(fork + 60);
  });
});
