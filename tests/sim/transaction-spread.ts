/** How often transactions cross the links of a large network until every node has them. */
import { SimRandom } from './sim-random.js';
import { genesisTime, visionSim } from './vision-chain.js';
import { makeTransaction, send } from './vision-transactions.js';
import { wideWorld } from './wide-world.js';
import type { SimNode } from './world.js';

export interface TransactionSpread {
  /** How often a transaction is announced over a link, on average. */
  readonly announcedPerLink: number;
  /** How often it is sent over a link. */
  readonly sentPerLink: number;
}

/** Nodes meet within this many virtual milliseconds. */
const MEETING_MS = 30_000;
/** Between two transactions. */
const SPACING_MS = 200;
/** From the last transaction on. Everyone has heard of everything long before. */
const QUIET_MS = 180_000;

/** @throws {Error} if a node lacks a transaction in the end */
export async function measureTransactionSpread(options: {
  readonly nodes: number;
  readonly transactions: number;
}): Promise<TransactionSpread> {
  const world = wideWorld(genesisTime + 1000, 1000);
  const nodes: SimNode[] = [];
  for (let i = 0; i < options.nodes; i++)
    nodes.push(
      world.add(`n${i}`, { family: visionSim, isGateway: i === 0, seed: i, notice: () => undefined }),
    );
  await world.run(MEETING_MS);
  const random = new SimRandom(1);
  for (let i = 0; i < options.transactions; i++) {
    const [node] = random.sample(nodes, 1);
    if (node !== undefined) send(node, makeTransaction({ sender: i }), i);
    await world.run(world.now + SPACING_MS);
  }
  await world.run(world.now + QUIET_MS);
  const lacking = nodes.filter(({ core }) => core.transactions.size < options.transactions);
  if (lacking.length > 0) throw new Error(`${lacking.length} nodes lack a transaction`);
  const metrics = nodes.map(({ core }) => core.metrics());
  const links = nodes.reduce((sum, node) => sum + node.links.size, 0) / 2;
  const perLink = (name: 'vision_tx_inv_sent_total' | 'vision_tx_gossip_received_total'): number =>
    metrics.reduce((sum, each) => sum + each[name], 0) / options.transactions / links;
  return {
    announcedPerLink: perLink('vision_tx_inv_sent_total'),
    sentPerLink: perLink('vision_tx_gossip_received_total'),
  };
}
