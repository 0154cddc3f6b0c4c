import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ByteWriter } from '../../../bytes/byte-writer.js';
import { bytesToHex } from '../../../bytes/hex.js';
import { transactionHash, type VisionTransaction } from '../transaction/transaction.js';
import {
  bodyTransactionsMax,
  decodeVisionBody,
  encodeVisionBody,
  transactionBytesMax,
} from './body-codec.js';
import { hashTransactions } from './hash-body.js';

const character = fc.oneof(
  fc.constantFrom('"', '\\', '/', '\b', '\f', '\n', '\r', '\t', '\u007f', '\u2028', '\u2029', '\ufeff', '😀'),
  fc.integer({ min: 0, max: 0x1f }).map((code) => String.fromCharCode(code)),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 1 }),
);
const text = fc.string({ unit: character, maxLength: 30 });
const hex = (bytes: number): fc.Arbitrary<string> =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map(bytesToHex);
/** Hex digits, but in a case or a number that has no short form. */
const almostHex = (bytes: number): fc.Arbitrary<string> =>
  fc.oneof(
    hex(bytes - 1),
    hex(bytes).map((digits) => `${digits.slice(1)}A`),
    hex(bytes).map((digits) => `${digits}0`),
  );
/** All magnitudes, and both sides of where a varint grows. */
const integer = (bits: number): fc.Arbitrary<bigint> =>
  fc.oneof(
    fc.bigInt(0n, 2n ** BigInt(bits) - 1n),
    fc
      .tuple(fc.integer({ min: 1, max: bits }), fc.bigInt(0n, 2n))
      .map(([shift, less]) => BigInt.asUintN(bits, 2n ** BigInt(shift) - less)),
    fc.tuple(fc.nat(38), fc.bigInt(0n, 1n)).map(([digits, less]) => {
      return BigInt.asUintN(bits, 10n ** BigInt(digits) - less);
    }),
  );
const transaction: fc.Arbitrary<VisionTransaction> = fc.record({
  nonce: integer(64),
  sender_pubkey: fc.oneof(hex(32), almostHex(32), text),
  access_list: fc.array(text, { maxLength: 4 }),
  module: text,
  method: text,
  args: fc.array(fc.nat(255), { maxLength: 300 }),
  tip: integer(64),
  fee_limit: integer(64),
  sig: fc.oneof(hex(64), almostHex(64), text),
  max_priority_fee_per_gas: integer(128),
  max_fee_per_gas: integer(128),
});

const plain: VisionTransaction = {
  nonce: 1n,
  sender_pubkey: '',
  access_list: [],
  module: '',
  method: '',
  args: [],
  tip: 0n,
  fee_limit: 0n,
  sig: '',
  max_priority_fee_per_gas: 0n,
  max_fee_per_gas: 0n,
};

/** What `hashTransactions` is to answer, by way of transactions. */
function expectedHashes(body: Uint8Array): string | undefined {
  return decodeVisionBody(body)
    ?.map(({ tx }) => bytesToHex(transactionHash(tx)))
    .join('');
}

function hashesOf(body: Uint8Array): string | undefined {
  const hashes = hashTransactions(body);
  return hashes && bytesToHex(hashes);
}

/** A body of one transaction whose integers are these bytes. */
function bodyOfIntegers(nonce: Uint8Array, tip: Uint8Array, fee: Uint8Array): Uint8Array {
  const writer = new ByteWriter();
  const empty = new Uint8Array(5);
  for (const part of [Uint8Array.of(1, 0), nonce, empty, tip, Uint8Array.of(0, 0), fee, fee])
    writer.raw(part);
  return writer.bytes();
}

describe('the hashes of a body', () => {
  test('are those of its transactions', () => {
    fc.assert(
      fc.property(fc.array(transaction, { maxLength: 4 }), (txs) => {
        const hashes = txs.map((tx) => bytesToHex(transactionHash(tx))).join('');
        expect(hashesOf(encodeVisionBody(txs))).toBe(hashes);
      }),
      { numRuns: 500 },
    );
  });

  test('are those of its transactions, for every character of one byte and every byte', () => {
    const codes = Array.from({ length: 256 }, (_, code) => code);
    const all = codes.map((code) => String.fromCharCode(code));
    const body = encodeVisionBody([
      { ...plain, access_list: all, method: all.join(''), args: codes },
      { ...plain, sender_pubkey: all.join(''), module: all.join('') },
    ]);
    expect(hashesOf(body)).toBe(expectedHashes(body));
    expect(hashesOf(body)).toHaveLength(128);
  });

  test('are those of the largest transactions, whose text is several times as long', () => {
    const rest = transactionBytesMax - 20;
    for (const changes of [
      { method: '\u0001'.repeat(rest) },
      { args: Array<number>(rest).fill(255) },
      { access_list: Array<string>(rest).fill('') },
      { sig: '"'.repeat(rest) },
    ]) {
      const body = encodeVisionBody([plain, { ...plain, ...changes }, plain]);
      expect(hashesOf(body)).toBe(expectedHashes(body));
      expect(hashesOf(body)).toHaveLength(3 * 64);
    }
  });

  test('end at the caps of a body, as decoding does', () => {
    const most = encodeVisionBody(Array<VisionTransaction>(bodyTransactionsMax).fill(plain));
    const bytes = new Uint8Array([0xa1, 0x9c, 1, ...most.subarray(3), ...most.subarray(-12)]);
    expect([hashTransactions(most)?.length, hashTransactions(bytes)]).toEqual([32 * 20_000, undefined]);

    // A module of three bytes of length: what is before and after it takes 11 bytes.
    for (const [over, isBody] of [
      [0, true],
      [1, false],
    ] as const) {
      const writer = new ByteWriter();
      writer.raw(Uint8Array.of(1, 0, 1, 0, 0));
      writer.varint(transactionBytesMax - 14 + over);
      writer.raw(new Uint8Array(transactionBytesMax - 14 + over).fill(0x6d));
      writer.raw(new Uint8Array(7));
      const body = writer.bytes();
      expect(body.length).toBe(1 + transactionBytesMax + over);
      expect([hashesOf(body) !== undefined, decodeVisionBody(body) !== undefined]).toEqual([isBody, isBody]);
    }
  });

  test('are there for integers of every form, just where they decode', () => {
    const padding = fc.array(fc.constantFrom(0x80, 0xff, 0x81), { maxLength: 20 });
    const varint = fc
      .tuple(padding, fc.constantFrom(0, 1, 2, 3, 4, 0x7f, 0x80))
      .map(([more, last]) => Uint8Array.of(...more, last));
    const valid = Uint8Array.of(5);
    fc.assert(
      fc.property(varint, fc.nat(2), (bytes, at) => {
        const [nonce, tip, fee] = [0, 1, 2].map((i) => (i === at ? bytes : valid)) as [
          Uint8Array,
          Uint8Array,
          Uint8Array,
        ];
        const body = bodyOfIntegers(nonce, tip, fee);
        expect(hashesOf(body)).toBe(expectedHashes(body));
      }),
      { numRuns: 3000 },
    );
    expect(hashesOf(bodyOfIntegers(valid, valid, valid))).toHaveLength(64);
  });

  test('are there for damaged bodies and any bytes, just where they decode', () => {
    const byte = fc.oneof(fc.constantFrom(0, 1, 0x20, 0x40, 0x7f, 0x80, 0xc2, 0xed, 0xff), fc.nat(255));
    const damaged = fc
      .tuple(
        fc.array(transaction, { minLength: 1, maxLength: 2 }),
        fc.nat(),
        fc.nat(3),
        fc.array(byte, { maxLength: 3 }),
      )
      .map(([txs, place, removed, inserted]) => {
        const body = encodeVisionBody(txs);
        const at = place % (body.length + 1);
        return Uint8Array.of(...body.subarray(0, at), ...inserted, ...body.subarray(at + removed));
      });
    let decoded = 0;
    let refused = 0;
    fc.assert(
      fc.property(fc.oneof(damaged, fc.uint8Array({ maxLength: 80 })), (bytes) => {
        const expected = expectedHashes(bytes);
        expect(hashesOf(bytes)).toBe(expected);
        if (expected === undefined) refused++;
        else decoded++;
      }),
      { numRuns: 3000, examples: [[encodeVisionBody([])]] },
    );
    expect(Math.min(decoded, refused)).toBeGreaterThan(0);
  });
});
