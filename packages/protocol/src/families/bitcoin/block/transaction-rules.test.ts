import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ByteWriter } from '../../../bytes/byte-writer.js';
import { bytesToHex } from '../../../bytes/hex.js';
import { recordBytes } from '../header/record.js';
import { transactionRules, transactionWeightMax, writeCompactSize } from './transaction-rules.js';

const { readTransaction, splitBody, joinBody } = transactionRules;
const block = readFileSync(
  new URL('../../../../../../tests/data/bitcoin/blocks/block482683.raw', import.meta.url),
);
const body = new Uint8Array(block.subarray(recordBytes));

interface Shape {
  readonly outpoints?: readonly number[];
  readonly values?: readonly bigint[];
  readonly scriptBytes?: number;
}

/** A transaction without witnesses; an outpoint is 36 times the same byte. */
function made({ outpoints = [1], values = [50n], scriptBytes = 20 }: Shape): Uint8Array {
  const writer = new ByteWriter();
  writer.u32(2);
  writer.u8(outpoints.length);
  for (const byte of outpoints) {
    writer.raw(new Uint8Array(36).fill(byte));
    writer.u8(0);
    writer.u32(0);
  }
  writer.u8(values.length);
  for (const value of values) {
    writer.u64(value);
    writeCompactSize(writer, scriptBytes);
    writer.raw(new Uint8Array(scriptBytes));
  }
  writer.u32(0);
  return writer.bytes();
}

test('the transactions of a real block are read one by one, and make the block again', () => {
  const parts = splitBody(body) ?? [];
  expect(parts.length).toBeGreaterThan(10);
  expect(joinBody(parts.map(({ bytes }) => bytes))).toEqual(body);
  const read = parts.map(({ bytes }) => readTransaction(bytes));
  expect(read.map((tx) => tx?.id)).toEqual(parts.map(({ id }) => id));
  expect(read.map((tx) => tx?.relayId)).toEqual(parts.map(({ relayId }) => relayId));
  expect(read[0]?.fault).toBe('TX_COINBASE');
  expect(new Set(read.slice(1).map((tx) => tx?.fault))).toEqual(new Set([undefined]));
  // Some have witnesses.
  expect(read.some((tx) => bytesToHex(tx?.id ?? body) !== bytesToHex(tx?.relayId ?? body))).toBe(true);
});

test('what is spent, and of whom it is a child', () => {
  expect(readTransaction(made({ outpoints: [1, 2] }))).toMatchObject({
    fault: undefined,
    spends: ['01'.repeat(36), '02'.repeat(36)],
    parents: ['01'.repeat(32), '02'.repeat(32)],
    sequence: undefined,
    tip: undefined,
    signature: undefined,
  });
});

test.each([
  ['one output twice', { outpoints: [1, 1] }, 'TX_VALUE_INVALID'],
  ['more than all coins', { values: [2_100_000_000_000_001n] }, 'TX_VALUE_INVALID'],
  ['more than all coins together', { values: [2_100_000_000_000_000n, 1n] }, 'TX_VALUE_INVALID'],
  ['a negative amount', { values: [-1n & 0xffff_ffff_ffff_ffffn] }, 'TX_VALUE_INVALID'],
  ['all coins', { values: [2_100_000_000_000_000n] }, undefined],
  ['64 bytes', { scriptBytes: 4 }, 'TX_NOT_CANONICAL'],
  ['65 bytes', { scriptBytes: 5 }, undefined],
  ['the most weight', { scriptBytes: transactionWeightMax / 4 - 64 }, undefined],
  ['a byte more', { scriptBytes: transactionWeightMax / 4 - 63 }, 'TX_TOO_LARGE'],
])('%s', (_, shape, fault) => {
  const read = readTransaction(made(shape));
  expect(read).toBeDefined();
  expect(read?.fault).toBe(fault);
});

test('bytes that are cut, or go on, are no transaction, and cut bytes no body', () => {
  const bytes = made({});
  for (let length = 0; length < bytes.length; length++)
    expect(readTransaction(bytes.subarray(0, length))).toBeUndefined();
  expect(readTransaction(Uint8Array.of(...bytes, 0))).toBeUndefined();
  expect(splitBody(body.subarray(0, body.length - 1))).toBeUndefined();
});

test('counts are written in their shortest form', () => {
  for (const [size, hex] of [
    [252, 'fc'],
    [253, 'fdfd00'],
    [65_535, 'fdffff'],
    [65_536, 'fe00000100'],
  ] as const) {
    const writer = new ByteWriter();
    writeCompactSize(writer, size);
    expect(bytesToHex(writer.bytes())).toBe(hex);
  }
});

test('claims neither a signature nor that there is what it spends: nothing of that is checked', () => {
  expect(transactionRules.transactionChecks).toEqual(['form', 'size', 'conflicts']);
});
