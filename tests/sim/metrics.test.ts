/** What nodes count, against what they must have done. */
import {
  FOLLOWED_BLOCKS,
  type Metrics,
  metricDefinitions,
  metricHelp,
  metricNames,
  SERVICE_ARCHIVE,
  zeroMetrics,
} from '@vision-light/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { ORPHAN_SWEEP_MS, ORPHAN_TTL_MS } from '../../packages/protocol/src/limits.js';
import { networkMetrics } from '../../packages/signal-server/src/metrics/network-metrics.js';
import { answerFrom } from './scripted-chain.js';
import { answerPings, Stranger } from './stranger.js';
import { makeBody } from './vision-bodies.js';
import { genesisTime, VisionChain, visionSim } from './vision-chain.js';
import { type SimNode, World } from './world.js';

const family = visionSim;
const sum = (nodes: readonly SimNode[], name: keyof Metrics): number =>
  nodes.reduce((total, node) => total + node.core.metrics()[name], 0);

let world: World;
beforeEach(() => {
  world = new World(genesisTime + 100_000);
});

async function submit(node: SimNode, chain: VisionChain, from: number, count: number): Promise<void> {
  const batch = chain.tree.batch(from, count);
  node.driver.push({ type: 'command', command: { kind: 'submit', batch, ticket: from } });
  await world.run(world.now + 60_000, () => node.core.tip.height === from + count - 1);
}

describe('the metrics of a node', () => {
  it('are all there from the start, at 0', () => {
    const node = world.add('a', { family });
    expect(node.core.metrics()).toEqual(zeroMetrics());
    expect(Object.keys(node.core.metrics())).toEqual(metricNames);
  });

  it('are a copy: what was read does not change any more', async () => {
    const node = world.add('a', { family });
    const before = node.core.metrics();
    world.add('b', { family });
    await world.run(world.now + 100);
    world.connect('a', 'b');
    await world.run(world.now + 1000);
    expect(before).toEqual(zeroMetrics());
    expect(node.core.metrics().vision_p2p_peers).toBe(1);
  });

  it('count each header and announcement once on either side, and agree over the network', async () => {
    const chain = new VisionChain();
    chain.mine({ count: 2500 });
    const nodes = ['full', 'near', 'far'].map((id) => world.add(id, { family }));
    const [full, near, far] = nodes as [SimNode, SimNode, SimNode];
    await world.run(world.now + 100);
    await submit(full, chain, 1, 2490);
    world.connect('full', 'near');
    world.connect('near', 'far');
    await world.run(world.now + 60_000, () => far.core.tip.height === 2490);
    expect(near.core.metrics().vision_p2p_headers_per_sec).toBeGreaterThan(0);
    await world.run(world.now + 20_000);
    expect(near.core.metrics().vision_p2p_headers_per_sec).toBe(0);
    for (let height = 2491; height <= 2500; height++) {
      await submit(full, chain, height, 1);
      await world.run(world.now + 5000);
    }
    expect(far.core.tip.height).toBe(2500);
    expect(near.core.metrics()).toMatchObject({
      vision_p2p_peers: 2,
      vision_p2p_headers_received_total: 2500,
      vision_p2p_dupes_dropped_total: 0,
      vision_chain_reorgs_total: 0,
      vision_chain_reorg_depth_last: 0,
    });
    expect(far.core.metrics()).toMatchObject({
      vision_p2p_peers: 1,
      vision_p2p_headers_received_total: 2500,
    });
    expect(full.core.metrics()).toMatchObject({
      vision_p2p_headers_sent_total: 2500,
      vision_p2p_headers_received_total: 0,
      // The first block is announced; near then wants the others unasked, with their headers.
      vision_p2p_announces_sent_total: 1,
      vision_compact_blocks_sent_total: 9,
    });
    expect(sum(nodes, 'vision_p2p_headers_received_total')).toBe(5000);
    expect(sum(nodes, 'vision_p2p_headers_sent_total')).toBe(5000);
    expect(sum(nodes, 'vision_p2p_announces_sent_total')).toBeGreaterThanOrEqual(2);
    for (const what of ['sent', 'received'] as const)
      expect(sum(nodes, `vision_compact_blocks_${what}_total`)).toBe(18);
    expect(sum(nodes, 'vision_p2p_announces_received_total')).toBe(
      sum(nodes, 'vision_p2p_announces_sent_total'),
    );
    world.disconnect('near', 'far');
    await world.run(world.now + 1000);
    expect(sum(nodes, 'vision_p2p_peers')).toBe(3);
  });

  it('count a reorganisation, its depth, and the headers that came twice', async () => {
    const light = new VisionChain();
    const heavy = new VisionChain();
    light.mine({ count: 7, miner: 'light' });
    heavy.mine({ count: 9, miner: 'heavy' });
    const [left, right] = ['left', 'right'].map((id) => world.add(id, { family })) as [SimNode, SimNode];
    await world.run(world.now + 100);
    await submit(left, light, 1, 7);
    await submit(right, heavy, 1, 9);
    // Known beforehand, but beside the best chain: the peer that brings them does not know that.
    left.driver.push({
      type: 'command',
      command: { kind: 'submit', batch: heavy.tree.batch(1, 5), ticket: 99 },
    });
    await world.run(world.now + 5000);
    world.connect('left', 'right');
    await world.run(world.now + 10_000);
    expect(left.core.metrics()).toMatchObject({
      vision_p2p_headers_received_total: 9,
      vision_p2p_dupes_dropped_total: 5,
      vision_chain_reorgs_total: 1,
      vision_chain_reorg_blocks_rolled_back_total: 7,
      vision_chain_reorg_depth_last: 7,
    });
    expect(right.core.metrics().vision_chain_reorgs_total).toBe(0);
  });
});

describe('the metrics of block bodies', () => {
  const HEIGHT = 100;
  const hash = new Uint8Array(32).fill(7);
  const unknown = new Uint8Array(32).fill(8);

  /** A node that has a chain, and a stranger that says it has it too; it answers `getBlocks` as told. */
  async function meet(
    bodyOf: ((wanted: Uint8Array) => Uint8Array) | undefined,
  ): Promise<{ readonly node: SimNode; readonly stranger: Stranger }> {
    const chain = new VisionChain();
    const made = makeBody(1, 2);
    chain.mine({ count: HEIGHT, txRootOf: () => made.txRoot });
    const node = world.add('a', { family });
    await world.run(world.now + 100);
    const stranger = new Stranger(world, 'b', node, (message, self) => {
      answerPings(message, self);
      if (message.type === 'getHeaders') self.say(answerFrom(family, chain.batch, message));
      if (message.type !== 'getBlocks' || bodyOf === undefined) return;
      const { requestId } = message;
      for (const wanted of message.hashes)
        self.say({ type: 'blocks', requestId, hash: wanted.slice(), body: bodyOf(wanted) });
    });
    const chainwork = chain.tree.chainwork(chain.tree.tip);
    stranger.hello({ height: HEIGHT, chainwork, services: SERVICE_ARCHIVE });
    await world.run(world.now + 2000);
    expect(node.core.tip.height).toBe(HEIGHT);
    return { node, stranger };
  }

  it('tell how many are under way, and how many come a second', async () => {
    const silent = await meet(undefined);
    expect(silent.stranger.heard('getBlocks').flatMap(({ hashes }) => hashes).length).toBe(
      silent.node.core.metrics().vision_p2p_inflight_blocks,
    );
    expect(silent.node.core.metrics()).toMatchObject({ vision_p2p_blocks_per_sec: 0 });
    expect(silent.node.core.metrics().vision_p2p_inflight_blocks).toBeGreaterThan(0);

    world = new World(genesisTime + 100_000);
    const { node } = await meet(() => makeBody(1, 2).body);
    expect(node.core.metrics()).toMatchObject({
      vision_p2p_inflight_blocks: 0,
      vision_p2p_blocks_received_total: FOLLOWED_BLOCKS,
    });
    expect(node.core.metrics().vision_p2p_blocks_per_sec).toBeGreaterThan(0);
    await world.run(world.now + 20_000);
    expect(node.core.metrics().vision_p2p_blocks_per_sec).toBe(0);
  });

  it('tell of an orphan that it is there, that its parent was asked for, and that it was given up', async () => {
    const { node, stranger } = await meet(() => makeBody(1, 2).body);
    const before = node.core.metrics();
    expect(before).toMatchObject({ vision_p2p_orphans: 0, vision_p2p_parent_request_sent_total: 0 });
    const asked = stranger.heard('getHeaders').length;
    stranger.say({ type: 'announce', height: HEIGHT + 2, hash, prev: unknown });
    await world.run(world.now + 2000);
    expect(stranger.heard('getHeaders').length).toBe(asked + 1);
    expect(node.core.metrics()).toMatchObject({
      vision_p2p_orphans: 1,
      vision_p2p_orphans_inserted_total: 1,
      vision_p2p_orphans_pruned_total: 0,
      vision_p2p_parent_request_sent_total: 1,
    });
    await world.run(world.now + ORPHAN_TTL_MS - 5000);
    expect(node.core.metrics().vision_p2p_orphans).toBe(1);
    await world.run(world.now + ORPHAN_SWEEP_MS + 5000);
    expect(node.core.metrics()).toMatchObject({
      vision_p2p_orphans: 0,
      vision_p2p_orphans_adopted_total: 0,
      vision_p2p_orphans_resolved_total: 1,
      vision_p2p_orphans_pruned_total: 1,
    });
  });
});

describe('the table of metrics', () => {
  it('keeps to the names of Prometheus: counters end in _total, gauges do not', () => {
    expect(metricNames.length).toBeGreaterThanOrEqual(14);
    for (const name of metricNames) {
      expect(name).toMatch(/^vision_(p2p|chain|tx|mempool|compact)_[a-z0-9_]+$/);
      expect(name.endsWith('_total')).toBe(metricDefinitions[name].type === 'counter');
      expect(metricHelp[name]).toMatch(/^[A-Z].*\.$/);
    }
  });

  it('is that of the signaling server, but for what cannot be added up', () => {
    const summed = metricNames.filter((name) => metricDefinitions[name].isAdditive);
    expect([...networkMetrics.keys()]).toEqual(summed);
    for (const [name, { type, help }] of networkMetrics) {
      const own = name as keyof typeof metricDefinitions;
      expect({ type, help }).toEqual({ type: metricDefinitions[own].type, help: metricHelp[own] });
    }
  });
});
