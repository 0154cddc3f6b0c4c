import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ByteReader } from '../../../bytes/byte-reader.js';
import { ByteWriter } from '../../../bytes/byte-writer.js';
import type { HeaderBatch } from '../../../chain/chain-family.js';
import { visionDevnet, visionMainnet } from '../network-params.js';
import { createVisionFamily, type VisionFamily } from '../vision-family.js';
import { encodedHeaderBytesMin } from './batch-codec.js';
import { encodeRecord, type VisionHeader } from './record.js';

const parent = new Uint8Array(32).fill(7);
const zeros = new Uint8Array(32);
const bytes32 = fc.oneof(
  fc.constant(zeros),
  fc.constant(parent),
  fc.uint8Array({ minLength: 32, maxLength: 32 }),
);
const u64 = fc.oneof(
  fc.bigInt({ min: 0n, max: 3n }),
  fc.bigInt({ min: 2n ** 48n - 2n, max: 2n ** 48n + 2n }),
  fc.bigInt({ min: 2n ** 52n - 2n, max: 2n ** 53n + 2n }),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
);
type Body = Omit<VisionHeader, 'parent' | 'number'>;
const bodies: fc.Arbitrary<Body[]> = fc.array(
  fc.record({
    timestamp: fc.bigInt({ min: 0n, max: 2n ** 52n - 1n }),
    difficulty: u64,
    nonce: u64,
    txRoot: bytes32,
    digest: bytes32,
    miner: fc.oneof(fc.constant(new Uint8Array(0)), fc.uint8Array({ maxLength: 64 })),
  }),
);

/** The chain of these headers above `parent` at height 41. */
function batchOf(family: VisionFamily, list: readonly Body[]) {
  const records = new Uint8Array(list.length * family.recordBytes);
  const hashes = new Uint8Array(list.length * 32);
  let last = parent;
  list.forEach((body, i) => {
    const header = { ...body, parent: last, number: BigInt(42 + i) };
    const record = encodeRecord(header, family.params.minerBytesMax) as Uint8Array<ArrayBuffer>;
    records.set(record, i * family.recordBytes);
    last = family.headerHash(record) as Uint8Array<ArrayBuffer>;
    hashes.set(last, i * 32);
  });
  return { count: list.length, records, hashes };
}

function encode(family: VisionFamily, list: readonly Body[]): Uint8Array {
  const writer = new ByteWriter();
  family.encodeBatch(writer, batchOf(family, list));
  return writer.bytes();
}

const plain = {
  timestamp: 0n,
  difficulty: 0n,
  nonce: 0n,
  txRoot: zeros,
  digest: zeros,
  miner: new Uint8Array(0),
};

describe.each([visionDevnet, visionMainnet].map(createVisionFamily))('$name', (family) => {
  const decode = (bytes: Uint8Array, count: number) =>
    family.decodeBatch(new ByteReader(bytes), count, parent, 41);

  test('everything survives, parents and heights and hashes included', () => {
    fc.assert(
      fc.property(bodies, (list) => {
        const reader = new ByteReader(encode(family, list));
        expect(family.decodeBatch(reader, list.length, parent, 41)).toEqual(batchOf(family, list));
        expect(reader.isDone).toBe(true);
      }),
    );
  });

  test('hostile bytes are a fault, or exactly one encoding of what they say', () => {
    // Real encodings with a few bytes changed get further than random ones.
    const changed = fc
      .tuple(bodies, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }))
      .map(([list, changes]) => {
        const bytes = encode(family, list);
        for (const [at, value] of changes) if (bytes.length > 0) bytes[at % bytes.length] = value;
        return bytes;
      });
    fc.assert(
      fc.property(fc.oneof(changed, fc.uint8Array({ maxLength: 200 })), fc.nat(4), (bytes, count) => {
        const reader = new ByteReader(bytes);
        const batch = family.decodeBatch(reader, count, parent, 41);
        if (typeof batch === 'string') {
          expect(batch).toBe('HEADER_MALFORMED');
          return;
        }
        const times = Array.from({ length: batch.count }, (_, i) =>
          family.time(batch.records.subarray(i * family.recordBytes, (i + 1) * family.recordBytes)),
        );
        // Beyond, a difference may not fit a zigzag varint; no header with such a time is ever accepted.
        if (times.some((time) => time >= 2 ** 52)) return;
        const writer = new ByteWriter();
        family.encodeBatch(writer, batch);
        // A header that no record can hold ends the batch, and what was read of it is no part of the others.
        if (batch.fault === undefined) expect(writer.length).toBe(reader.position);
        expect(writer.bytes()).toEqual(bytes.subarray(0, writer.length));
      }),
      { numRuns: 2000 },
    );
  });

  test('a batch that is cut short anywhere is a fault', () => {
    fc.assert(
      fc.property(bodies, fc.nat(), (list, cut) => {
        const bytes = encode(family, list);
        if (bytes.length === 0) return;
        expect(decode(bytes.subarray(0, cut % bytes.length), list.length)).toBe('HEADER_MALFORMED');
      }),
    );
  });

  test('a miner that no record can hold is a fault of its own', () => {
    const most = family.params.minerBytesMax;
    const fits = encode(family, [{ ...plain, miner: new Uint8Array(most).fill(65) }]);
    expect(decode(fits, 1)).toMatchObject({ count: 1 });
    expect(decode(fits, 1)).not.toHaveProperty('fault');
    const writer = new ByteWriter();
    writer.raw(fits);
    for (const byte of [1, 0, 0, 0]) writer.u8(byte);
    writer.varint(most + 1);
    writer.raw(new Uint8Array(most + 1 + 32).fill(65));
    // What stands before it is decoded and may be good.
    const before = decode(fits, 1) as HeaderBatch;
    expect(decode(writer.bytes(), 2)).toEqual({ ...before, fault: 'HEADER_BAD_MINER' });
  });

  test('a count that the bytes cannot hold is refused before anything is allocated', () => {
    expect(decode(new Uint8Array(1000), 2 ** 40)).toBe('HEADER_MALFORMED');
    // For these no memory could be had.
    expect(decode(new Uint8Array(3_000_000), 100_000_000)).toBe('HEADER_MALFORMED');
  });

  test('a difficulty is a difference from −2^52 to 2^52 − 1, else it is given whole', () => {
    const most = 2n ** 64n - 1n;
    const difficulties = [
      2n ** 52n - 1n,
      most,
      most - 2n ** 52n,
      most - 2n ** 53n - 1n,
      most - 2n ** 52n - 1n,
    ];
    const list = difficulties.map((difficulty) => ({ ...plain, difficulty }));
    const bytes = encode(family, list);
    expect(decode(bytes, list.length)).toEqual(batchOf(family, list));
    // Flags, time, nonce and digest take 35 bytes; 2^52 − 1 and −2^52 take 8 as a varint, and all others 8 as a u64.
    const flags = list.map((_, i) => bytes[i * 43]);
    expect([bytes.length, flags]).toEqual([5 * 43, [0, 4, 0, 4, 4]]);
  });

  test('a difficulty above 2^64 − 1 is refused', () => {
    const most = { ...plain, difficulty: 2n ** 64n - 1n };
    const bytes = encode(family, [most, most]);
    expect(decode(bytes, 2)).toMatchObject({ count: 2 });
    bytes[43 + 2] = 2;
    expect(decode(bytes, 2)).toBe('HEADER_MALFORMED');
  });

  test('a root that is as before is not given again, nor both given and as before', () => {
    const root = [...Array<number>(32).fill(7)];
    const digest = [...Array<number>(32).fill(0)];
    const first = [16, 0, 0, 0, ...root, ...digest];
    const other = [...Array<number>(32).fill(8)];
    const isTaken = (...second: readonly number[]) =>
      typeof decode(Uint8Array.from([...first, ...second]), 2) === 'object';
    expect(isTaken(16, 0, 0, 0, ...other, ...digest)).toBe(true);
    expect(isTaken(8, 0, 0, 0, ...digest, ...root)).toBe(true);
    expect(isTaken(16, 0, 0, 0, ...root, ...digest)).toBe(false);
    expect(isTaken(24, 0, 0, 0, ...other, ...digest)).toBe(false);
  });

  test('a longer form than necessary is refused', () => {
    const rest = [...Array<number>(32).fill(0)];
    const after = [0, 0, 0, 0, ...rest];
    for (const bytes of [
      [32, 0, 0, 0, ...rest],
      [24, 0, 0, 0, ...rest, ...rest],
      [2, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, ...rest],
      [0, 0, 0, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40, ...rest],
      [4, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, ...rest],
      [16, 0, 0, 0, ...rest, ...rest],
      [8, 0, 0, 0, ...rest],
      [1, 0, 0, 0, 0, ...rest],
      [0, 1, 0, 0, ...rest],
      [0, 0, 1, 0, ...rest],
    ]) {
      expect(decode(Uint8Array.from([...bytes, ...after]), 1), `${bytes}`).toBe('HEADER_MALFORMED');
    }
    expect(typeof decode(Uint8Array.from(after), 1)).toBe('object');
  });

  test('one header takes at least 36 bytes, and at most 40 in an ordinary chain of one miner', () => {
    expect(encode(family, [plain])).toHaveLength(encodedHeaderBytesMin);
    const miner = new TextEncoder().encode('miner');
    const chain = Array.from({ length: 200 }, (_, i) => ({
      ...plain,
      miner,
      timestamp: BigInt(1.8e9 + 5 * i),
      difficulty: BigInt(1000 + (i % 7)),
      nonce: BigInt(i * 1000),
    }));
    expect(encode(family, chain).length / 200).toBeLessThan(40);
  });
});
