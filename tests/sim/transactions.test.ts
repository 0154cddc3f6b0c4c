/** Transactions in simulated networks. */
import { expect, test } from 'vitest';
import { genesisTime, visionSim } from './vision-chain.js';
import { idOf, makeTransaction, send } from './vision-transactions.js';
import { type SimNode, World } from './world.js';

const family = visionSim;

/** Hex ids of the mempool of a node, in the order of their names. */
function poolOf(node: SimNode): string[] {
  return [...node.core.transactions.mempool.values()].map(({ tx }) => family.hashToHex(tx.id)).sort();
}

test('a transaction passes from one node to another, and back comes the news that it was seen', async () => {
  const world = new World(genesisTime + 1000);
  const [a, b, c] = ['a', 'b', 'c'].map((id) => world.add(id, { family })) as [SimNode, SimNode, SimNode];
  await world.run(100);
  world.connect('a', 'b');
  world.connect('b', 'c');
  world.connect('c', 'a');
  await world.run(1000);
  const bytes = makeTransaction();
  send(a, bytes, 7);
  await world.run(120_000);
  const id = idOf(bytes);
  expect(a.noticed('sent')).toEqual([{ type: 'sent', ticket: 7, id }]);
  for (const node of [a, b, c]) expect(poolOf(node)).toEqual([id]);
  expect(a.noticed('transaction').map(({ state }) => state)).toEqual([
    { kind: 'pending' },
    { kind: 'seen', peers: 1 },
  ]);
  const metrics = [a, b, c].map((node) => node.core.metrics());
  expect(metrics.map((each) => each.vision_tx_gossip_received_total)).toEqual([0, 1, 1]);
});
