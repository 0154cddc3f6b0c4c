/** Who is told of a new tip, and when. */
import { beforeEach, describe, expect, it } from 'vitest';
import {
  ANNOUNCE_LATE_MS,
  ANNOUNCE_QUIET_MS,
  ANNOUNCED_AT_ONCE,
  ASKING_TIPS,
} from '../../packages/protocol/src/limits.js';
import { answerFrom } from './scripted-chain.js';
import { answerPings, Stranger } from './stranger.js';
import { genesisTime, VisionChain, visionSim } from './vision-chain.js';
import { type SimNode, World } from './world.js';

/** Blocks of the node itself, of which every peer is told. */
const OWN = ASKING_TIPS;
const PEERS = 9;
const chain = new VisionChain();
chain.mine({ count: OWN + 3 });
const hashAt = (height: number): Uint8Array => chain.tree.hash(chain.tree.at(height) as number).slice();

let world: World;
let node: SimNode;
/** The one that brings blocks. */
let source: Stranger;
let others: Stranger[];
/** Height of the source. */
let brought: number;

/** How often each of the others was told of a block. */
const told = (height: number): number[] =>
  others.map((peer) => peer.heard('announce').filter((message) => message.height === height).length);
const count = (height: number): number => told(height).reduce((sum, each) => sum + each, 0);

const announce = (peer: Stranger, height: number): void =>
  peer.say({ type: 'announce', height, hash: hashAt(height), prev: hashAt(height - 1) });

/** The source brings a block, and those are told that are told at once. */
async function bring(height: number): Promise<void> {
  brought = height;
  announce(source, height);
  await world.run(world.now + 500);
  expect(node.core.tip.height).toBe(height);
}

beforeEach(async () => {
  world = new World(genesisTime + 100_000);
  node = world.add('node', { family: visionSim, followedBlocks: 0 });
  await world.run(100);
  source = new Stranger(world, 'source', node, (message, self) => {
    answerPings(message, self);
    if (message.type === 'getHeaders') self.say(answerFrom(visionSim, chain.tree.batch(1, brought), message));
  });
  source.hello();
  others = Array.from({ length: PEERS }, (_, i) => {
    const peer = new Stranger(world, `peer ${i}`, node, answerPings);
    peer.hello();
    return peer;
  });
  await world.run(world.now + 1000);
  for (let height = 1; height <= OWN; height++) {
    node.driver.push({
      type: 'command',
      command: { kind: 'submit', batch: chain.tree.batch(height, 1), ticket: 0 },
    });
    await world.run(world.now + 1000);
  }
  await world.run(world.now + 2 * ANNOUNCE_QUIET_MS);
});

describe('of a new tip', () => {
  it('every peer is told at once if none has it', () => {
    for (let height = 1; height <= OWN; height++) expect(told(height)).toEqual(others.map(() => 1));
  });

  it('some are told at once, in turn, and the rest later', async () => {
    await bring(OWN + 1);
    expect(count(OWN + 1)).toBe(ANNOUNCED_AT_ONCE);
    await world.run(world.now + ANNOUNCE_LATE_MS - 1000);
    expect(count(OWN + 1)).toBe(ANNOUNCED_AT_ONCE);
    await bring(OWN + 2);
    expect(count(OWN + 2)).toBe(ANNOUNCED_AT_ONCE);
    // Nobody is told twice in turn before everyone was told once.
    expect(Math.max(...told(OWN + 1).map((times, i) => times + (told(OWN + 2)[i] as number)))).toBe(1);
    await world.run(world.now + 2 * ANNOUNCE_LATE_MS);
    // Those that were told of the block before wait longer.
    expect(count(OWN + 2)).toBe(PEERS - ANNOUNCED_AT_ONCE);
    await world.run(world.now + 2 * ANNOUNCE_QUIET_MS);
    expect(told(OWN + 2)).toEqual(others.map(() => 1));
    // Of what is not the tip any more nobody is told.
    expect(count(OWN + 1)).toBe(ANNOUNCED_AT_ONCE);
    expect(source.heard('announce').filter(({ height }) => height > OWN)).toEqual([]);
  });

  it('those are told at once that asked for headers lately', async () => {
    const asking = others.slice(-2);
    for (const [i, peer] of asking.entries())
      peer.say({
        type: 'getHeaders',
        requestId: 1000 + i,
        locator: [hashAt(OWN)],
        stop: undefined,
        skip: 0,
        max: 1,
      });
    await world.run(world.now + 100);
    for (const height of [OWN + 1, OWN + 2, OWN + 3]) {
      await bring(height);
      expect(told(height).slice(-2)).toEqual([1, 1]);
      expect(count(height)).toBe(asking.length + ANNOUNCED_AT_ONCE);
    }
  });

  it('no peer is told later that has announced it, or a higher one, by then', async () => {
    await bring(OWN + 1);
    const late = others.filter((_, i) => told(OWN + 1)[i] === 0);
    const [first, second, ...rest] = late;
    announce(first as Stranger, OWN + 1);
    // Its headers never come.
    (second as Stranger).say({
      type: 'announce',
      height: OWN + 2,
      hash: new Uint8Array(32).fill(9),
      prev: hashAt(OWN + 1),
    });
    await world.run(world.now + 2 * ANNOUNCE_LATE_MS);
    expect(late.map((peer) => peer.heard('announce').at(-1)?.height)).toEqual([
      OWN,
      OWN,
      ...rest.map(() => OWN + 1),
    ]);
  });
});
