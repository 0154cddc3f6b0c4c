/** Blocks with transactions spread as compact blocks, whatever their receivers know of them, and nobody honest is sent away. */
import type { KnownTransactions, Metrics } from '@vision-light/protocol';
import { describe, expect, it } from 'vitest';
import { makeBody } from './vision-bodies.js';
import { genesisTime, VisionChain, visionSim } from './vision-chain.js';
import { type SimNode, World } from './world.js';

const TRANSACTIONS = 200;
const WARM_UP = 5;
const BLOCKS = 5;

const bodies = Array.from({ length: WARM_UP + BLOCKS }, (_, i) => makeBody(i + 1, TRANSACTIONS));
const chain = new VisionChain();
chain.mine({
  count: WARM_UP + BLOCKS,
  txRootOf: (height) => (bodies[height - 1] as { txRoot: Uint8Array }).txRoot,
});

/** The transactions of the chain's blocks that `isKnown` says. */
function knownOf(isKnown: (index: number) => boolean): KnownTransactions {
  const known = bodies
    .flatMap(({ body }) => visionSim.splitBody(body) ?? [])
    .filter((_, index) => isKnown(index));
  return {
    size: known.length,
    each: (visit) => {
      for (const { relayId, bytes } of known) visit(relayId, bytes);
    },
  };
}

interface Network {
  readonly world: World;
  readonly nodes: SimNode[];
}

/** Twenty nodes, each joined to four others. The first one has the blocks. */
async function start(known: KnownTransactions): Promise<Network> {
  const world = new World(genesisTime + 1000, { seed: 5 });
  const nodes = Array.from({ length: 20 }, (_, i) =>
    world.add(`n${i}`, { family: visionSim, seed: i + 1, knownTransactions: known }),
  );
  await world.run(100);
  for (let i = 0; i < 20; i++) for (const step of [1, 7]) world.connect(`n${i}`, `n${(i + step) % 20}`);
  await world.run(1000);
  return { world, nodes };
}

async function submit({ world, nodes }: Network, height: number): Promise<void> {
  const batch = chain.tree.batch(height, 1);
  const { body } = bodies[height - 1] as { body: Uint8Array };
  nodes[0]?.driver.push({
    type: 'command',
    command: { kind: 'submit', batch, bodies: [body], ticket: height },
  });
  await world.run(world.now + 5000);
}

const sum = ({ nodes }: Network, name: keyof Metrics): number =>
  nodes.reduce((total, { core }) => total + core.metrics()[name], 0);

async function spread(known: KnownTransactions): Promise<{ network: Network; bytes: number }> {
  const network = await start(known);
  for (let height = 1; height <= WARM_UP; height++) await submit(network, height);
  const before = network.nodes.reduce((total, { sentBytes }) => total + sentBytes, 0);
  for (let height = WARM_UP + 1; height <= WARM_UP + BLOCKS; height++) await submit(network, height);
  const bytes = network.nodes.reduce((total, { sentBytes }) => total + sentBytes, 0) - before;
  for (const { core, id } of network.nodes) {
    expect(core.tip.height, id).toBe(WARM_UP + BLOCKS);
    for (let height = 1; height <= WARM_UP + BLOCKS; height++)
      expect(core.blocks.whereabouts(core.tree.hash(core.tree.at(height) as number)), id).toBe('here');
    expect(core.peers().length, id).toBe(4);
    expect(core.metrics().vision_compact_block_reconstruction_failures_total, id).toBe(0);
  }
  return { network, bytes };
}

const bodyBytes = bodies.slice(WARM_UP).reduce((total, { body }) => total + body.length, 0);

describe('blocks of 200 transactions through 20 nodes', () => {
  it('that all nodes know', async () => {
    const { network, bytes } = await spread(knownOf(() => true));
    
      'all',
      bytes / (bodyBytes * 19),
      sum(network, 'vision_compact_block_reconstructions_total'),
      sum(network, 'vision_compact_blocks_sent_total'),
      sum(network, 'vision_p2p_blocks_sent_total'),
    );
  });
  it('of which all nodes lack one in twenty', async () => {
    const { network, bytes } = await spread(knownOf((index) => index % 20 !== 3));
    
      'most',
      bytes / (bodyBytes * 19),
      sum(network, 'vision_compact_block_reconstructions_total'),
      sum(network, 'vision_compact_blocks_sent_total'),
      sum(network, 'vision_p2p_blocks_sent_total'),
    );
  });
  it('of which they know none', async () => {
    const { network, bytes } = await spread(knownOf(() => false));
    
      'none',
      bytes / (bodyBytes * 19),
      sum(network, 'vision_compact_block_reconstructions_total'),
      sum(network, 'vision_compact_blocks_sent_total'),
      sum(network, 'vision_p2p_blocks_sent_total'),
    );
  });
});
