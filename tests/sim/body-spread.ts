/** How long the body of a new block takes to reach the nodes of a large network, whose links have a bandwidth. */
import { type NodeExtension, type Peer, SERVICE_COMPACT_BLOCKS } from '@vision-light/protocol';
import { assert, defined } from '../../packages/protocol/src/assert.js';
import { accountOf, makeBody } from './vision-bodies.js';
import { genesisTime, mineHeader, visionSim } from './vision-chain.js';
import { know } from './vision-transactions.js';
import { wideWorld } from './wide-world.js';
import type { SimNode } from './world.js';

export interface BodySpread {
  /** From a block's finding to its body being in a node's store, over all nodes and measured blocks. */
  readonly medianMs: number;
  readonly p95Ms: number;
  /** Bytes that all nodes sent for one block, as a share of what its body takes to each of them. */
  readonly sentShare: number;
}

export interface BodySpreadOptions {
  readonly nodes: number;
  readonly transactions: number;
  readonly transactionBytes: number;
  /** Blocks that are measured; as many again come before. */
  readonly blocks: number;
  /** Whether nodes send compact blocks. They know all transactions either way. */
  readonly isCompact: boolean;
}

/** Nodes meet within this many virtual milliseconds. */
const MEETING_MS = 30_000;
const SPACING_MS = 10_000;
/** How exactly it is measured. */
const LOOK_MS = 20;

/** For a node that takes each peer for one of an earlier time, before compact blocks. */
const withoutCompactBlocks: NodeExtension = {
  rows: [],
  parts: () => [
    {
      name: 'withoutCompactBlocks',
      peerReady(peer: Peer) {
        const hello = defined(peer.hello, 'it is ready');
        assert(peer.hasCompactBlocks, 'each node of this code has them');
        peer.hello = { ...hello, services: hello.services - SERVICE_COMPACT_BLOCKS };
      },
    },
  ],
};

export async function measureBodySpread({
  nodes: count,
  ...options
}: BodySpreadOptions): Promise<BodySpread> {
  const { transactions, transactionBytes, blocks, isCompact } = options;
  const world = wideWorld(genesisTime + 1000, 1000);
  const nodes: SimNode[] = [];
  for (let i = 0; i < count; i++)
    nodes.push(
      world.add(`n${i}`, {
        family: visionSim,
        isGateway: i === 0,
        seed: i,
        notice: () => undefined,
        ...(isCompact ? {} : { extension: withoutCompactBlocks }),
      }),
    );
  await world.run(MEETING_MS);
  const miner = defined(nodes[0], 'there are nodes');
  const delays: number[] = [];
  let sent = 0;
  for (let block = 1; block <= 2 * blocks; block++) {
    const isMeasured = block > blocks;
    const { body, txRoot } = makeBody(block, transactions, transactionBytes, accountOf);
    know(nodes, body);
    const { tree } = miner.core;
    const { record, hash } = mineHeader(tree, tree.tip, world.wallTime, 'n0', txRoot);
    const batch = { count: 1, records: record, hashes: hash };
    const foundAt = world.now;
    const before = nodes.reduce((sum, { sentBytes }) => sum + sentBytes, 0);
    miner.driver.push({ type: 'command', command: { kind: 'submit', batch, bodies: [body], ticket: block } });
    let waiting = nodes.slice(1);
    while (world.now < foundAt + SPACING_MS) {
      await world.run(world.now + LOOK_MS);
      const left = waiting.filter(({ core }) => core.blocks.whereabouts(hash) !== 'here');
      if (isMeasured) for (let i = left.length; i < waiting.length; i++) delays.push(world.now - foundAt);
      waiting = left;
    }
    if (isMeasured) for (const _ of waiting) delays.push(Number.POSITIVE_INFINITY);
    const bytes = nodes.reduce((sum, { sentBytes }) => sum + sentBytes, 0) - before;
    if (isMeasured) sent += bytes / (body.length * (count - 1));
  }
  delays.sort((a, b) => a - b);
  const at = (share: number): number => delays[Math.floor(share * (delays.length - 1))] ?? Number.NaN;
  return { medianMs: at(0.5), p95Ms: at(0.95), sentShare: sent / blocks };
}
