/** Compact blocks between a page and peers that are no nodes of ours: what it asks, what it passes on, and whom it sends away. */
import { bytesToHex, type CompactBlock, type Message } from '@vision-light/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { defined } from '../../packages/protocol/src/assert.js';
import { compactBlockOf } from '../../packages/protocol/src/compact/rebuild.js';
import { COMPACT_DEPTH_MAX } from '../../packages/protocol/src/limits.js';
import { answerFrom } from './scripted-chain.js';
import { answerPings, Stranger } from './stranger.js';
import { type MadeBody, makeBody } from './vision-bodies.js';
import { genesisTime, VisionChain, visionSim } from './vision-chain.js';
import { bodyOf, makeTransaction, send } from './vision-transactions.js';
import { type SimNode, World } from './world.js';

const TIP = 20;
const NEW = 4;
/** The block at `TIP + NEW` has no transactions. */
const bodies = Array.from({ length: TIP + NEW - 1 }, (_, i) =>
  i < TIP ? makeBody(i + 1, 8) : signedBody(i + 1),
);
/** Eight transactions of eight senders. */
function signedBody(height: number): MadeBody {
  return bodyOf(Array.from({ length: 8 }, (_, i) => makeTransaction({ sender: 10 * height + i })));
}

const chain = new VisionChain();
chain.mine({ count: TIP + NEW, txRootOf: (height) => bodies[height - 1]?.txRoot ?? new Uint8Array(32) });
const hashAt = (height: number): Uint8Array => chain.tree.hash(height).slice();
const bodyAt = (height: number): Uint8Array => defined(bodies[height - 1], 'it has transactions').body;
const transactionsAt = (height: number) =>
  height === TIP + NEW ? [] : defined(visionSim.splitBody(bodyAt(height)), 'a good body');

let world: World;
let page: SimNode;

/** The page's own application sends the transactions of a block, but for those at some places. */
async function learn(height: number, ...unknown: number[]): Promise<void> {
  for (const [place, { bytes }] of transactionsAt(height).entries())
    if (!unknown.includes(place)) send(page, bytes);
  await wait(100);
}

function submit(from: number, count: number): void {
  const batch = chain.tree.batch(from, count);
  const sent = Array.from({ length: count }, (_, i) => bodies[from + i - 1]?.body);
  page.driver.push({ type: 'command', command: { kind: 'submit', batch, bodies: sent, ticket: 0 } });
}

const wait = (ms: number): Promise<void> => world.run(world.now + ms);

beforeEach(async () => {
  world = new World(genesisTime + 100_000);
  page = world.add('page', { family: visionSim });
  await wait(100);
  submit(1, TIP);
  await wait(1000);
  // Who knows no transaction at all does not ask for compact blocks.
  send(page, makeTransaction());
  await wait(100);
});

/** Says headers up to a height, and bodies; of compact blocks that it has none, or nothing if it is silent. */
function meet(id: string, { services = 8, isSilent = false, upTo = TIP + NEW } = {}): Stranger {
  const stranger = new Stranger(world, id, page, (message: Message, self: Stranger) => {
    answerPings(message, self);
    if (message.type === 'getHeaders') self.say(answerFrom(visionSim, chain.tree.batch(1, upTo), message));
    if (message.type === 'getCompactBlock' && !isSilent)
      self.say({
        type: 'compactBlock',
        requestId: message.requestId,
        height: 0,
        block: new Uint8Array(0),
      });
    if (message.type !== 'getBlocks') return;
    const { requestId } = message;
    for (const hash of message.hashes) {
      const height = chain.tree.height(defined(chain.tree.find(hash), 'a block of the chain'));
      self.say({ type: 'blocks', requestId, hash: hash.slice(), body: bodyAt(height) });
    }
  });
  stranger.hello({ services });
  return stranger;
}

const announceOf = (height: number): Message => ({
  type: 'announce',
  height,
  hash: hashAt(height),
  prev: hashAt(height - 1),
});

/** The compact block at a height, with changes. */
function compact(height: number, change = (block: CompactBlock): CompactBlock => block): Message {
  const { records, hashes } = chain.tree.batch(height, 1);
  const head = visionSim.compactHead({ count: 1, records, hashes }, new Uint8Array(8).fill(height));
  const block = change(compactBlockOf(head, transactionsAt(height)));
  return { type: 'compactBlock', requestId: 0, height, block: visionSim.encodeCompact(block) };
}

/** A stranger that the page has chosen, since it announced the block after `TIP` first. */
async function chosen(id = 'chosen'): Promise<Stranger> {
  const stranger = meet(id, { upTo: TIP + 1 });
  await wait(200);
  stranger.say(announceOf(TIP + 1));
  await wait(200);
  await wait(500);
  expect(page.core.tip.height).toBe(TIP + 1);
  expect(stranger.heard('sendCompact')).toEqual([{ type: 'sendCompact', highBandwidth: true }]);
  return stranger;
}

const isHere = (height: number): boolean => page.core.blocks.whereabouts(hashAt(height)) === 'here';
const counted = (name: 'reconstructions' | 'reconstruction_failures'): number =>
  page.core.metrics()[`vision_compact_block_${name}_total`];
const askedWhole = (stranger: Stranger, height: number): boolean =>
  stranger
    .heard('getBlocks')
    .some(({ hashes }) => hashes.some((hash) => bytesToHex(hash) === bytesToHex(hashAt(height))));

describe('a peer that has brought a new block first', () => {
  it('is asked to send them unasked; of four the one that was first longest ago is not any more', async () => {
    const strangers: Stranger[] = [];
    for (let i = 0; i < 4; i++) {
      const stranger = meet(`s${i}`, { upTo: TIP + 1 + i });
      strangers.push(stranger);
      await wait(200);
      stranger.say(announceOf(TIP + 1 + i));
      await wait(4000);
      expect(page.core.tip.height).toBe(TIP + 1 + i);
    }
    const told = strangers.map((each) => each.heard('sendCompact').map(({ highBandwidth }) => highBandwidth));
    expect(told).toEqual([[true, false], [true], [true], [true]]);
  });

  it('is told nothing of compact blocks if it does not speak of them', async () => {
    await learn(TIP + 1);
    const stranger = meet('old', { services: 0 });
    await wait(200);
    stranger.say(announceOf(TIP + 1));
    await wait(1000);
    expect(page.core.tip.height).toBe(TIP + 4);
    expect([...stranger.heard('sendCompact'), ...stranger.heard('getCompactBlock')]).toEqual([]);
  });
});

describe('a compact block that comes unasked', () => {
  it('is put together from what is known, and nothing is asked for', async () => {
    const stranger = await chosen();
    await learn(TIP + 2);
    stranger.say(compact(TIP + 2));
    await wait(100);
    expect([page.core.tip.height, isHere(TIP + 2), counted('reconstructions')]).toEqual([TIP + 2, true, 1]);
    expect([stranger.heard('getBlockTxns').length, askedWhole(stranger, TIP + 2)]).toEqual([0, false]);
  });

  it('goes on as it came once its header is verified, before the rest of its body is here', async () => {
    const stranger = await chosen();
    const [wanting, other] = [meet('wanting', { upTo: TIP }), meet('other', { upTo: TIP })];
    await wait(200);
    wanting.say({ type: 'sendCompact', highBandwidth: true });
    await wait(100);
    await learn(TIP + 2, 3, 5);
    const sent = compact(TIP + 2);
    stranger.say(sent);
    await wait(100);
    expect(isHere(TIP + 2)).toBe(false);
    expect(wanting.heard('compactBlock')).toEqual([sent]);
    expect(wanting.heard('announce').filter(({ height }) => height === TIP + 2)).toEqual([]);
    expect(other.heard('compactBlock')).toEqual([]);
    expect(other.heard('announce').filter(({ height }) => height === TIP + 2).length).toBe(1);
    // What is missing is asked for once, and comes.
    const [request] = stranger.heard('getBlockTxns');
    const { hash, items } = defined(
      visionSim.decodePlaces(defined(request, 'asked').places),
      'a good request',
    );
    expect([bytesToHex(hash), items]).toEqual([bytesToHex(hashAt(TIP + 2)), [3, 5]]);
    const found = items.map((place) => defined(transactionsAt(TIP + 2)[place], 'a place of the block').bytes);
    const transactions = visionSim.encodeTransactions({ hash, items: found });
    stranger.say({ type: 'blockTxns', requestId: defined(request, 'asked').requestId, transactions });
    await wait(100);
    expect([isHere(TIP + 2), counted('reconstructions')]).toEqual([true, 1]);
    // Another peer gets what was missing here with the compact block.
    other.say({ type: 'getCompactBlock', requestId: 9, hash: hashAt(TIP + 2) });
    await wait(100);
    const [richer] = other.heard('compactBlock');
    const read = visionSim.decodeCompact(defined(richer, 'answered').block, TIP + 2);
    expect(read?.prefilled.map(({ index }) => index)).toEqual([0, 3, 5]);
  });

  it('is passed on to nobody, and ends its sender, if its header is not proven', async () => {
    const stranger = await chosen();
    const wanting = meet('wanting', { upTo: TIP });
    await wait(200);
    wanting.say({ type: 'sendCompact', highBandwidth: true });
    const { records, hashes } = chain.tree.batch(TIP + 2, 1);
    // The last byte of the digest: the target is met, and the digest is false.
    const digestEnd = visionSim.encodeCompact(
      compactBlockOf(visionSim.compactHead({ count: 1, records, hashes }, new Uint8Array(8)), []),
    );
    const bytes = digestEnd.slice();
    bytes[bytes.length - 11] = (bytes[bytes.length - 11] ?? 0) ^ 1;
    stranger.say({ type: 'compactBlock', requestId: 0, height: TIP + 2, block: bytes });
    await wait(500);
    expect(stranger.rejectedWith).toBe('HEADER_POW_MISMATCH');
    expect(wanting.heard('compactBlock')).toEqual([]);
    expect(page.core.tip.height).toBe(TIP + 1);
  });

  it('is an announcement if the header before it is not known', async () => {
    const stranger = await chosen();
    const asked = stranger.heard('getHeaders').length;
    stranger.say(compact(TIP + 3));
    await wait(200);
    expect(stranger.heard('getHeaders').length).toBe(asked + 1);
    expect(stranger.isConnected).toBe(true);
  });

  it('brings an empty block as its header alone', async () => {
    const stranger = await chosen();
    submit(TIP + 2, 2);
    await wait(500);
    const asked = stranger.heard('getBlocks').length;
    stranger.say(compact(TIP + NEW));
    await wait(200);
    expect([page.core.tip.height, isHere(TIP + NEW)]).toEqual([TIP + NEW, true]);
    expect([stranger.heard('getBlocks').length, stranger.heard('getBlockTxns').length]).toEqual([asked, 0]);
  });

  it('is looked at once, whoever else sends it', async () => {
    const stranger = await chosen();
    const second = meet('second', { upTo: TIP + 2 });
    await wait(200);
    second.say(announceOf(TIP + 2));
    await wait(4000);
    expect(second.heard('sendCompact').length).toBe(1);
    await learn(TIP + 3, 4);
    stranger.say(compact(TIP + 3));
    second.say(compact(TIP + 3), compact(TIP + 3));
    await wait(200);
    expect([stranger.heard('getBlockTxns').length, second.heard('getBlockTxns').length]).toEqual([1, 0]);
    expect([stranger.isConnected, second.isConnected]).toEqual([true, true]);
  });

  it('is a fault of one that was never chosen, and not of one that may not know that this has ended', async () => {
    const first = await chosen();
    for (let i = 1; i < 4; i++) {
      const next = meet(`next${i}`, { upTo: TIP + 1 + i });
      await wait(200);
      next.say(announceOf(TIP + 1 + i));
      await wait(4000);
    }
    expect(first.heard('sendCompact').length).toBe(2);
    first.say(compact(TIP + NEW));
    await wait(200);
    expect(first.isConnected).toBe(true);
    // It may have slept.
    await wait(600_000);
    first.say(compact(TIP + NEW));
    await wait(200);
    expect(first.isConnected).toBe(true);
    const never = meet('never', { upTo: TIP + 1 });
    await wait(200);
    never.say(compact(TIP + NEW));
    await wait(200);
    expect(never.rejectedWith).toBe('PEER_UNSOLICITED');
  });
});

describe('a compact block that cannot be put together is downloaded whole, and its sender stays', () => {
  it.each<[string, (block: CompactBlock) => CompactBlock]>([
    [
      'two short ids are equal',
      (block) => ({ ...block, shortIds: block.shortIds.slice().copyWithin(0, 6, 12) }),
    ],
    [
      'the root is another one',
      ({ shortIds, ...block }) => ({
        ...block,
        shortIds: Uint8Array.from([
          ...shortIds.subarray(6, 12),
          ...shortIds.subarray(0, 6),
          ...shortIds.subarray(12),
        ]),
      }),
    ],
  ])('%s', async (_, change) => {
    const stranger = await chosen();
    await learn(TIP + 2);
    stranger.say(compact(TIP + 2, change));
    await wait(500);
    expect([isHere(TIP + 2), counted('reconstructions'), counted('reconstruction_failures')]).toEqual([
      true,
      0,
      1,
    ]);
    expect([askedWhole(stranger, TIP + 2), stranger.isConnected]).toEqual([true, true]);
  });

  it('the sender does not have the rest', async () => {
    const stranger = await chosen();
    stranger.say(compact(TIP + 2));
    await wait(100);
    const { requestId } = defined(stranger.heard('getBlockTxns')[0], 'asked');
    const transactions = visionSim.encodeTransactions({ hash: hashAt(TIP + 2), items: [] });
    stranger.say({ type: 'blockTxns', requestId, transactions });
    await wait(500);
    expect([isHere(TIP + 2), stranger.isConnected]).toEqual([true, true]);
  });

  it('the sender does not answer: another peer is asked, and the sender is not to send unasked any more', async () => {
    const stranger = await chosen();
    const helper = meet('helper', { upTo: TIP + 1 });
    await wait(200);
    stranger.say(compact(TIP + 2));
    await wait(1000);
    expect(askedWhole(helper, TIP + 2)).toBe(false);
    await wait(4000);
    expect([askedWhole(helper, TIP + 2), isHere(TIP + 2), stranger.isConnected]).toEqual([true, true, true]);
    expect(stranger.heard('sendCompact').map(({ highBandwidth }) => highBandwidth)).toEqual([true, false]);
  });
});

describe('what is provably false is a fault of its sender', () => {
  const malformed = 'PEER_COMPACT_MALFORMED';

  it.each<[string, Message]>([
    [
      'bytes that are no compact block',
      { type: 'compactBlock', requestId: 0, height: 22, block: new Uint8Array(99) },
    ],
    [
      'another height',
      { ...(compact(TIP + 2) as Extract<Message, { type: 'compactBlock' }>), height: TIP + 3 },
    ],
    [
      'a place outside of the block',
      compact(TIP + 2, (block) => ({
        ...block,
        prefilled: block.prefilled.map(({ bytes }) => ({ index: 500, bytes })),
      })),
    ],
    ['a request that is none', { type: 'getBlockTxns', requestId: 5, places: new Uint8Array(33) }],
    [
      'a request for a place outside of the block',
      {
        type: 'getBlockTxns',
        requestId: 5,
        places: visionSim.encodePlaces({ hash: hashAt(TIP), items: [2, 8] }),
      },
    ],
  ])('%s', async (_, message) => {
    const stranger = await chosen();
    stranger.say(message);
    await wait(300);
    expect(stranger.rejectedWith).toBe(malformed);
  });

  it.each<[string, string, (requestId: number) => Message]>([
    ['fewer transactions than were asked for', malformed, (requestId) => answerWith(requestId, 1)],
    ['more transactions', malformed, (requestId) => answerWith(requestId, 8)],
    [
      'bytes that are no transactions',
      malformed,
      (requestId) => ({ type: 'blockTxns', requestId, transactions: new Uint8Array(40).fill(1) }),
    ],
    ['an answer to nothing', 'PEER_UNSOLICITED', (requestId) => answerWith(requestId + 1, 7)],
  ])('%s', async (_, code, answer) => {
    const stranger = await chosen();
    stranger.say(compact(TIP + 2));
    await wait(100);
    stranger.say(answer(defined(stranger.heard('getBlockTxns')[0], 'asked').requestId));
    await wait(300);
    expect(stranger.rejectedWith).toBe(code);
  });

  const answerWith = (requestId: number, count: number): Message => ({
    type: 'blockTxns',
    requestId,
    transactions: visionSim.encodeTransactions({
      hash: hashAt(TIP + 2),
      items: transactionsAt(TIP + 2)
        .slice(0, count)
        .map(({ bytes }) => bytes),
    }),
  });
});

describe('a block that another peer announces', () => {
  it('is asked for as a compact block, and put together', async () => {
    await learn(TIP + 1);
    const stranger = meet('low', { isSilent: true, upTo: TIP + 1 });
    await wait(200);
    stranger.say(announceOf(TIP + 1));
    await wait(100);
    const [request] = stranger.heard('getCompactBlock');
    const answer = compact(TIP + 1) as Extract<Message, { type: 'compactBlock' }>;
    stranger.say({ ...answer, requestId: defined(request, 'asked').requestId });
    await wait(200);
    expect([isHere(TIP + 1), askedWhole(stranger, TIP + 1), counted('reconstructions')]).toEqual([
      true,
      false,
      1,
    ]);
  });

  it('is asked for whole if the compact block does not come', async () => {
    const stranger = meet('low', { isSilent: true, upTo: TIP + 1 });
    await wait(200);
    stranger.say(announceOf(TIP + 1));
    await wait(1000);
    expect([stranger.heard('getCompactBlock').length, askedWhole(stranger, TIP + 1)]).toEqual([1, false]);
    await wait(4000);
    expect([isHere(TIP + 1), askedWhole(stranger, TIP + 1)]).toEqual([true, true]);
  });

  it('is another one than was asked for: PEER_UNSOLICITED', async () => {
    const stranger = meet('low', { isSilent: true, upTo: TIP + 1 });
    await wait(200);
    stranger.say(announceOf(TIP + 1));
    await wait(100);
    const answer = compact(TIP + 2) as Extract<Message, { type: 'compactBlock' }>;
    stranger.say({ ...answer, requestId: defined(stranger.heard('getCompactBlock')[0], 'asked').requestId });
    await wait(200);
    expect(stranger.rejectedWith).toBe('PEER_UNSOLICITED');
  });
});

describe('what the page serves', () => {
  it('is the compact block of a block near the tip, and none of a deeper one', async () => {
    const stranger = meet('asking', { upTo: TIP });
    await wait(200);
    for (const depth of [0, COMPACT_DEPTH_MAX, COMPACT_DEPTH_MAX + 1])
      stranger.say({ type: 'getCompactBlock', requestId: 50 + depth, hash: hashAt(TIP - depth) });
    stranger.say({ type: 'getCompactBlock', requestId: 70, hash: new Uint8Array(32).fill(1) });
    await wait(300);
    const answers = new Map(stranger.heard('compactBlock').map((each) => [each.requestId, each]));
    const heights = [50, 50 + COMPACT_DEPTH_MAX, 51 + COMPACT_DEPTH_MAX, 70].map(
      (id) => answers.get(id)?.height,
    );
    expect(heights).toEqual([TIP, TIP - COMPACT_DEPTH_MAX, 0, 0]);
    const read = visionSim.decodeCompact(defined(answers.get(50), 'answered').block, TIP);
    expect(read?.prefilled.map(({ bytes }) => bytes)).toEqual([transactionsAt(TIP)[0]?.bytes]);
  });

  it('are all transactions of a block for little more than its body, and none of a block that is too deep', async () => {
    const stranger = meet('asking', { upTo: TIP });
    await wait(200);
    const ask = (requestId: number, height: number): void => {
      const places = visionSim.encodePlaces({ hash: hashAt(height), items: [0, 1, 2, 3, 4, 5, 6, 7] });
      stranger.say({ type: 'getBlockTxns', requestId, places });
    };
    const before = stranger.heardBytes;
    ask(1, TIP - 10);
    ask(2, TIP - 11);
    await wait(300);
    const found = stranger
      .heard('blockTxns')
      .sort((a, b) => a.requestId - b.requestId)
      .map(({ transactions }) => visionSim.decodeTransactions(transactions)?.items);
    expect(found).toEqual([transactionsAt(TIP - 10).map(({ bytes }) => bytes), []]);
    expect(stranger.heardBytes - before).toBeLessThan(bodyAt(TIP - 10).length + 150);
  });

  it('is sent unasked, if it is its own block; the last of several at once is announced: who wants it lacks the others', async () => {
    const wanting = meet('wanting', { upTo: TIP });
    await wait(200);
    wanting.say({ type: 'sendCompact', highBandwidth: true });
    await wait(100);
    submit(TIP + 1, 1);
    await wait(200);
    submit(TIP + 2, 2);
    await wait(200);
    submit(TIP + NEW, 1);
    await wait(200);
    expect(wanting.heard('compactBlock').map(({ height }) => height)).toEqual([TIP + 1, TIP + NEW]);
    const announced = wanting.heard('announce').filter(({ height }) => height > TIP);
    expect(announced).toEqual([announceOf(TIP + 3)]);
  });
});

it('a page that keeps no bodies says nothing of compact blocks', async () => {
  const bare = world.add('bare', { family: visionSim, followedBlocks: 0 });
  await wait(100);
  const stranger = new Stranger(world, 's', bare);
  stranger.hello({ services: 8 });
  await wait(200);
  const [hello] = stranger.heard('hello');
  expect(Math.floor((hello?.services ?? 0) / 8) % 2).toBe(0);
});
