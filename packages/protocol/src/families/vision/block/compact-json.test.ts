import { expect, test } from 'vitest';
import { type JsonValue, parseLosslessJson } from '../../../bytes/lossless-json.js';
import { encodeRecord } from '../header/record.js';
import { visionDevnet } from '../network-params.js';
import { visionShortId } from '../transaction/short-id.js';
import { transactionHash, type VisionTransaction } from '../transaction/transaction.js';
import { encodeVisionBody, encodeVisionTransaction } from './body-codec.js';
import { type CompactJson, compactFromJson, encodeCompactJson, rebuildCompact } from './compact-json.js';

const header = {
  parent: new Uint8Array(32).fill(0xab),
  number: 7n,
  timestamp: 1_800_000_000n,
  difficulty: 3n,
  nonce: 2n ** 64n - 1n,
  txRoot: new Uint8Array(32).fill(0xcd),
  miner: new TextEncoder().encode('somebody'),
  digest: new Uint8Array(32).fill(0xef),
};
const record = encodeRecord(header, visionDevnet.minerBytesMax) as Uint8Array;
const hash = new Uint8Array(32).fill(0x11);
const txs: VisionTransaction[] = Array.from({ length: 5 }, (_, i) => ({
  nonce: BigInt(i),
  sender_pubkey: '01'.repeat(32),
  access_list: [],
  module: 'cash',
  method: 'transfer',
  args: [i],
  tip: 0n,
  fee_limit: 5n,
  sig: '02'.repeat(64),
  max_priority_fee_per_gas: 0n,
  max_fee_per_gas: 0n,
}));
const known = txs.map((tx) => ({ id: transactionHash(tx), bytes: encodeVisionTransaction(tx) }));
const nonce = 2n ** 64n - 59n;
const text = encodeCompactJson(record, hash, encodeVisionBody(txs), nonce) as string;

function compactOf(json: string): CompactJson | undefined {
  return compactFromJson(visionDevnet, parseLosslessJson(json));
}

function compact(): CompactJson {
  const read = compactOf(text);
  if (read === undefined) throw new Error('not read');
  return read;
}

test('the first transaction is prefilled, each has a short id, and the header is complete', () => {
  expect(compact()).toEqual({
    hash,
    parent: header.parent,
    record,
    nonce,
    shortIds: known.map(({ id }) => visionShortId(id, nonce)),
    prefilled: new Map([[0, known[0]?.bytes]]),
  });
  const json = parseLosslessJson(text) as { readonly [name: string]: JsonValue };
  expect(Object.keys(json)).toEqual(['header', 'short_tx_ids', 'prefilled_txs', 'nonce']);
});

test('a header of an existing node has no miner, and so no record', () => {
  const lite = text.replace('"miner":"somebody",', '');
  expect(lite).not.toBe(text);
  expect(compactOf(lite)).toEqual({ ...compact(), record: undefined });
});

test('is rebuilt in block order, not one place off', () => {
  const all = known.map(({ bytes }) => bytes);
  expect(rebuildCompact(compact(), known.toReversed())).toEqual({ transactions: all });
  expect(rebuildCompact(compact(), known.slice(1))).toEqual({ transactions: all });
  expect(rebuildCompact(compact(), [])).toEqual({ missing: [1, 2, 3, 4] });
});

test('of two transactions with one short id neither is taken', () => {
  const twin = { id: known[2]?.id ?? hash, bytes: Uint8Array.of(1) };
  expect(rebuildCompact(compact(), [...known, twin])).toEqual({ missing: [2] });
});

test('an empty block has nothing to prefill', () => {
  const empty = encodeCompactJson(record, hash, encodeVisionBody([]), nonce) as string;
  const read = compactOf(empty);
  expect(read?.shortIds).toEqual([]);
  expect(read && rebuildCompact(read, known)).toEqual({ transactions: [] });
  expect(encodeCompactJson(record, hash, Uint8Array.of(), nonce)).toBeUndefined();
});

test.each([
  ['an index that is no place', '"index":0', '"index":5'],
  ['a negative index', '"index":0', '"index":-1'],
  ['no list of short ids', '"short_tx_ids":[', '"other":['],
  ['no list of prefilled', '"prefilled_txs"', '"other"'],
  ['a short id of 49 bits', '"short_tx_ids":[', `"short_tx_ids":[${2 ** 48},`],
  ['a short id that is text', '"short_tx_ids":[', '"short_tx_ids":["1",'],
  ['no hash', '"hash"', '"other"'],
  ['no parent', '"prev"', '"other"'],
  ['a nonce above 64 bits', `"nonce":${nonce}}`, `"nonce":${2n ** 64n}}`],
  ['no transaction', '"module"', '"other"'],
  ['a transaction too large', '"cash"', JSON.stringify('x'.repeat(70_000))],
  ['no object', text, '[]'],
])('%s is no compact block', (_, from, to) => {
  const changed = text.replace(from, to);
  expect(changed).not.toBe(text);
  expect(compactOf(changed)).toBeUndefined();
});

test('a place is prefilled once, and no more than there are', () => {
  const item = text.slice(text.indexOf('{"index":0'), text.indexOf('],"nonce"'));
  expect(compactOf(text.replace(item, `${item},${item}`))).toBeUndefined();
  const none = encodeCompactJson(record, hash, encodeVisionBody([]), nonce) as string;
  expect(compactOf(none.replace('"prefilled_txs":[]', `"prefilled_txs":[${item}]`))).toBeUndefined();
});
