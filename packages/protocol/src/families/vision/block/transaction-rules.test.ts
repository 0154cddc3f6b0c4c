import { expect, test } from 'vitest';
import { bytesToHex } from '../../../bytes/hex.js';
import { encodeUtf8 } from '../../../bytes/utf8.js';
import { signableText, transactionHash, type VisionTransaction } from '../transaction/transaction.js';
import {
  decodeVisionTransaction,
  encodeVisionBody,
  encodeVisionTransaction,
  transactionBytesMax,
} from './body-codec.js';
import { transactionRules } from './transaction-rules.js';

const { readTransaction, splitBody, joinBody } = transactionRules;

const tx: VisionTransaction = {
  nonce: 7n,
  sender_pubkey: 'ab'.repeat(32),
  access_list: ['acct:é', ''],
  module: 'cash',
  method: 'transfer',
  args: [0, 255, 10],
  tip: 12n,
  fee_limit: 1000n,
  sig: 'cd'.repeat(64),
  max_priority_fee_per_gas: 0n,
  max_fee_per_gas: (1n << 128n) - 1n,
};

test('a transaction is read with all that a pool has to know of it', () => {
  const bytes = encodeVisionTransaction(tx);
  expect(decodeVisionTransaction(bytes)).toEqual(tx);
  const read = readTransaction(bytes);
  expect(read).toEqual({
    id: transactionHash(tx),
    relayId: transactionHash(tx),
    bytes,
    fault: undefined,
    spends: [`${'ab'.repeat(32)}:7`],
    sequence: { account: 'ab'.repeat(32), number: 7n },
    parents: [],
    tip: 12n,
    signature: {
      publicKey: new Uint8Array(32).fill(0xab),
      message: encodeUtf8(signableText(tx)),
      signature: new Uint8Array(64).fill(0xcd),
    },
  });
  // What was read is not changed by reading another.
  const other = readTransaction(encodeVisionTransaction({ ...tx, nonce: 8n }));
  expect(bytesToHex(read?.signature?.message ?? new Uint8Array())).toContain(
    bytesToHex(encodeUtf8('7,') ?? new Uint8Array()),
  );
  expect(other?.id).not.toEqual(read?.id);
});

test('bytes that are cut, or go on, are no transaction', () => {
  const bytes = encodeVisionTransaction(tx);
  for (let length = 0; length < bytes.length; length++)
    expect(readTransaction(bytes.subarray(0, length))).toBeUndefined();
  expect(readTransaction(Uint8Array.of(...bytes, 0))).toBeUndefined();
  expect(decodeVisionTransaction(Uint8Array.of(...bytes, 0))).toBeUndefined();
});

test.each([
  ['a key in capitals', { sender_pubkey: 'AB'.repeat(32) }],
  ['a signature in capitals', { sig: 'CD'.repeat(64) }],
  ['no signature', { sig: '' }],
])('%s is a second spelling, or none: it is not relayed', (_, change) => {
  const read = readTransaction(encodeVisionTransaction({ ...tx, ...change }));
  expect(read).toMatchObject({ fault: 'TX_NOT_CANONICAL', signature: undefined });
});

test('what is longer than 64 KiB as JSON is too large', () => {
  // Each byte of the arguments takes four of JSON, the first three.
  const fixed = signableText({ ...tx, args: [255] }).length + tx.sig.length + 1;
  const most = 1 + Math.floor((65_536 - fixed) / 4);
  const left = (65_536 - fixed) % 4;
  const sized = (args: number, more: number): VisionTransaction => ({
    ...tx,
    args: Array.from({ length: args }, () => 255),
    module: `cash${'x'.repeat(more)}`,
  });
  expect(readTransaction(encodeVisionTransaction(sized(most, left)))?.fault).toBeUndefined();
  expect(readTransaction(encodeVisionTransaction(sized(most, left + 1)))?.fault).toBe('TX_TOO_LARGE');
  expect(() => encodeVisionTransaction(sized(transactionBytesMax, 0))).toThrow(RangeError);
  expect(readTransaction(new Uint8Array(transactionBytesMax + 1))).toBeUndefined();
});

test('a body is taken apart and put together again', () => {
  const all = [tx, { ...tx, nonce: 8n }, { ...tx, sig: 'none' }];
  const body = encodeVisionBody(all);
  const parts = splitBody(body);
  expect(parts?.map(({ id }) => id)).toEqual(all.map(transactionHash));
  expect(parts?.map(({ bytes }) => bytes)).toEqual(all.map(encodeVisionTransaction));
  expect(joinBody(parts?.map(({ bytes }) => bytes) ?? [])).toEqual(body);
  expect(joinBody([])).toEqual(encodeVisionBody([]));
  expect(splitBody(body.subarray(1))).toBeUndefined();
  expect(() => joinBody(Array.from({ length: 20_001 }, () => new Uint8Array()))).toThrow(RangeError);
});
