/** Compact filters from full nodes, through gateways, to a page: also where some of them leave out what a page looks for. */
import { type FilteredBlocks, MemoryStore } from '@vision-light/protocol';
import { describe, expect, it } from 'vitest';
import type { ModelNode } from '../full-node/model-node.js';
import {
  omittingFilter,
  PAYING_HEIGHT,
  payee,
  payingHeights,
  payingNode,
} from '../full-node/paying-nodes.js';
import { family, genesisTime, magic } from './regtest-chain.js';
import { SimBridge } from './sim-bridge.js';
import { type SimNode, World } from './world.js';

/** One page, and gateways of these full nodes. @param away  one that cannot be reached yet */
async function start(gateways: Record<string, Record<string, ModelNode>>, away?: string) {
  const world = new World(genesisTime + 600 * (PAYING_HEIGHT + 10), { seed: 9 });
  const page = world.add('page', { family, followedBlocks: 0 });
  const bridges = Object.entries(gateways).map(([id, nodes]) => {
    const options = { family, isGateway: true, followedBlocks: 0, keptFilters: 100 };
    const gateway = world.add(id, { ...options, store: new MemoryStore(), forwardsBlocks: true });
    const bridge = new SimBridge(world, gateway, magic, new Map(Object.entries(nodes)));
    return bridge;
  });
  await world.run(world.latencyMs + 1);
  if (away !== undefined)
    for (const bridge of bridges) {
      bridge.cut(away);
      bridge.nodes.delete(away);
    }
  // The gateways know their filters before the page comes, as those that run for long do.
  await world.run(60_000);
  for (const id of Object.keys(gateways)) world.connect('page', id);
  await world.run(world.now + 20_000);
  expect(page.core.tip.height).toBe(PAYING_HEIGHT);
  return { world, page, bridges };
}

async function search(world: World, page: SimNode, first: number, last: number): Promise<FilteredBlocks> {
  const before = page.noticed('filtered').length;
  page.driver.push({
    type: 'command',
    command: { kind: 'filterBlocks', first, last, scripts: [payee], ticket: 1 },
  });
  await world.run(world.now + 60_000);
  const notice = page.noticed('filtered')[before];
  if (notice === undefined) throw new Error('there is no answer');
  return notice.result;
}

const reasons = (bridge: SimBridge | undefined) =>
  bridge?.endings.map(({ host, reason }) => `${host} ${reason}`);

describe('filters of full nodes', () => {
  it('say which blocks pay to a script, of old blocks and of new ones', async () => {
    const { world, page, bridges } = await start({
      one: { a: payingNode(), b: payingNode() },
      two: { c: payingNode() },
    });
    expect(await search(world, page, 1, 60)).toEqual({ ok: true, heights: [40], open: [], peers: 2 });
    expect(await search(world, page, 61, 150)).toEqual({ ok: true, heights: [90], open: [], peers: 2 });
    expect(bridges.flatMap(reasons)).toEqual([]);
  });

  it('that omit a payment are found out by the block, and cost their full node the connection', async () => {
    const { world, page, bridges } = await start({
      one: { honest: payingNode(), liar: payingNode({ filterAt: omittingFilter }) },
    });
    expect(reasons(bridges[0])).toEqual(['liar PEER_FILTER_FALSE']);
    expect(await search(world, page, 1, 100)).toMatchObject({ heights: payingHeights, open: [] });
    expect(bridges[0]?.linesTo('honest').length).toBe(1);
    expect(bridges[0]?.dials.filter(({ host }) => host === 'liar').length).toBe(1);
  });

  it('that a gateway has from liars alone do not mislead a page that has another gateway', async () => {
    const { world, page, bridges } = await start({
      fooled: {
        liar: payingNode({ filterAt: omittingFilter }),
        other: payingNode({ filterAt: omittingFilter }),
      },
      honest: { a: payingNode() },
    });
    expect(bridges.flatMap(reasons)).toEqual([]);
    expect(await search(world, page, 1, 100)).toEqual({
      ok: true,
      heights: payingHeights,
      open: [],
      peers: 1,
    });
    expect(page.core.peers().map(({ id }) => id)).toEqual(['honest']);
  });

  it('that are not those of their hashes, or never come, are had from another full node', async () => {
    // It says the hash of the true filter, and gives another one.
    const swapping = payingNode({
      answers: (message, connection) => {
        if (message.command !== 'getcfilters') return false;
        const { startHeight, stop } = message;
        for (let height = startHeight; connection.node.hashAt(height - 1).join() !== stop.join(); height++)
          connection.say({
            command: 'cfilter',
            filterType: 0,
            blockHash: connection.node.hashAt(height).slice(),
            filter: omittingFilter(height),
          });
        return true;
      },
    });
    const silent = payingNode({ answers: ({ command }) => command === 'getcfilters' });
    const { world, page, bridges } = await start({ one: { swapping, silent, honest: payingNode() } });
    expect(await search(world, page, 1, 100)).toMatchObject({ heights: payingHeights, open: [] });
    expect(reasons(bridges[0])).toContain('swapping PEER_FILTER_FALSE');
    expect(bridges[0]?.linesTo('honest').length).toBe(1);
  });

  it('that a gateway had from a liar alone are held against those of an honest full node once there is one', async () => {
    const late = payingNode();
    const { world, page, bridges } = await start(
      {
        one: { liar: payingNode({ filterAt: omittingFilter }), late },
      },
      'late',
    );
    expect(await search(world, page, 1, 100)).toMatchObject({ heights: [] });
    bridges[0]?.nodes.set('late', late);
    await world.run(world.now + 240_000);
    expect(await search(world, page, 1, 100)).toMatchObject({ heights: payingHeights });
    expect(reasons(bridges[0])).toContain('liar PEER_FILTER_FALSE');
    expect(bridges[0]?.linesTo('late').length).toBe(1);
  });
});
