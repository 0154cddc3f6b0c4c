/** The talk with a node in simulated time: no request is made, and every fault comes from a seed. */
import type { HeaderTree } from '@vision-light/protocol';
import { describe, expect, it } from 'vitest';
import { SimRandom } from '../../../../../tests/sim/sim-random.js';
import { VisionChain, visionSim } from '../../../../../tests/sim/vision-chain.js';
import { hashAt, slotOf, VisionNodeModel } from '../../../../../tests/sim/vision-node-model.js';
import { defined } from '../../../../protocol/src/assert.js';
import {
  VISION_NODE_ANNOUNCED_POLL_MS,
  VISION_NODE_BRANCH_BLOCKS_MAX,
  VISION_NODE_FAILED_POLL_MS,
  VISION_NODE_FAILED_POLL_MS_MAX,
  VISION_NODE_NAMES_MAX,
  VISION_NODE_POLL_MS,
  VISION_NODE_POLL_MS_MAX,
} from '../../limits.js';
import { canonicalHash, NodeNames } from './node-names.js';
import { NodeTalk } from './node-talk.js';
import { PollPace } from './poll-pace.js';
import { RequestWindow } from './request-window.js';
import type { FetchedBlock, TalkEffect, TalkOutcome } from './talk-step.js';

const tipOf = (tree: HeaderTree): string => hashAt(tree, tree.tip);

/** Blocks into a tree as the core takes those of somebody else. */
function submit(tree: HeaderTree, blocks: readonly FetchedBlock[]): TalkOutcome {
  const [first] = blocks;
  const parent = first && tree.find(visionSim.parent(first.record));
  if (parent === undefined) return { type: 'submitted', accepted: 0, code: 'UNKNOWN_PARENT' };
  const works = blocks.map(({ record }) => visionSim.work(record));
  const work = works.reduce((sum, each) => sum + each, tree.chainwork(parent));
  const enough = tree.chainwork(tree.tip) - 144n * visionSim.work(tree.record(tree.tip));
  if (work < enough) return { type: 'submitted', accepted: 0, code: 'LOW_WORK' };
  let slot = parent;
  for (const [accepted, { record, hash }] of blocks.entries()) {
    if (!Buffer.from(visionSim.parent(record)).equals(tree.hash(slot)))
      return { type: 'submitted', accepted, code: 'HEADER_BAD_PARENT' };
    tree.insertChecked(record, Buffer.from(hash, 'hex'), slot);
    slot = defined(slotOf(tree, hash), 'just inserted');
  }
  return { type: 'submitted', accepted: blocks.length };
}

/** One talk, its node, and the time that goes by. */
class World {
  readonly ours = new VisionChain();
  readonly random: SimRandom;
  readonly node: VisionNodeModel;
  readonly talk: NodeTalk;
  readonly done: TalkEffect[] = [];
  readonly reports: string[] = [];
  now = 0;

  constructor(seed = 1) {
    this.random = new SimRandom(seed);
    this.node = new VisionNodeModel(this.random);
    this.talk = new NodeTalk({ tree: this.ours.tree, transactionText: (id) => `"${id}"` });
  }

  get time() {
    return { now: this.now, wallTime: 1_000_000 + this.now / 1000 };
  }

  /** Lets the talk do what it wants until a time. */
  runUntil(end: number): void {
    while (this.now < end) {
      const effect = this.talk.next(this.time);
      if (effect === undefined) {
        this.now = Math.min(end, Math.max(this.now + 1, this.talk.nextWake(this.time)));
        continue;
      }
      this.done.push(effect);
      this.now += 1 + this.random.int(100);
      this.talk.finished(this.#perform(effect), this.time);
      this.reports.push(...this.talk.takeReports().map((report) => report.type));
    }
  }

  #perform(effect: TalkEffect): TalkOutcome {
    const { tree } = this.ours;
    if (effect.type === 'submit') return submit(tree, effect.blocks);
    return this.node.answer(effect, tree);
  }

  /** Effects of a kind since some moment. */
  since(count: number, type: TalkEffect['type']): number {
    return this.done.slice(count).filter((effect) => effect.type === type).length;
  }
}

describe('the talk with a node', () => {
  it.each(Array.from({ length: 60 }, (_, seed) => [seed]))(
    'brings two chains together whatever fails on the way (seed %i)',
    (seed) => {
      const world = new World(seed);
      const { random, node, ours } = world;
      node.isGateway = random.chance(0.5);
      node.chain.mine({ count: 1 + random.int(300), miner: 'theirs' });
      ours.mine({ count: 1 + random.int(60), miner: 'ours' });
      node.faults = random.between(0, 0.4);
      for (let round = 0; round < 20; round++) {
        world.runUntil(world.now + random.exponential(20_000));
        const [chain, miner] = random.chance(0.5) ? [node.chain, 'theirs'] : [ours, 'ours'];
        chain.mine({ count: 1 + random.int(3), miner: `${miner}${round}` });
      }
      node.faults = 0;
      // Long enough for the longest pause after faults.
      world.runUntil(world.now + 2 * VISION_NODE_FAILED_POLL_MS_MAX);
      node.chain.mine({ count: 70, miner: 'last' });
      world.runUntil(world.now + 2 * VISION_NODE_POLL_MS_MAX);
      expect(tipOf(ours.tree)).toBe(tipOf(node.tree));
      ours.mine({ count: 1, miner: 'last of all' });
      world.runUntil(world.now + 2 * VISION_NODE_POLL_MS_MAX);
      expect(tipOf(node.tree)).toBe(tipOf(ours.tree));
      // Never the same change twice.
      expect(world.reports.every((type, i) => type !== world.reports[i - 1])).toBe(true);
      const before = world.done.length;
      world.runUntil(world.now + 100 * VISION_NODE_POLL_MS_MAX);
      expect(world.done.length - before).toBeLessThan(110);
    },
  );

  it('asks a node that fails less and less often, and one that is announced soon', () => {
    const world = new World();
    world.node.faults = 1;
    world.runUntil(3_600_000);
    const before = world.done.length;
    world.runUntil(2 * 3_600_000);
    // Twelve times in an hour, with fewer headers each time that may help.
    expect(world.done.length - before).toBeLessThan(12 * 5);
    world.node.faults = 0;
    const { now } = world;
    world.talk.announced(world.time);
    world.runUntil(now + VISION_NODE_FAILED_POLL_MS + 1);
    expect(world.reports).toEqual(['lost', 'back']);
  });

  it('collects no more of a branch than it may', () => {
    const world = new World();
    world.ours.mine({ count: 2 * VISION_NODE_BRANCH_BLOCKS_MAX + 300, miner: 'ours' });
    world.node.chain.mine({ count: 2 * VISION_NODE_BRANCH_BLOCKS_MAX, miner: 'theirs' });
    world.runUntil(60_000);
    const sizes = world.done.map((effect) => (effect.type === 'submit' ? effect.blocks.length : 0));
    expect(Math.max(...sizes)).toBeGreaterThanOrEqual(VISION_NODE_BRANCH_BLOCKS_MAX);
    expect(Math.max(...sizes)).toBeLessThan(VISION_NODE_BRANCH_BLOCKS_MAX + 32);
    expect(world.talk.status.lastFault).toMatchObject({
      code: 'VISION_NODE_LOW_WORK',
      detail: 'too long a branch',
    });
    expect(world.talk.status.reachableSince).toBeDefined();
  });

  it('tells a node that was gone of the tip that it missed', () => {
    const world = new World();
    world.runUntil(1_000);
    world.node.faults = 1;
    world.ours.mine({ count: 2, miner: 'ours' });
    world.runUntil(100_000);
    expect(world.talk.status.reachableSince).toBeUndefined();
    world.node.faults = 0;
    world.runUntil(100_000 + VISION_NODE_FAILED_POLL_MS_MAX);
    expect(tipOf(world.node.tree)).toBe(tipOf(world.ours.tree));
  });

  it('posts no block that the node has named, and those above it', () => {
    const world = new World();
    world.node.chain.mine({ count: 30, miner: 'theirs' });
    world.runUntil(10_000);
    expect(world.since(0, 'postBlock')).toBe(0);
    const batch = world.node.chain.batch;
    for (let i = 1; i < batch.count; i++)
      world.ours.tree.insertChecked(batch.records, batch.hashes, world.ours.tree.tip, i);
    world.ours.mine({ count: 200, miner: 'ours' });
    world.runUntil(90_000);
    expect(world.since(0, 'postBlock')).toBe(200);
    expect(tipOf(world.node.tree)).toBe(tipOf(world.ours.tree));
  });

  it('tells a gateway of transactions by their names first, and posts those that it wants together', () => {
    const world = new World();
    world.node.isGateway = true;
    world.runUntil(1_000);
    const ids = Array.from({ length: 250 }, (_, i) => i.toString(16).padStart(64, '0'));
    world.talk.transactions(ids);
    world.runUntil(5_000);
    const posts = world.done.flatMap((effect) => (effect.type === 'postTransactions' ? effect : []));
    expect(posts.map(({ texts, isList }) => [texts.length, isList])).toEqual([
      [100, true],
      [100, true],
      [50, true],
    ]);
  });
});

describe('the pace of looks', () => {
  it('is fast after news, slow when nothing changes, slower still with faults', () => {
    const pace = new PollPace();
    expect(pace.nextAt).toBeLessThan(0);
    const delays = (count: number, happens: (now: number) => void): number[] =>
      Array.from({ length: count }, () => {
        happens(1e6);
        return pace.nextAt - 1e6;
      });
    expect(delays(7, (now) => pace.quiet(now))).toEqual([1000, 2000, 4000, 8000, 16_000, 20_000, 20_000]);
    expect(delays(2, (now) => pace.news(now))).toEqual([VISION_NODE_POLL_MS, VISION_NODE_POLL_MS]);
    expect(delays(9, (now) => pace.failed(now)).slice(-3)).toEqual([128_000, 256_000, 300_000]);
    expect(delays(1, (now) => pace.quiet(now))).toEqual([VISION_NODE_POLL_MS]);
    expect(delays(1, (now) => pace.failed(now))).toEqual([VISION_NODE_FAILED_POLL_MS]);
    delays(5, (now) => pace.failed(now));
    expect(delays(1, (now) => pace.failed(now, true))).toEqual([VISION_NODE_FAILED_POLL_MS]);
    expect(delays(1, (now) => pace.busy(now, 7_000))).toEqual([7_000]);
    expect(delays(1, (now) => pace.busy(now, 1e9))).toEqual([VISION_NODE_FAILED_POLL_MS_MAX]);
    expect(delays(1, (now) => pace.busy(now, 0))).toEqual([VISION_NODE_POLL_MS]);
  });

  it('is brought forward by announcements, never by much', () => {
    const pace = new PollPace();
    pace.quiet(0);
    pace.quiet(0);
    pace.announced(100);
    expect(pace.nextAt).toBe(VISION_NODE_ANNOUNCED_POLL_MS);
    pace.announced(900);
    expect(pace.nextAt).toBe(VISION_NODE_ANNOUNCED_POLL_MS);
    for (let i = 0; i < 5; i++) pace.failed(10_000);
    pace.announced(10_100);
    expect(pace.nextAt).toBe(10_000 + VISION_NODE_FAILED_POLL_MS);
  });
});

describe('what a talk remembers', () => {
  it('asks for between the least and the most', () => {
    const window = new RequestWindow(1, 8, 32);
    window.grow();
    window.grow();
    window.grow();
    expect(window.size).toBe(32);
    expect([1, 2, 3, 4, 5, 6].map(() => window.shrink())).toEqual([true, true, true, true, true, false]);
    expect(window.size).toBe(1);
  });

  it('has a bounded number of names, the newest', () => {
    const names = new NodeNames();
    for (let i = 0; i <= VISION_NODE_NAMES_MAX; i++) names.note(`${i}`, `0x${i}`);
    expect(names.size).toBe(VISION_NODE_NAMES_MAX);
    expect([names.has('0'), names.has('1')]).toEqual([false, true]);
    expect(names.formsOf('1')).toEqual(['0x1']);
    expect(names.formsOf('0')).toEqual(['0', '0x0']);
  });

  it('reads hashes in every form', () => {
    const hash = 'ab'.repeat(32);
    for (const text of [hash, `0x${hash}`, `0X${hash.toUpperCase()}`]) expect(canonicalHash(text)).toBe(hash);
    for (const text of ['', '0x', `${hash}0`, `0x0x${hash}`, 'zz'.repeat(32)])
      expect(canonicalHash(text)).toBeUndefined();
  });
});
