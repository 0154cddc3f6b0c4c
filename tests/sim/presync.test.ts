/** Branches that have to show their work: heavier ones of any length are adopted, others leave nothing behind. */
import type { ChainFamily, HeaderBatch, Message } from '@vision-light/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { createBitcoinFamily } from '../../packages/protocol/src/families/bitcoin/bitcoin-family.js';
import { PRESYNC_BYTES_MAX, RECENT_BLOCKS, SIDE_HEADERS_MAX } from '../../packages/protocol/src/limits.js';
import { easyBatch, easyNetwork } from './bitcoin-chain.js';
import { answerFrom, part, serve } from './scripted-chain.js';
import { answerPings, Stranger } from './stranger.js';
import { genesisTime, VisionChain, visionSim } from './vision-chain.js';
import { type SimNode, type SimNodeOptions, World } from './world.js';

const params = easyNetwork();
const bitcoin = createBitcoinFamily(params);
const bitcoinTime = bitcoin.time(bitcoin.genesis.record);

const mined = new Map<string, HeaderBatch>();

/** A chain of the easiest Bitcoin network; `salt` tells chains apart. Mined once. */
function easyChain(salt: number, count: number): HeaderBatch {
  const longest = mined.get(`${salt}`);
  if (longest !== undefined && longest.count >= count) return part(bitcoin, longest, 0, count);
  const headers = Array.from({ length: count }, (_, i) => ({ time: bitcoinTime + 600 * (i + 1), salt }));
  const batch = easyBatch(params, headers);
  mined.set(`${salt}`, batch);
  return batch;
}

const visionChains = new Map<string, { readonly chain: VisionChain; readonly batch: HeaderBatch }>();

/** A chain of the small Vision network, with so many seconds from one header to the next. Mined once. */
function visionChain(miner: string, count: number, spacingS: number) {
  const known = visionChains.get(miner);
  if (known !== undefined) return known;
  const chain = new VisionChain();
  const batch = chain.mine({ count, miner, timeOf: (height) => genesisTime + spacingS * height });
  const made = { chain, batch };
  visionChains.set(miner, made);
  return made;
}

let world: World;
let bytesMost: number;
let sideMost: number;

beforeEach(() => {
  bytesMost = 0;
  sideMost = 0;
  world = new World(genesisTime + 100_000_000, {
    stepsMax: 2_000_000,
    check: ({ core }) => {
      bytesMost = Math.max(bytesMost, core.sync.presyncBytes());
      sideMost = Math.max(sideMost, core.tree.sideCount);
    },
  });
});

async function addNode(
  family: ChainFamily,
  chain: HeaderBatch,
  options: Partial<SimNodeOptions> = {},
): Promise<SimNode> {
  const node = world.add('node', { family, followedBlocks: 0, ...options });
  await world.run(world.now + 100);
  for (let from = 0; from < chain.count; from += 10_000) {
    const batch = part(family, chain, from, Math.min(chain.count, from + 10_000));
    node.driver.push({ type: 'command', command: { kind: 'submit', batch, ticket: from } });
    await world.run(world.now + 60_000, () => node.core.tip.height === from + batch.count);
  }
  expect(node.core.tip.height).toBe(chain.count);
  return node;
}

function stranger(
  node: SimNode,
  id: string,
  chain: HeaderBatch,
  answer: (message: Message, self: Stranger) => void = serve(node.core.tree.family, chain),
): Stranger {
  const { family } = node.core.tree;
  const peer = new Stranger(world, id, node, answer);
  let chainwork = family.work(family.genesis.record);
  for (let i = 0; i < chain.count; i++) chainwork += family.work(chain.records, i * family.recordBytes);
  peer.hello({ height: chain.count, chainwork });
  return peer;
}

const tipOf = (family: ChainFamily, { hashes }: HeaderBatch): string => family.hashToHex(hashes.slice(-32));

describe('a heavier branch', () => {
  it('of 45,000 headers takes the place of a chain of 40,000, in bounded memory', async () => {
    const node = await addNode(bitcoin, easyChain(1, 40_000));
    const branch = easyChain(2, 45_000);
    const peer = stranger(node, 'heavy', branch);
    await world.run(world.now + 100_000, () => node.core.tip.height === 45_000);
    await world.run(world.now + 5_000);
    expect(node.core.tip.hash).toBe(tipOf(bitcoin, branch));
    expect([node.core.status.phase, peer.rejectedWith]).toEqual(['synced', undefined]);
    expect(node.noticed('error')).toEqual([]);
    expect(bytesMost).toBeGreaterThan(500_000);
    expect(bytesMost).toBeLessThan(PRESYNC_BYTES_MAX);
    expect(sideMost).toBeLessThan(40_000 + SIDE_HEADERS_MAX);
    // The place was for the time of the change: what was abandoned is dropped as far as it is too much.
    expect(node.core.tree.sideCount).toBeLessThanOrEqual(SIDE_HEADERS_MAX);
    expect(node.core.sync.presyncBytes()).toBe(0);
  });

  it('makes its way through turns that are interrupted, beside another one, and the heaviest stays', async () => {
    const node = await addNode(bitcoin, easyChain(1, 20_000));
    const branches = [easyChain(2, 21_000), easyChain(3, 22_000)] as const;
    // So slow that a turn ends long before a pass does.
    const slowly = (chain: HeaderBatch): ((message: Message, self: Stranger) => void) => {
      let freeAt = 0;
      return (message, self) => {
        answerPings(message, self);
        if (message.type !== 'getHeaders') return;
        freeAt = Math.max(world.now, freeAt) + 2_500;
        world.after(freeAt - world.now, () => self.say(answerFrom(bitcoin, chain, message)));
      };
    };
    const peers = branches.map((chain, i) => stranger(node, `slow${i}`, chain, slowly(chain)));
    const leaders: string[] = [];
    for (let i = 0; i < 600 && node.core.tip.hash !== tipOf(bitcoin, branches[1]); i++) {
      await world.run(world.now + 1_000);
      const leader = node.core.sync.leader?.id;
      if (leader !== undefined && leaders.at(-1) !== leader) leaders.push(leader);
    }
    expect(node.core.tip.hash).toBe(tipOf(bitcoin, branches[1]));
    expect(leaders.length).toBeGreaterThanOrEqual(4);
    expect(peers.map(({ rejectedWith }) => rejectedWith)).toEqual([undefined, undefined]);
    expect(bytesMost).toBeGreaterThan(PRESYNC_BYTES_MAX / 2);
    expect(bytesMost).toBeLessThan(2 * PRESYNC_BYTES_MAX);
    await world.run(world.now + 60_000);
    expect(node.core.status.phase).toBe('synced');
  });

  it('of a network with claimed hashes is adopted as well, and hashed once but for a sample', async () => {
    const node = await addNode(visionSim, visionChain('ours', 5_000, 5).batch);
    const hashedBefore = node.hashedHeaders;
    const { batch } = visionChain('theirs', 6_000, 5);
    const peer = stranger(node, 'heavy', batch);
    await world.run(world.now + 200_000, () => node.core.tip.height === 6_000);
    expect(node.core.tip.hash).toBe(tipOf(visionSim, batch));
    expect(peer.rejectedWith).toBeUndefined();
    expect(bytesMost).toBeLessThan(PRESYNC_BYTES_MAX);
    expect(node.hashedHeaders - hashedBefore).toBeGreaterThan(6_000);
    expect(node.hashedHeaders - hashedBefore).toBeLessThanOrEqual(6_064);
  });
});

describe('a branch of too little work', () => {
  it('leaves tree and store as they were, is no fault, and is not asked for again', async () => {
    const { batch, chain } = visionChain('ours', 5_000, 5);
    const node = await addNode(visionSim, batch);
    const low = visionChain('low', 4_000, 9);
    expect(low.chain.tree.chainwork(low.chain.tree.tip)).toBeLessThan(chain.tree.chainwork(chain.tree.tip));
    const { count } = node.core.tree;
    const hashedBefore = node.hashedHeaders;
    const peer = stranger(node, 'low', low.batch);
    const hash = low.batch.hashes.slice(-32);
    const prev = low.batch.hashes.slice(-64, -32);
    peer.say({ type: 'announce', height: 4_000, hash, prev });
    await world.run(world.now + 20_000);
    expect(node.core.tree.count).toBe(count);
    expect(node.hashedHeaders - hashedBefore).toBeLessThanOrEqual(64);
    const asked = peer.heard('getHeaders').length;
    expect(asked).toBeGreaterThan(0);
    await world.run(world.now + 100_000);
    expect(peer.heard('getHeaders').length).toBe(asked);
    expect(peer.rejectedWith).toBeUndefined();
    expect(node.core.status.phase).toBe('synced');
    expect(node.noticed('error')).toEqual([]);
    // One more header of it does not bring all of it again.
    peer.say({ type: 'announce', height: 4_001, hash: new Uint8Array(32).fill(1), prev: hash });
    await world.run(world.now + 40_000);
    expect(peer.heard('getHeaders').length).toBe(asked + 1);
    expect(node.core.tree.count).toBe(count);
  });

  it('that is short is not even walked', async () => {
    const { batch } = visionChain('ours', 5_000, 5);
    const node = await addNode(visionSim, batch);
    const { count } = node.core.tree;
    const hashedBefore = node.hashedHeaders;
    const short = part(visionSim, visionChain('low', 4_000, 9).batch, 0, 500);
    const peer = stranger(node, 'short', short);
    peer.say({
      type: 'announce',
      height: 500,
      hash: short.hashes.slice(-32),
      prev: short.hashes.slice(-64, -32),
    });
    await world.run(world.now + 100_000);
    expect(peer.heard('getHeaders').length).toBe(1);
    expect([node.core.tree.count, node.hashedHeaders]).toEqual([count, hashedBefore]);
    expect([peer.rejectedWith, bytesMost]).toEqual([undefined, 0]);
  });

  it('begins where a branch lacks more than the work of the newest blocks', async () => {
    const { batch, chain } = visionChain('ours', 5_000, 5);
    const node = await addNode(visionSim, batch);
    // As many as may be missing: such a branch is kept at once.
    const fork = 5_000 - RECENT_BLOCKS + 10;
    const near = new VisionChain();
    for (let i = 0; i < fork; i++) {
      const one = part(visionSim, batch, i, i + 1);
      near.tree.insertChecked(one.records, one.hashes, near.tree.tip);
    }
    near.mine({ count: 3, miner: 'near', timeOf: (height) => genesisTime + 5 * height });
    const peer = new Stranger(world, 'near', node, serve(visionSim, near.batch));
    peer.hello({ height: fork + 3, chainwork: near.tree.chainwork(near.tree.tip) });
    const last = near.batch.hashes.slice(-32);
    peer.say({ type: 'announce', height: fork + 3, hash: last, prev: near.batch.hashes.slice(-64, -32) });
    await world.run(world.now + 10_000);
    expect(node.core.tree.sideCount).toBe(3);
    expect(chain.tree.find(last)).toBeUndefined();
  });
});
