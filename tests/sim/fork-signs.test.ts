/** What nodes say of forks at the tip: two branches at once, a run that was withheld, and honest cases that look like it. */
import type { HeaderBatch } from '@vision-light/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { createBitcoinFamily } from '../../packages/protocol/src/families/bitcoin/bitcoin-family.js';
import {
  COMPETING_TIPS_MAX,
  FORK_SETTLE_MS,
  WITHHELD_MOMENT_MS,
  WITHHELD_SPREAD_MIN_S,
} from '../../packages/protocol/src/limits.js';
import { type EasyHeader, easyBatch, easyNetwork } from './bitcoin-chain.js';
import { answerFrom, part } from './scripted-chain.js';
import { answerPings, Stranger } from './stranger.js';
import { genesisTime, VisionChain, visionSim } from './vision-chain.js';
import { type SimNode, World } from './world.js';

const family = visionSim;
/** Blocks that every node has from the start. */
const SHARED = 10;
const hex = (batch: HeaderBatch, index: number): string =>
  family.hashToHex(batch.hashes.subarray(index * 32, index * 32 + 32));

let world: World;
let shared: HeaderBatch;

beforeEach(() => {
  world = new World(genesisTime + 5 * SHARED);
  shared = new VisionChain().mine({ count: SHARED, miner: 'shared' });
});

/** A chain that begins with what all have. */
function branch(): VisionChain {
  const chain = new VisionChain();
  for (let i = 0; i < shared.count; i++) {
    const { records, hashes } = part(family, shared, i, i + 1);
    chain.tree.insertChecked(records, hashes, chain.tree.tip);
  }
  return chain;
}

/** The best chain of a node, to be mined on. */
function branchOf({ core }: SimNode): VisionChain {
  shared = core.tree.batch(1, core.tree.tipHeight);
  return branch();
}

const later = (ms: number): Promise<void> => world.run(world.now + ms);

async function submit(node: SimNode, batch: HeaderBatch): Promise<void> {
  const before = node.noticed('submitted').length;
  node.driver.push({ type: 'command', command: { kind: 'submit', batch, ticket: before } });
  await world.run(world.now + 20_000, () => node.noticed('submitted').length > before);
}

/** Nodes in a row, each connected to the next, which have the shared blocks and have been synced for a while. */
async function row(...ids: string[]): Promise<SimNode[]> {
  const nodes = ids.map((id) => world.add(id, { family }));
  await later(100);
  for (const [i, id] of ids.slice(1).entries()) world.connect(ids[i] as string, id);
  await submit(nodes[0] as SimNode, part(family, shared, 0, SHARED - 1));
  await later(10_000);
  await submit(nodes[0] as SimNode, part(family, shared, SHARED - 1, SHARED));
  await later(10_000);
  expect(nodes.map((node) => [node.core.tip.height, node.core.status.phase])).toEqual(
    nodes.map(() => [SHARED, 'synced']),
  );
  return nodes;
}

const now = (): number => Math.floor(world.wallTime);
const signs = (node: SimNode): [number, number] => {
  const { vision_chain_competing_total, vision_chain_withheld_total } = node.core.metrics();
  expect(node.noticed('competing').length).toBe(vision_chain_competing_total);
  expect(node.noticed('withheld').length).toBe(vision_chain_withheld_total);
  return [vision_chain_competing_total, vision_chain_withheld_total];
};

/** A peer that shows what it has when it is told to. */
class Publisher {
  readonly stranger: Stranger;
  #chain: HeaderBatch;
  readonly chain: VisionChain;

  constructor(id: string, node: SimNode, chain: VisionChain) {
    this.chain = chain;
    this.#chain = chain.batch;
    this.stranger = new Stranger(world, id, node, (message, self) => {
      answerPings(message, self);
      if (message.type === 'getHeaders') self.say(answerFrom(family, this.#chain, message));
      if (message.type === 'getBlocks') self.say({ ...message, type: 'notFound' });
    });
    this.stranger.hello({
      height: this.#chain.count,
      chainwork: chain.tree.chainwork(chain.tree.tip),
    });
  }

  /** Mines a block in secret. */
  mine(): void {
    this.chain.mine({ count: 1, miner: 'withheld', timeOf: now });
  }

  publish(): void {
    this.#chain = this.chain.batch;
    const { tree } = this.chain;
    const prev = family.parent(tree.record(tree.tip)).slice();
    this.stranger.say({ type: 'announce', height: tree.tipHeight, hash: tree.hash(tree.tip).slice(), prev });
  }
}

/** Seconds between the blocks that are withheld: three of them spread over twice as much. */
const GAP_MS = (1000 * WITHHELD_SPREAD_MIN_S) / 2 + 1000;

/** Both branches grow, the honest one by two blocks and the secret one by three. */
async function mineBoth(miner: SimNode, selfish: Publisher, gapMs = GAP_MS): Promise<void> {
  const honest = branch();
  for (let i = 0; i < 3; i++) {
    selfish.mine();
    await later(gapMs / 2);
    if (i < 2) await submit(miner, honest.mine({ count: 1, miner: 'honest', timeOf: now }));
    if (i < 2) await later(gapMs / 2);
  }
}

describe('two blocks that are found at once', () => {
  it('are reported by every node that saw both, and each stays with the one that it saw first', async () => {
    const nodes = await row('a', 'b', 'c', 'd');
    const [a, , , d] = nodes as [SimNode, SimNode, SimNode, SimNode];
    const left = branch().mine({ count: 1, miner: 'left', timeOf: now });
    const right = branch().mine({ count: 1, miner: 'right', timeOf: now });
    for (const [node, batch] of [
      [a, left],
      [d, right],
    ] as const)
      node.driver.push({ type: 'command', command: { kind: 'submit', batch, ticket: 0 } });
    await later(30_000);
    const hashes = [hex(left, 0), hex(right, 0)];
    for (const node of nodes) {
      const first = node.noticed('tip').find(({ tip }) => tip.height === SHARED + 1)?.tip;
      expect(hashes).toContain(first?.hash);
      expect(node.core.tip).toEqual(first);
    }
    expect([a.core.tip.hash, d.core.tip.hash]).toEqual(hashes);
    // The two at which the branches meet have both, and report it once.
    const both = nodes.filter(({ core }) =>
      [left, right].every((b) => core.tree.find(b.hashes) !== undefined),
    );
    expect(both.length).toBe(2);
    for (const node of nodes) expect(signs(node)).toEqual([both.includes(node) ? 1 : 0, 0]);
    for (const node of both) {
      const tips = node.noticed('competing')[0]?.tips ?? [];
      expect(tips.map(({ hash }) => hash).sort()).toEqual([...hashes].sort());
      expect(tips[0]).toEqual(node.core.tip);
      expect(tips[1]?.chainwork).toBe(node.core.tip.chainwork);
    }
    // The next block decides, and is no sign of anything.
    const rightChain = branch();
    rightChain.tree.insertChecked(right.records, right.hashes, rightChain.tree.tip);
    await submit(d, rightChain.mine({ count: 1, miner: 'right', timeOf: now }));
    await later(30_000);
    for (const node of nodes) expect(node.core.tip.height).toBe(SHARED + 2);
    expect(nodes.map((node) => signs(node)[1])).toEqual([0, 0, 0, 0]);
  });

  it('are not told beyond a few of one height', async () => {
    const [node] = (await row('a', 'b')) as [SimNode];
    for (let i = 0; i < COMPETING_TIPS_MAX + 3; i++) {
      await submit(node, branch().mine({ count: 1, miner: `miner ${i}`, timeOf: now }));
      await later(100);
    }
    expect(signs(node)[0]).toBe(COMPETING_TIPS_MAX - 1);
    expect(node.noticed('competing').at(-1)?.tips.length).toBe(COMPETING_TIPS_MAX);
    expect(node.noticed('reorg')).toEqual([]);
    // At the next height it begins anew.
    branchOf(node);
    const next = branch().mine({ count: 1, miner: 'one', timeOf: now });
    await submit(node, next);
    await submit(node, branch().mine({ count: 1, miner: 'two', timeOf: now }));
    expect(signs(node)[0]).toBe(COMPETING_TIPS_MAX);
    expect(
      node
        .noticed('competing')
        .at(-1)
        ?.tips.map(({ hash }) => hash),
    ).toEqual([hex(next, 0), expect.not.stringMatching(hex(next, 0))]);
  });

  it('are not reported of a chain that is being loaded or downloaded', async () => {
    const [near] = (await row('a', 'b')) as [SimNode];
    await submit(near, branch().mine({ count: 1, miner: 'one', timeOf: now }));
    const late = world.add('late', { family });
    await later(100);
    world.connect('late', 'a');
    await later(10_000);
    const other = branch();
    other.mine({ count: 1, miner: 'two', timeOf: now });
    new Publisher('other', late, other);
    const other2 = new Publisher('other again', late, other);
    other2.publish();
    await later(10_000);
    expect(late.core.tree.sideCount).toBe(1);
    expect(signs(late)).toEqual([0, 0]);
  });
});

describe('a selfish miner that publishes three blocks in a row', () => {
  let nodes: [SimNode, SimNode, SimNode];
  let selfish: Publisher;

  beforeEach(async () => {
    nodes = (await row('miner', 'b', 'c')) as typeof nodes;
    selfish = new Publisher('selfish', nodes[1], branch());
    await later(1000);
    // Its peers have seen a block since it came.
    const block = branch();
    const { records, hashes } = block.mine({ count: 1, miner: 'shared', timeOf: now });
    shared = block.batch;
    await submit(nodes[0], { count: 1, records, hashes });
    await later(10_000);
    selfish.chain.tree.insertChecked(records, hashes, selfish.chain.tree.tip);
  });

  it('is reported by all nodes as withheld, and followed all the same', async () => {
    await mineBoth(nodes[0], selfish);
    selfish.publish();
    await later(10_000);
    const tip = family.hashToHex(selfish.chain.tree.hash(selfish.chain.tree.tip));
    for (const node of nodes) {
      expect(node.core.tip.hash).toBe(tip);
      expect(signs(node)).toEqual([0, 1]);
      expect(node.noticed('trust').at(-1)?.trust.reasons).toContain('WITHHELD_BLOCKS');
      expect(node.noticed('withheld')[0]?.withheld).toMatchObject({
        blocks: 3,
        displaced: 2,
        spreadS: (2 * GAP_MS) / 1000,
        tip: node.core.tip,
      });
    }
  });

  it('is no sign for a node that saw the blocks one by one', async () => {
    const honest = branch();
    for (let i = 0; i < 3; i++) {
      if (i < 2) await submit(nodes[0], honest.mine({ count: 1, miner: 'honest', timeOf: now }));
      await later(GAP_MS / 2);
      selfish.mine();
      selfish.publish();
      await later(GAP_MS / 2);
    }
    expect(nodes[1].core.tip.height).toBe(SHARED + 4);
    expect(nodes[1].noticed('reorg').length).toBe(1);
    expect(signs(nodes[1])[1]).toBe(0);
  });

  it('is no sign if their times are close, as after a short partition', async () => {
    await mineBoth(nodes[0], selfish, (1000 * WITHHELD_SPREAD_MIN_S) / 2);
    selfish.publish();
    await later(10_000);
    for (const node of nodes) {
      expect(node.noticed('reorg').length).toBe(1);
      expect(signs(node)).toEqual([0, 0]);
    }
  });

  it('is no sign if they displace nothing, as after a link that hung', async () => {
    for (let i = 0; i < 3; i++) {
      selfish.mine();
      await later(GAP_MS);
    }
    selfish.publish();
    await later(10_000);
    for (const node of nodes) expect(node.core.tip.height).toBe(SHARED + 4);
    expect(nodes.map(signs)).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
  });

  it('is no sign for a node whose peer connected after the branch began', async () => {
    await mineBoth(nodes[0], selfish);
    const late = new Publisher('late', nodes[2], selfish.chain);
    await later(10_000);
    expect(late.stranger.rejectedWith).toBeUndefined();
    expect(nodes[2].core.tip.height).toBe(SHARED + 4);
    expect(signs(nodes[2])).toEqual([0, 0]);
  });

  it('is no sign for a page that slept meanwhile', async () => {
    await mineBoth(nodes[0], selfish);
    // It sleeps long enough to oversleep a ping, and not so long that it loses its peers.
    world.sleep('b');
    await later(27_000);
    selfish.publish();
    await later(1000);
    world.wakeUp('b');
    await later(10_000);
    expect(nodes[1].core.tip.height).toBe(SHARED + 4);
    expect(signs(nodes[1])).toEqual([0, 0]);
  });

  it('is no sign for a page whose network came back a moment ago, and is one again later', async () => {
    await mineBoth(nodes[0], selfish);
    nodes[1].driver.push({ type: 'command', command: { kind: 'resume' } });
    selfish.publish();
    await later(FORK_SETTLE_MS + 1000);
    expect(nodes.map((node) => signs(node)[1])).toEqual([1, 0, 1]);
    shared = selfish.chain.batch;
    await submit(nodes[0], branch().mine({ count: 1, miner: 'honest', timeOf: now }));
    await later(WITHHELD_MOMENT_MS);
    selfish = new Publisher('another', nodes[1], branchOf(nodes[0]));
    await later(1000);
    shared = selfish.chain.batch;
    const next = branch().mine({ count: 1, miner: 'honest', timeOf: now });
    await submit(nodes[0], next);
    await later(10_000);
    selfish.chain.tree.insertChecked(next.records, next.hashes, selfish.chain.tree.tip);
    shared = selfish.chain.batch;
    await mineBoth(nodes[0], selfish);
    selfish.publish();
    await later(10_000);
    expect(nodes.map((node) => signs(node)[1])).toEqual([2, 1, 2]);
  });
});

it('a partition that heals before anyone notices is no sign of either kind', async () => {
  const nodes = await row('a', 'b', 'c', 'd');
  const [a, , , d] = nodes as [SimNode, SimNode, SimNode, SimNode];
  world.partition((id) => id < 'c');
  const left = branch();
  const right = branch();
  for (let i = 0; i < 4; i++) {
    await submit(a, left.mine({ count: 1, miner: 'left', timeOf: now }));
    await submit(d, right.mine({ count: 1, miner: 'right', timeOf: now }));
    await later(5000);
  }
  await submit(d, right.mine({ count: 1, miner: 'right', timeOf: now }));
  world.partition();
  await later(30_000);
  for (const node of nodes) expect(node.core.tip.height).toBe(SHARED + 5);
  expect(nodes.map(({ links }) => links.size)).toEqual([1, 2, 2, 1]);
  expect(nodes.map((node) => signs(node)[1])).toEqual([0, 0, 0, 0]);
});

describe('on a network of slower blocks', () => {
  const slow = createBitcoinFamily(easyNetwork());
  const start = slow.time(slow.genesis.record);

  it.each([
    ['three target spacings are no sign', 1800, 0],
    ['more than that is one', 1801, 1],
  ])('a spread of %s', async (_, spreadS, expected) => {
    const at = (seconds: number, salt = 0): EasyHeader => ({ time: start + seconds, salt });
    const honest = easyBatch(easyNetwork(), [at(100), at(200), at(300, 1)]);
    const withheld = easyBatch(easyNetwork(), [at(100), at(200), at(300, 2), at(300 + spreadS, 2)]);
    world = new World(start + 100);
    const node = world.add('node', { family: slow });
    await later(100);
    let shown = part(slow, withheld, 0, 0);
    const peer = new Stranger(world, 'peer', node, (message, self) => {
      answerPings(message, self);
      if (message.type === 'getHeaders') self.say(answerFrom(slow, shown, message));
      if (message.type === 'getBlocks') self.say({ ...message, type: 'notFound' });
    });
    peer.hello();
    await later(1000);
    for (let i = 0; i < 3; i++) {
      await submit(node, part(slow, honest, i, i + 1));
      await later(100_000);
    }
    await later(1000 * spreadS);
    shown = withheld;
    peer.say({
      type: 'announce',
      height: 4,
      hash: withheld.hashes.slice(96),
      prev: withheld.hashes.slice(64, 96),
    });
    await later(3000);
    expect([node.core.tip.height, node.noticed('reorg').length, peer.rejectedWith]).toEqual([
      4,
      1,
      undefined,
    ]);
    expect(signs(node)[1]).toBe(expected);
  });
});
