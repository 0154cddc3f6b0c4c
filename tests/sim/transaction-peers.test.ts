/** Peers that relay transactions wrongly, or not at all; and what the application may not send. */
import { type Message, SERVICE_TRANSACTIONS } from '@vision-light/protocol';
import { beforeEach, expect, test } from 'vitest';
import {
  decodeVisionTransaction,
  encodeVisionTransaction,
} from '../../packages/protocol/src/families/vision/block/body-codec.js';
import {
  MEMPOOL_CHAIN_MAX,
  OWN_TRANSACTIONS_MAX,
  TX_SERVED_MAX,
} from '../../packages/protocol/src/limits.js';
import { answerPings, Stranger } from './stranger.js';
import { genesisTime, visionSim } from './vision-chain.js';
import { idOf, makeTransaction, send } from './vision-transactions.js';
import { type SimNode, World } from './world.js';

const family = visionSim;
let world: World;
let node: SimNode;

beforeEach(async () => {
  world = new World(genesisTime + 1000);
  node = world.add('node', { family });
  await world.run(100);
});

const relayIdOf = (bytes: Uint8Array): Uint8Array => {
  const tx = family.readTransaction(bytes);
  if (tx === undefined) throw new Error('no transaction');
  return tx.relayId;
};

/** The same transaction with other fields, so that its signature is another one's. */
function changed(
  bytes: Uint8Array,
  change: Partial<NonNullable<ReturnType<typeof decodeVisionTransaction>>>,
): Uint8Array {
  const tx = decodeVisionTransaction(bytes);
  if (tx === undefined) throw new Error('no transaction');
  return encodeVisionTransaction({ ...tx, ...change });
}

/** A peer that announces something and answers with something. */
async function peer(
  id: string,
  announced: readonly Uint8Array[],
  answer: (asked: Extract<Message, { type: 'getTxs' }>) => Message[],
  services = SERVICE_TRANSACTIONS,
): Promise<Stranger> {
  const stranger = new Stranger(world, id, node, (message, self) => {
    if (message.type === 'getTxs') self.say(...answer(message));
    else answerPings(message, self);
  });
  stranger.hello({ services });
  if (announced.length > 0) stranger.say({ type: 'inv', relayIds: announced });
  await world.run(world.now + 5000);
  return stranger;
}

const txs = (requestId: number, ...transactions: Uint8Array[]): Message => ({
  type: 'txs',
  requestId,
  transactions,
});
const good = makeTransaction();

test.each<[code: string, bytes: Uint8Array, id: Uint8Array]>([
  ['TX_MALFORMED', Uint8Array.of(1, 2, 3), relayIdOf(good)],
  ['TX_NOT_CANONICAL', changed(good, { sig: '' }), relayIdOf(good)],
  ['TX_SIGNATURE_INVALID', changed(good, { sig: 'ab'.repeat(64) }), relayIdOf(good)],
  ['TX_TOO_LARGE', new Uint8Array(family.transactionBytesMax + 1), relayIdOf(good)],
  ['PEER_UNSOLICITED', makeTransaction({ nonce: 9 }), relayIdOf(good)],
])('a peer that sends what is no good is told %s, and the next one is asked', async (code, bytes, id) => {
  const bad = await peer('bad', [id], ({ requestId }) => [txs(requestId, bytes)]);
  expect(bad.rejectedWith).toBe(code);
  expect(bad.isConnected).toBe(false);
  expect(node.core.transactions.mempool.size).toBe(0);
  // The signature is not part of the id: that it was false says nothing of the id.
  const honest = await peer('honest', [id], ({ requestId }) => [txs(requestId, good)]);
  expect(honest.isConnected).toBe(true);
  expect(node.core.transactions.mempool.size).toBe(1);
});

test('what is refused for a reason that is nobody’s fault is not fetched again before the next block', async () => {
  const rival = makeTransaction({ tip: 10, note: 'rival' });
  let asked = 0;
  const first = await peer('first', [relayIdOf(good)], ({ requestId }) => [txs(requestId, good)]);
  const answer = ({ requestId }: { requestId: number }): Message[] => {
    asked++;
    return [txs(requestId, rival)];
  };
  const second = await peer('second', [relayIdOf(rival)], answer);
  const third = await peer('third', [relayIdOf(rival)], answer);
  for (const each of [first, second, third]) expect(each.isConnected).toBe(true);
  expect(asked).toBe(1);
  expect(node.core.transactions.rejects).toBe(1);
  expect(node.core.transactions.mempool.size).toBe(1);
});

test('an answer may come in parts, with holes', async () => {
  const all = [0, 1, 2, 3].map((nonce) => makeTransaction({ nonce }));
  const stranger = await peer('peer', all.map(relayIdOf), ({ requestId }) => [
    txs(requestId, all[0] as Uint8Array),
    txs(requestId, new Uint8Array(0), all[2] as Uint8Array),
    txs(requestId, all[3] as Uint8Array),
  ]);
  expect(stranger.heard('getTxs').map(({ relayIds }) => relayIds.length)).toEqual([4]);
  expect(node.core.transactions.mempool.size).toBe(3);
  expect(stranger.isConnected).toBe(true);
  // One more than was asked for.
  stranger.say(txs(stranger.heard('getTxs')[0]?.requestId ?? 0, good));
  await world.run(world.now + 1000);
  expect(stranger.rejectedWith).toBe('PEER_UNSOLICITED');
});

test('a peer that does not say that it relays transactions hears of none', async () => {
  const silent = await peer('silent', [relayIdOf(good)], () => [], 0);
  const relays = await peer('relays', [], () => []);
  send(node, good);
  await world.run(world.now + 120_000);
  expect(silent.heard('inv').length + silent.heard('getTxs').length).toBe(0);
  expect(relays.heard('inv')).toHaveLength(1);
  expect((relays.heard('hello')[0]?.services ?? 0) & SERVICE_TRANSACTIONS).toBe(SERVICE_TRANSACTIONS);
});

test('a transaction is given to those that were told of it, and to nobody else', async () => {
  const one = await peer('one', [], () => []);
  send(node, good);
  const two = await peer('two', [], () => []);
  const ask: Message = { type: 'getTxs', requestId: 5, relayIds: [relayIdOf(good), relayIdOf(good)] };
  two.say(ask);
  await world.run(world.now + 100);
  expect(two.heard('txs')).toEqual([txs(5, new Uint8Array(0), new Uint8Array(0))]);
  await world.run(world.now + 120_000);
  expect(one.heard('inv')).toHaveLength(1);
  one.say(ask);
  await world.run(world.now + 100);
  expect(one.heard('txs')).toEqual([txs(5, good, good)]);
});

test('a peer that asks for more than it may wait for floods', async () => {
  const stranger = await peer('peer', [], () => []);
  stranger.isReading = false;
  const relayIds = new Array(100).fill(relayIdOf(good));
  for (let i = 0; i <= TX_SERVED_MAX / 100; i++) stranger.say({ type: 'getTxs', requestId: i, relayIds });
  await world.run(world.now + 1000);
  // Each is answered at once while the peer takes what it is sent.
  expect(stranger.heard('txs')).toHaveLength(3);
  const { server } = node.core.transactions;
  const stuck = node.core.blocks.peers.get('peer');
  if (stuck === undefined) throw new Error('no peer');
  stuck.sendBufferBytes = 4 * 2 ** 20;
  expect(
    server.request(stuck, { type: 'getTxs', requestId: 7, relayIds: relayIds.slice(0, 99) }, world.now),
  ).toBeUndefined();
  expect(server.request(stuck, { type: 'getTxs', requestId: 8, relayIds }, world.now)).toBeUndefined();
  expect(
    server.request(stuck, { type: 'getTxs', requestId: 9, relayIds: relayIds.slice(0, 2) }, world.now),
  ).toBe('PEER_FLOOD');
});

test('what the application sends is refused with a code', async () => {
  const refused = async (bytes: Uint8Array): Promise<string | undefined> => {
    const before = node.noticed('sent').length;
    send(node, bytes, before);
    await world.run(world.now + 1000);
    const answer = node.noticed('sent')[before];
    return answer !== undefined && 'code' in answer ? answer.code : undefined;
  };
  expect(await refused(good)).toBeUndefined();
  expect(await refused(good)).toBe('TX_DUPLICATE');
  expect(await refused(makeTransaction({ tip: 10, note: 'x' }))).toBe('TX_TIP_LOW');
  expect(await refused(Uint8Array.of(1))).toBe('TX_MALFORMED');
  expect(await refused(changed(makeTransaction({ nonce: 1 }), { sig: 'ab'.repeat(64) }))).toBe(
    'TX_SIGNATURE_INVALID',
  );
  for (let nonce = 1; nonce < MEMPOOL_CHAIN_MAX; nonce++)
    expect(await refused(makeTransaction({ nonce }))).toBeUndefined();
  expect(await refused(makeTransaction({ nonce: 99 }))).toBe('TX_CHAIN_TOO_LONG');
  for (let i = MEMPOOL_CHAIN_MAX; i < OWN_TRANSACTIONS_MAX; i++)
    expect(await refused(makeTransaction({ sender: 100 + i }))).toBeUndefined();
  expect(await refused(makeTransaction({ sender: 999 }))).toBe('TX_BUSY');
  expect(idOf(good)).toHaveLength(64);
});
