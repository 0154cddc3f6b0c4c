/** Blocks that peers announce: which of them are asked for, of whom, and when they are given up. */
import { FOLLOWED_BLOCKS, type Message } from '@vision-light/protocol';
import { beforeEach, expect, it } from 'vitest';
import {
  ANNOUNCED_BLOCKS_PER_PEER_MAX,
  BLOCK_DEMAND_TIMEOUT_MS,
} from '../../packages/protocol/src/limits.js';
import { answerFrom } from './scripted-chain.js';
import { answerPings, Stranger } from './stranger.js';
import { makeBody } from './vision-bodies.js';
import { genesisTime, VisionChain, visionSim } from './vision-chain.js';
import { type SimNode, World } from './world.js';

const HEIGHT = 100;
const { body, txRoot } = makeBody(1, 2);
const chain = new VisionChain();
chain.mine({ count: HEIGHT, txRootOf: (height) => (height === HEIGHT ? txRoot : new Uint8Array(32)) });
const hashAt = (height: number): Uint8Array => chain.tree.hash(chain.tree.at(height) as number).slice();
/** The height that the page is at. */
const TIP = HEIGHT - 1;

let world: World;
let page: SimNode;

function submit(from: number, count: number): void {
  const batch = chain.tree.batch(from, count);
  page.driver.push({ type: 'command', command: { kind: 'submit', batch, ticket: 0 } });
}

beforeEach(async () => {
  world = new World(genesisTime + 100_000);
  page = world.add('page', { family: visionSim });
  await world.run(100);
  submit(1, TIP);
  await world.run(2000);
  expect(page.core.tip.height).toBe(TIP);
});

/** A stranger at the page's height, which gives no bodies unless told otherwise. */
function meet(id: string, given?: Uint8Array): Stranger {
  const stranger = new Stranger(world, id, page, (message: Message, self: Stranger) => {
    answerPings(message, self);
    if (message.type === 'getHeaders') self.say(answerFrom(visionSim, chain.tree.batch(1, TIP), message));
    if (message.type !== 'getBlocks' || given === undefined) return;
    const { requestId, hashes } = message;
    for (const hash of hashes) self.say({ type: 'blocks', requestId, hash: hash.slice(), body: given });
  });
  stranger.hello();
  return stranger;
}

const hashOf = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);
const asked = (stranger: Stranger): string[] =>
  stranger.heard('getBlocks').flatMap(({ hashes }) => hashes.map((hash) => visionSim.hashToHex(hash)));

async function announce(stranger: Stranger, height: number, hash: Uint8Array): Promise<void> {
  stranger.say({ type: 'announce', height, hash, prev: hashOf(99) });
  await world.run(world.now + 200);
}

it.each([
  ['the highest of those', TIP + FOLLOWED_BLOCKS, 1],
  ['above all of those', TIP + FOLLOWED_BLOCKS + 1, 0],
  ['the lowest of those', TIP - FOLLOWED_BLOCKS + 1, 1],
  ['below all of those', TIP - FOLLOWED_BLOCKS, 0],
])('is asked for if it may be one of the newest: %s', async (_, height, times) => {
  const stranger = meet('a');
  await announce(stranger, height, hashOf(1));
  expect(asked(stranger).length).toBe(times);
});

it('is asked for as long as its peer has named few, however many others name', async () => {
  const [greedy, modest] = [meet('greedy'), meet('modest')];
  // At once: three that lead to nothing would end the peer.
  for (let i = 1; i <= ANNOUNCED_BLOCKS_PER_PEER_MAX + 2; i++)
    greedy.say({ type: 'announce', height: TIP + 1, hash: hashOf(i), prev: hashOf(99) });
  await announce(modest, TIP + 1, hashOf(50));
  expect(asked(greedy).length).toBe(ANNOUNCED_BLOCKS_PER_PEER_MAX);
  expect(asked(modest)).toEqual([visionSim.hashToHex(hashOf(50))]);
});

it('is given up when it did not come in time', async () => {
  const stranger = meet('a');
  await announce(stranger, TIP + 1, hashOf(1));
  const { download } = page.core.blocks;
  await world.run(world.now + BLOCK_DEMAND_TIMEOUT_MS - 2000);
  expect(download.isWanted(hashOf(1))).toBe(true);
  await world.run(world.now + 4000);
  expect(download.isWanted(hashOf(1))).toBe(false);
});

it('is asked of anyone once its header is verified, though only one who does not give it named it', async () => {
  const silent = meet('silent');
  const other = meet('other', body);
  await announce(silent, HEIGHT, hashAt(HEIGHT));
  expect([asked(silent).length, asked(other).length]).toEqual([1, 0]);
  submit(HEIGHT, 1);
  await world.run(world.now + 5000);
  expect(page.core.tip.height).toBe(HEIGHT);
  expect(asked(other)).toEqual([visionSim.hashToHex(hashAt(HEIGHT))]);
  expect(page.core.blocks.whereabouts(hashAt(HEIGHT))).toBe('here');
});
