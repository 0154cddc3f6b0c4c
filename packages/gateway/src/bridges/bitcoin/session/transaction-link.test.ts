import { bytesToHex, type Message, resolveNetwork } from '@vision-light/protocol';
import { describe, expect, it } from 'vitest';
import type { KnownMessage } from '../wire/message.js';
import { type InventoryItem, inventoryKinds } from '../wire/messages/inventory.js';
import type { ChainView } from './chain-view.js';
import { TX_COMING_MAX, TX_OFFERED_MAX, TX_TIMEOUT_MS } from './session-limits.js';
import { TransactionLink } from './transaction-link.js';

const family = resolveNetwork('bitcoin-regtest');

/** A transaction with a witness, so that its two names differ. */
function transaction(tag: number) {
  const bytes = Uint8Array.from(
    Buffer.concat([
      Buffer.from('02000000000101', 'hex'),
      Buffer.alloc(36, tag),
      Buffer.from('00ffffffff01e803000000000000160014', 'hex'),
      Buffer.alloc(20, 7),
      Buffer.from('0101aa00000000', 'hex'),
    ]),
  );
  const read = family.readTransaction(bytes);
  if (read === undefined) throw new Error('no transaction');
  return { bytes, id: read.id, relayId: read.relayId };
}

const [first, second, third] = [transaction(1), transaction(2), transaction(3)] as const;
const none = new Uint8Array(0);

function start(speaksWtxid: boolean) {
  const written: KnownMessage[] = [];
  const said: Message[] = [];
  const link = new TransactionLink(
    { family } as Pick<ChainView, 'family'> as ChainView,
    {
      write: (message) => written.push(message),
      say: (message) => said.push(message),
    },
    speaksWtxid,
  );
  return { link, written, said };
}

const items = (kind: number, ...hashes: Uint8Array[]): InventoryItem[] =>
  hashes.map((hash) => ({ kind, hash }));
const { WTX, TX, WITNESS_TX } = inventoryKinds;
const txs = (requestId: number, ...transactions: Uint8Array[]): Message & { type: 'txs' } => ({
  type: 'txs',
  requestId,
  transactions,
});
const number = (i: number): Uint8Array => Uint8Array.of(...new Uint8Array(30), i >> 8, i & 255);

describe('with a node that names transactions as the core does', () => {
  it('passes announcements on, those by txid excepted, a thousand at a time', () => {
    const { link, said } = start(true);
    link.announced([...items(WTX, first.relayId), ...items(TX, second.id)], 0);
    expect(said).toEqual([{ type: 'inv', relayIds: [first.relayId] }]);
    link.announced(items(WTX, ...Array.from({ length: 1_001 }, (_, i) => number(i))), 0);
    expect(said.slice(1).map((each) => each.type === 'inv' && each.relayIds.length)).toEqual([1_000, 1]);
  });

  it('asks for what the core asks for, and answers in the order of the request', () => {
    const { link, written, said } = start(true);
    const relayIds = [first.relayId, second.relayId, third.relayId];
    link.requested({ type: 'getTxs', requestId: 5, relayIds }, 0);
    expect(written).toEqual([{ command: 'getdata', items: items(WTX, ...relayIds) }]);
    expect(link.received(second.bytes)).toBe(undefined);
    expect(said).toEqual([]);
    link.notFound(first.relayId);
    expect(said).toEqual([txs(5, none), txs(5, second.bytes)]);
    expect(link.nextWake()).toBe(TX_TIMEOUT_MS);
    link.advance(TX_TIMEOUT_MS - 1);
    expect(said.length).toBe(2);
    link.advance(TX_TIMEOUT_MS);
    expect(said.slice(2)).toEqual([txs(5, none)]);
    expect(link.nextWake()).toBe(undefined);
  });

  it('refuses what was not asked for, what came already, and what is no transaction', () => {
    const { link, said } = start(true);
    expect(link.received(first.bytes)).toBe('BITCOIN_UNSOLICITED');
    link.requested({ type: 'getTxs', requestId: 5, relayIds: [first.relayId] }, 0);
    expect(link.received(first.bytes)).toBe(undefined);
    expect(link.received(first.bytes)).toBe('BITCOIN_UNSOLICITED');
    expect(link.received(Uint8Array.of(1, 2))).toBe('BITCOIN_MALFORMED');
    expect(said).toEqual([txs(5, first.bytes)]);
  });

  it('hands out what was offered, once for each time it is asked for, and nothing else', () => {
    const { link, written, said } = start(true);
    link.offer([first.relayId, second.relayId]);
    expect(written).toEqual([{ command: 'inv', items: items(WTX, first.relayId, second.relayId) }]);
    const wanted = items(WTX, first.relayId, third.relayId, first.relayId, second.relayId);
    link.wanted(wanted);
    expect(written.slice(1)).toEqual([{ command: 'notfound', items: items(WTX, third.relayId) }]);
    const [request] = said;
    expect(said).toEqual([
      { type: 'getTxs', requestId: expect.any(Number), relayIds: [first.relayId, second.relayId] },
    ]);
    if (request?.type !== 'getTxs') throw new Error('no request');
    link.given(txs(request.requestId, first.bytes));
    link.given(txs(request.requestId, none));
    link.given(txs(request.requestId, third.bytes));
    expect(written.slice(2)).toEqual([
      { command: 'tx', bytes: first.bytes },
      { command: 'notfound', items: items(WTX, second.relayId) },
    ]);
  });

  it('asks the core for each once, though the node names one as often as a message can', () => {
    const { link, said, written } = start(true);
    link.offer([first.relayId]);
    link.wanted(items(WTX, ...Array.from({ length: 25_000 }, () => [first.relayId, second.relayId]).flat()));
    expect(said.length).toBe(1);
    expect(written.at(-1)).toMatchObject({ command: 'notfound' });
  });

  it('forgets what it offered first', () => {
    const { link, written, said } = start(true);
    link.offer(Array.from({ length: TX_OFFERED_MAX }, (_, i) => number(i)));
    link.wanted(items(WTX, number(0)));
    expect(said.length).toBe(1);
    link.offer([first.relayId]);
    link.wanted(items(WTX, number(0), number(1)));
    expect(written.at(-1)).toEqual({ command: 'notfound', items: items(WTX, number(0)) });
    expect(said.at(-1)).toMatchObject({ relayIds: [number(1)] });
  });
});

describe('with a node that names transactions by txid', () => {
  it('fetches what is announced, and announces it to the core by the name that the core knows', () => {
    const { link, written, said } = start(false);
    link.announced([...items(TX, first.id, first.id), ...items(WTX, second.relayId)], 0);
    expect(written.flatMap((each) => (each.command === 'getdata' ? each.items : []))).toContainEqual({
      kind: WITNESS_TX,
      hash: first.id,
    });
    expect(said).toEqual([]);
    expect(link.received(first.bytes)).toBe(undefined);
    expect(said).toEqual([{ type: 'inv', relayIds: [first.relayId] }]);
    link.requested({ type: 'getTxs', requestId: 3, relayIds: [second.relayId, first.relayId] }, 0);
    expect(said.slice(1)).toEqual([txs(3, none), txs(3, first.bytes)]);
  });

  it('refuses what was not asked for, and what was given up', () => {
    const { link } = start(false);
    expect(link.received(first.bytes)).toBe('BITCOIN_UNSOLICITED');
    link.announced(items(TX, first.id, second.id), 0);
    expect(link.nextWake()).toBe(TX_TIMEOUT_MS);
    link.notFound(second.id);
    expect(link.received(second.bytes)).toBe('BITCOIN_UNSOLICITED');
    link.advance(TX_TIMEOUT_MS);
    expect(link.received(first.bytes)).toBe('BITCOIN_UNSOLICITED');
    expect(link.nextWake()).toBe(undefined);
  });

  it('fetches no more at a time than it has room for', () => {
    const { link, written } = start(false);
    link.announced(items(TX, ...Array.from({ length: TX_COMING_MAX + 5 }, (_, i) => number(i))), 0);
    link.announced(items(TX, first.id), 0);
    expect(written.map((each) => each.command === 'getdata' && each.items.length)).toEqual([TX_COMING_MAX]);
  });

  it('takes what is to be offered from the core, and offers it by txid', () => {
    const { link, written, said } = start(false);
    link.offer([first.relayId, second.relayId]);
    expect(written).toEqual([]);
    const [request] = said;
    if (request?.type !== 'getTxs') throw new Error('no request');
    expect(request.relayIds).toEqual([first.relayId, second.relayId]);
    link.given(txs(request.requestId, first.bytes, none));
    expect(written).toEqual([{ command: 'inv', items: items(TX, first.id) }]);
    link.wanted(items(WITNESS_TX, first.id, second.id));
    expect(written.slice(1)).toEqual([
      { command: 'notfound', items: items(WITNESS_TX, second.id) },
      { command: 'tx', bytes: first.bytes },
    ]);
    expect(bytesToHex(first.id)).not.toBe(bytesToHex(first.relayId));
  });
});
