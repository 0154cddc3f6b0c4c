/** Blocks with transactions spread as compact blocks, whatever their receivers know of them, and nobody honest is sent away. */
import type { Metrics } from '@vision-light/protocol';
import { describe, expect, it } from 'vitest';
import { defined } from '../../packages/protocol/src/assert.js';
import { accountOf, makeBody } from './vision-bodies.js';
import { genesisTime, VisionChain, visionSim } from './vision-chain.js';
import { know } from './vision-transactions.js';
import { type SimNode, World } from './world.js';

const NODES = 20;
const TRANSACTIONS = 300;
/** Blocks by which nodes learn who brings them the news, and those that are measured. */
const FIRST = 4;
const MEASURED = 2;

const bodies = Array.from({ length: FIRST + MEASURED }, (_, i) =>
  makeBody(i + 1, TRANSACTIONS, 250, accountOf),
);
const bodyAt = (height: number) => defined(bodies[height - 1], 'each height has a body');
const chain = new VisionChain();
chain.mine({ count: FIRST + MEASURED, txRootOf: (height) => bodyAt(height).txRoot });

/** Whether all nodes know the transaction at some place of a block before it comes. */
type Knowledge = (index: number) => boolean;

interface Network {
  readonly world: World;
  readonly nodes: SimNode[];
}

/** Each node is joined to four others; the first one has the blocks. */
async function start(): Promise<Network> {
  const world = new World(genesisTime + 1000, { seed: 5 });
  const nodes = Array.from({ length: NODES }, (_, i) =>
    world.add(`n${i}`, { family: visionSim, seed: i + 1 }),
  );
  await world.run(100);
  for (let i = 0; i < NODES; i++) for (const step of [1, 7]) world.connect(`n${i}`, `n${(i + step) % NODES}`);
  await world.run(1000);
  return { world, nodes };
}

async function submit({ world, nodes }: Network, height: number, isKnown: Knowledge): Promise<void> {
  know(nodes, bodyAt(height).body, isKnown);
  const batch = chain.tree.batch(height, 1);
  const command = { kind: 'submit', batch, bodies: [bodyAt(height).body], ticket: height } as const;
  nodes[0]?.driver.push({ type: 'command', command });
  await world.run(world.now + 5000);
}

const total = ({ nodes }: Network, name: keyof Metrics): number =>
  nodes.reduce((sum, { core }) => sum + core.metrics()[name], 0);
const sentBytes = ({ nodes }: Network): number => nodes.reduce((sum, node) => sum + node.sentBytes, 0);

/** @returns the network after all blocks, and what each of the measured blocks cost a receiver, as a share of its body */
async function spread(isKnown: Knowledge): Promise<{ network: Network; share: number }> {
  const network = await start();
  for (let height = 1; height <= FIRST; height++) await submit(network, height, isKnown);
  const before = sentBytes(network);
  for (let height = FIRST + 1; height <= FIRST + MEASURED; height++) await submit(network, height, isKnown);
  const bytes = sentBytes(network) - before;
  for (const { core, id } of network.nodes) {
    expect(core.tip.height, id).toBe(FIRST + MEASURED);
    for (let height = 1; height <= core.tip.height; height++)
      expect(core.blocks.whereabouts(chain.tree.hash(height)), id).toBe('here');
    expect(core.peers().length, id).toBe(4);
  }
  expect(total(network, 'vision_compact_block_reconstruction_failures_total')).toBe(0);
  return { network, share: bytes / (MEASURED * (NODES - 1) * bodyAt(1).body.length) };
}

describe(`blocks of ${TRANSACTIONS} transactions through ${NODES} nodes`, () => {
  const receptions = (NODES - 1) * (FIRST + MEASURED);

  it('that all nodes know: no body is sent, and all that is sent is less than a twentieth of them', async () => {
    const { network, share } = await spread(() => true);
    expect(share).toBeLessThan(0.05);
    expect(total(network, 'vision_compact_block_reconstructions_total')).toBe(receptions);
    expect(total(network, 'vision_p2p_blocks_sent_total')).toBe(0);
    const saved = total(network, 'vision_compact_block_bandwidth_saved_bytes');
    expect(saved / (receptions * bodyAt(1).body.length)).toBeGreaterThan(0.96);
  }, 60_000);

  it('of which all nodes lack one in twenty: those are sent, and little else', async () => {
    const { network, share } = await spread((index) => index % 20 !== 3);
    expect(share).toBeLessThan(0.1);
    expect(total(network, 'vision_compact_block_reconstructions_total')).toBe(receptions);
    expect(total(network, 'vision_p2p_blocks_sent_total')).toBe(0);
  }, 60_000);

  it('of which nobody knows any: each body is sent about once', async () => {
    const { network, share } = await spread(() => false);
    expect(share).toBeLessThan(1.1);
    expect(total(network, 'vision_compact_block_reconstructions_total')).toBeGreaterThan(0);
  }, 60_000);
});
