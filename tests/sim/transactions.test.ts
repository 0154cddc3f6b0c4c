/** Transactions in simulated networks: they spread, mempools agree, blocks take them out and reorganisations bring them back. */
import { MemoryStore, type SentState } from '@vision-light/protocol';
import { expect, test } from 'vitest';
import { SimRandom } from './sim-random.js';
import { genesisTime, visionSim } from './vision-chain.js';
import { idOf, makeTransaction, mineWith, send } from './vision-transactions.js';
import { type SimNode, World } from './world.js';

const family = visionSim;

/** Hex ids of the mempool of a node, in alphabetical order. */
function poolOf(node: SimNode): string[] {
  return [...node.core.transactions.mempool.values()].map(({ tx }) => family.hashToHex(tx.id)).sort();
}

/** What a node's application was told of a transaction. */
function statesOf(node: SimNode, bytes: Uint8Array): SentState[] {
  const id = idOf(bytes);
  return node.noticed('transaction').flatMap((notice) => (notice.id === id ? [notice.state] : []));
}

/** Nodes, each of which has chosen some of those before it. */
async function network(world: World, count: number, links = 3): Promise<SimNode[]> {
  const random = new SimRandom(5);
  const nodes = Array.from({ length: count }, (_, i) => world.add(`n${i}`, { family }));
  await world.run(world.now + 100);
  for (let i = 1; i < count; i++)
    for (const other of random.sample(
      nodes.slice(0, i).map(({ id }) => id),
      links,
    ))
      world.connect(`n${i}`, other);
  await world.run(world.now + 1000);
  return nodes;
}

test('it passes from one node to another, and back comes the news that it was seen', async () => {
  const world = new World(genesisTime + 1000);
  const nodes = await network(world, 3);
  const [a] = nodes as [SimNode];
  const bytes = makeTransaction();
  send(a, bytes, 7);
  await world.run(world.now + 120_000);
  const id = idOf(bytes);
  expect(a.noticed('sent')).toEqual([{ type: 'sent', ticket: 7, id }]);
  for (const node of nodes) expect(poolOf(node)).toEqual([id]);
  expect(statesOf(a, bytes)).toEqual([{ kind: 'pending' }, { kind: 'seen', peers: 1 }]);
  expect(nodes.map((node) => node.core.metrics().vision_tx_gossip_received_total)).toEqual([0, 1, 1]);
  expect(nodes.map((node) => node.core.metrics().vision_mempool_transactions)).toEqual([1, 1, 1]);
  // The application is told what came into the mempool, and may ask what it holds.
  const transaction = { id, bytes: bytes.length, tip: 10n };
  const mempool = { count: 1, bytes: bytes.length };
  for (const node of nodes)
    expect(node.noticed('transactions')).toEqual([
      { type: 'transactions', mempool, added: [transaction], removed: [], unnamed: 0 },
    ]);
  a.driver.push({ type: 'command', command: { kind: 'mempool', ticket: 3 } });
  expect(a.noticed('mempool')).toEqual([
    { type: 'mempool', ticket: 3, mempool: { ...mempool, transactions: [transaction] } },
  ]);
});

test('all of twenty nodes have all of them once it is quiet, and each came to each node about once', async () => {
  const world = new World(genesisTime + 1000, { stepsMax: Number.POSITIVE_INFINITY });
  const nodes = await network(world, 20);
  const sent: Uint8Array[] = [];
  for (let i = 0; i < 60; i++) {
    const bytes = makeTransaction({ sender: i % 12, nonce: Math.floor(i / 12), tip: i });
    sent.push(bytes);
    send(nodes[i % 20] as SimNode, bytes, i);
    await world.run(world.now + 200);
  }
  await world.run(world.now + 120_000);
  const ids = sent.map(idOf).sort();
  for (const node of nodes) expect(poolOf(node)).toEqual(ids);
  const metrics = nodes.map((node) => node.core.metrics());
  const sum = (name: keyof (typeof metrics)[0]): number =>
    metrics.reduce((total, each) => total + each[name], 0);
  const links = nodes.reduce((total, node) => total + node.links.size, 0) / 2;
  // Each node but the sender fetches each once, over whichever link.
  expect(sum('vision_tx_gossip_received_total')).toBe(60 * 19);
  expect(sum('vision_tx_gossip_duplicates_total')).toBe(0);
  expect(sum('vision_tx_gossip_received_total')).toBeLessThan(1.2 * 60 * links);
  // And each link carries each announcement in one direction, but where both sides speak at the same time.
  expect(sum('vision_tx_inv_sent_total')).toBeGreaterThanOrEqual(60 * links);
  expect(sum('vision_tx_inv_sent_total')).toBeLessThan(1.2 * 60 * links);
  expect(sum('vision_tx_getdata_sent_total')).toBe(60 * 19);
  // Nobody remembers more than what is in the mempools.
  for (const { core } of nodes)
    for (const peer of core.blocks.peers) {
      expect(core.transactions.trickle.marksOf(peer)).toBeLessThanOrEqual(60);
      expect(core.transactions.tracker.announcedBy(peer)).toBe(0);
    }
});

test('whoever hears of it first mostly has it from somebody else than its sender', async () => {
  let plain = 0;
  const runs = 12;
  for (let run = 0; run < runs; run++) {
    const world = new World(genesisTime + 1000);
    // The last one watches: it has chosen all others.
    const nodes = Array.from({ length: 9 }, (_, i) => world.add(`n${i}`, { family, seed: 100 * run + i }));
    const watcher = nodes[8] as SimNode;
    await world.run(100);
    for (let i = 0; i < 8; i++) {
      for (const step of [1, 2, 3]) world.connect(`n${i}`, `n${(i + step) % 8}`);
      world.connect('n8', `n${i}`);
    }
    await world.run(1000);
    const bytes = makeTransaction({ nonce: run });
    const sender = nodes[run % 8] as SimNode;
    send(sender, bytes);
    const { tracker } = watcher.core.transactions;
    const key = idOf(bytes);
    await world.run(world.now + 120_000, () => tracker.has(key));
    if (tracker.announcers(key).some(({ id }) => id === sender.id)) plain++;
  }
  // By chance it would be one of eight; if the sender told all at once, nearly all.
  expect(plain).toBeLessThanOrEqual(runs / 3);
});

test('a mined one leaves all mempools, and its sender hears how many blocks follow', async () => {
  const world = new World(genesisTime + 1000);
  const nodes = await network(world, 4);
  const [a, b] = nodes as [SimNode, SimNode];
  const first = makeTransaction({ nonce: 0 });
  const second = makeTransaction({ nonce: 1 });
  send(a, first);
  send(a, second);
  await world.run(world.now + 60_000);
  for (const node of nodes) expect(poolOf(node)).toHaveLength(2);
  mineWith(b);
  await world.run(world.now + 10_000);
  for (const node of nodes) expect(poolOf(node)).toEqual([]);
  mineWith(b);
  await world.run(world.now + 10_000);
  const block = family.hashToHex(b.core.tree.hash(b.core.tree.at(1) as number));
  expect(statesOf(a, second)).toEqual([
    { kind: 'pending' },
    { kind: 'seen', peers: 1 },
    { kind: 'included', height: 1, block, position: 1 },
    { kind: 'confirmed', count: 1 },
    { kind: 'confirmed', count: 2 },
  ]);
  // Whoever did not send it knows as much.
  for (const node of nodes)
    expect(node.core.transactions.status(idOf(second))).toEqual({
      kind: 'included',
      height: 1,
      block,
      position: 1,
      confirmations: 2,
    });
  // Their numbers are used: a peer that sends them again is not believed, nor fetched from.
  send(b, makeTransaction({ nonce: 1, tip: 99 }), 5);
  expect(b.noticed('sent').at(-1)).toEqual({ type: 'sent', ticket: 5, code: 'TX_NONCE_USED' });
  expect(a.noticed('transactions').at(-1)).toMatchObject({
    mempool: { count: 0, bytes: 0 },
    removed: [
      { id: idOf(first), reason: 'included' },
      { id: idOf(second), reason: 'included' },
    ],
  });
});

test('one of two that spend the same is in a block, the other in a longer branch: the first comes back as replaced', async () => {
  const world = new World(genesisTime + 1000);
  const [a, b] = (await network(world, 2)) as [SimNode, SimNode];
  world.partition((id) => id);
  await world.run(world.now + 40_000);
  const mine = makeTransaction({ note: 'mine' });
  const other = makeTransaction({ note: 'other' });
  const later = makeTransaction({ sender: 2 });
  send(a, mine, 1);
  send(a, later, 2);
  send(b, other, 3);
  await world.run(world.now + 1000);
  mineWith(a);
  await world.run(world.now + 1000);
  for (let i = 0; i < 3; i++) {
    mineWith(b);
    await world.run(world.now + 1000);
  }
  expect(poolOf(a)).toEqual([]);
  world.partition();
  world.connect('n1', 'n0');
  await world.run(world.now + 20_000);
  expect(a.core.tip.hash).toBe(b.core.tip.hash);
  // What nobody else has spent is pending again, on both sides; the double spend is not.
  await world.run(world.now + 60_000);
  expect(poolOf(a)).toEqual([idOf(later)]);
  expect(poolOf(b)).toEqual([idOf(later)]);
  const checked = ['form', 'size', 'signature', 'nonce'];
  for (const node of [a, b]) {
    expect(node.core.transactions.status(idOf(later))).toEqual({ kind: 'pending', checked });
    expect(node.core.transactions.status(idOf(other))).toMatchObject({ kind: 'included', position: 0 });
    expect(node.core.transactions.status(idOf(mine))).toBeUndefined();
  }
  expect(statesOf(a, later).map(({ kind }) => kind)).toEqual([
    'pending',
    'included',
    'confirmed',
    'reorgedOut',
  ]);
  expect(statesOf(a, mine).at(-1)).toEqual({ kind: 'replaced', by: idOf(other) });
  // Both came back with the headers of the other branch; its bodies came later.
  expect(a.core.metrics().vision_chain_reorg_txs_reinserted_total).toBe(2);
});

test('one that was sent survives a reload, and what became of it meanwhile is found', async () => {
  const world = new World(genesisTime + 1000);
  const store = new MemoryStore();
  const lone = world.add('lone', { family, store });
  await world.run(100);
  const pending = makeTransaction({ sender: 1 });
  const mined = makeTransaction({ sender: 2 });
  send(lone, pending, 1);
  send(lone, mined, 2);
  await world.run(world.now + 1000);
  world.kill('lone');
  const other = world.add('other', { family, isGateway: true });
  await world.run(world.now + 100);
  send(other, mined, 1);
  await world.run(world.now + 100);
  mineWith(other);
  await world.run(world.now + 1000);
  const again = world.add('again', { family, store });
  await world.run(world.now + 1000);
  expect(poolOf(again)).toEqual([idOf(pending), idOf(mined)].sort());
  expect(statesOf(again, mined)).toEqual([{ kind: 'pending' }]);
  world.connect('again', 'other');
  await world.run(world.now + 60_000);
  expect(statesOf(again, mined).map(({ kind }) => kind)).toEqual(['pending', 'included', 'confirmed']);
  expect(poolOf(other)).toEqual([idOf(pending)]);
  world.kill('again');
  // What is in a block is told at once on the next visit.
  const third = world.add('third', { family, store });
  await world.run(world.now + 1000);
  expect(statesOf(third, mined).map(({ kind }) => kind)).toEqual(['included', 'confirmed']);
  expect(poolOf(third)).toEqual([idOf(pending)]);
});
