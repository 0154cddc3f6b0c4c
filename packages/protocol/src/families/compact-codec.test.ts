import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defined } from '../assert.js';
import { bytesToHex } from '../bytes/hex.js';
import { type CompactBlock, SHORT_ID_BYTES } from '../chain/compact-rules.js';
import { compactBlockOf } from '../compact/rebuild.js';
import { BLOCK_PLACES_BYTES_MAX, COMPACT_BLOCK_BYTES_MAX, COMPACT_PREFILLED_BYTES_MAX } from '../limits.js';
import { blockWeightMax } from './bitcoin/block/check-body.js';
import { type NetworkName, resolveNetwork } from './networks.js';
import { bodyTransactionsMax } from './vision/block/body-codec.js';
import { encodeRecord } from './vision/header/record.js';

const block = new Uint8Array(
  readFileSync(new URL('../../../../tests/data/bitcoin/blocks/block898352.raw', import.meta.url)),
);
const bitcoin = resolveNetwork('bitcoin-testnet3');
const vision = resolveNetwork('vision-devnet');
const nonce = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
const hash = new Uint8Array(32).fill(7);

const bitcoinHead = bitcoin.compactHead({ count: 1, records: block.subarray(0, 80), hashes: hash }, nonce);
const miner = new TextEncoder().encode('somebody');
const record = defined(
  encodeRecord(
    {
      parent: hash,
      number: 70_000n,
      timestamp: 1_780_000_000n,
      difficulty: 1_000_000n,
      nonce: 2n ** 64n - 1n,
      txRoot: new Uint8Array(32).fill(9),
      digest: new Uint8Array(32).fill(8),
      miner,
    },
    vision.recordBytes - 132,
  ),
  'the miner is short enough',
);
const visionHead = vision.compactHead({ count: 1, records: record, hashes: hash }, nonce);

describe.each([
  ['bitcoin-testnet3', bitcoinHead, 16_666],
  ['vision-devnet', visionHead, bodyTransactionsMax],
] as const)('compact blocks of %s', (name, head, transactionsMax) => {
  const family = resolveNetwork(name as NetworkName);
  const [first] = bitcoin.splitBody(block.subarray(80)) ?? [];
  const whole = name === 'vision-devnet' ? visionTransaction() : defined(first, 'it has a coinbase').bytes;
  const blockOf = (ids: number, places: readonly number[]): CompactBlock => ({
    head,
    shortIds: new Uint8Array(SHORT_ID_BYTES * ids).fill(5),
    prefilled: places.map((index) => ({ index, bytes: whole })),
  });
  const isRead = (each: CompactBlock): boolean =>
    family.decodeCompact(family.encodeCompact(each), 70_000) !== undefined;

  it('come back as they were', () => {
    const places = fc.uniqueArray(fc.nat(40), { maxLength: 10 }).map((all) => all.sort((a, b) => a - b));
    fc.assert(
      fc.property(fc.integer({ min: 40, max: 60 }), places, (ids, prefilled) => {
        const bytes = family.encodeCompact(blockOf(ids, prefilled));
        const read = family.decodeCompact(bytes, 70_000);
        expect(read).toMatchObject(blockOf(ids, prefilled));
        expect(family.encodeCompact(defined(read, 'it was read'))).toEqual(bytes);
      }),
    );
  });

  it('have every place within the block', () => {
    expect(isRead(blockOf(3, [0, 4]))).toBe(true);
    expect(isRead(blockOf(3, [0, 5]))).toBe(false);
    expect(isRead(blockOf(0, [0]))).toBe(true);
    expect(isRead(blockOf(0, [1]))).toBe(false);
  });

  it('have no more transactions than a block can have', () => {
    expect(isRead(blockOf(transactionsMax, []))).toBe(true);
    expect(isRead(blockOf(transactionsMax + 1, []))).toBe(false);
    expect(isRead(blockOf(transactionsMax, [0]))).toBe(false);
  });

  it('are refused when they are cut short or go on', () => {
    const bytes = family.encodeCompact(blockOf(5, [0, 3]));
    for (let length = 0; length < bytes.length; length++)
      expect(family.decodeCompact(bytes.subarray(0, length), 70_000), `${length} bytes`).toBeUndefined();
    expect(family.decodeCompact(Uint8Array.of(...bytes, 0), 70_000)).toBeUndefined();
  });

  it('promise nothing that is not there: a count beyond the bytes is refused at once', () => {
    const counted = (count: number[]): Uint8Array => Uint8Array.of(...head, ...count);
    const large = name === 'vision-devnet' ? [0xa0, 0x9c, 0x01] : [0xfd, 0x1a, 0x41];
    expect(family.decodeCompact(counted(large), 70_000)).toBeUndefined();
    expect(family.decodePlaces(Uint8Array.of(...hash, ...large))).toBeUndefined();
    expect(family.decodeTransactions(Uint8Array.of(...hash, ...large))).toBeUndefined();
  });

  it('have places and transactions that come back, ascending and within a block', () => {
    const items = fc
      .uniqueArray(fc.nat(transactionsMax - 1), { maxLength: 50 })
      .map((places) => places.sort((a, b) => a - b));
    fc.assert(
      fc.property(items, (places) => {
        const read = family.decodePlaces(family.encodePlaces({ hash, items: places }));
        expect(read).toEqual({ hash, items: places });
      }),
    );
    expect(family.decodePlaces(family.encodePlaces({ hash, items: [transactionsMax] }))).toBeUndefined();
    for (const count of [0, 1, 3]) {
      const transactions = { hash, items: Array.from({ length: count }, () => whole) };
      expect(family.decodeTransactions(family.encodeTransactions(transactions))).toEqual(transactions);
    }
  });

  it('fit their messages when they are as large as they can be', () => {
    const largest = family.encodeCompact(blockOf(transactionsMax, []));
    expect(largest.length + COMPACT_PREFILLED_BYTES_MAX + 1000).toBeLessThan(COMPACT_BLOCK_BYTES_MAX);
    const places = Array.from({ length: transactionsMax }, (_, i) => i);
    expect(family.encodePlaces({ hash, items: places }).length).toBeLessThan(BLOCK_PLACES_BYTES_MAX);
  });
});

function visionTransaction(): Uint8Array {
  // Flags, nonce, an empty key, no access list, and so on: the shortest that there can be.
  return new Uint8Array(12);
}

it('a compact block of Vision has the whole header, its miner included', () => {
  const bytes = vision.encodeCompact(compactBlockOf(visionHead, []));
  const read = defined(vision.decodeCompact(bytes, 70_000), 'it was encoded here');
  expect(bytesToHex(read.header.records)).toBe(bytesToHex(record));
  expect(bytesToHex(read.header.records)).toContain(bytesToHex(miner));
  // Not at its height it is another header.
  expect(vision.decodeCompact(bytes, 70_001)?.header.records).not.toEqual(record);
  expect(vision.decodeCompact(bytes, 0)).toBeUndefined();
});

it('a block of Bitcoin has no more transactions than its weight allows', () => {
  expect(16_666 * 240).toBeLessThanOrEqual(blockWeightMax);
  expect(16_667 * 240).toBeGreaterThan(blockWeightMax);
});
