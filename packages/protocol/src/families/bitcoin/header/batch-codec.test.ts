import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ByteReader } from '../../../bytes/byte-reader.js';
import { ByteWriter } from '../../../bytes/byte-writer.js';
import { decodeBatch, encodeBatch, encodedHeaderBytesMin } from './batch-codec.js';
import { type BitcoinHeader, encodeHeader, recordBytes } from './record.js';

const parent = new Uint8Array(32).fill(7);
const u32 = fc.oneof(fc.nat(3), fc.integer({ min: 0, max: 0xffff_ffff }));
const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });
const headers: fc.Arbitrary<BitcoinHeader[]> = fc.array(
  fc.record({ version: u32, parent: bytes32, merkleRoot: bytes32, time: u32, bits: u32, nonce: u32 }),
);

function batchOf(list: readonly BitcoinHeader[]) {
  const records = new Uint8Array(list.length * recordBytes);
  list.forEach((header, i) => {
    records.set(encodeHeader(header), i * recordBytes);
  });
  return { count: list.length, records, hashes: new Uint8Array(list.length * 32) };
}

function encode(list: readonly BitcoinHeader[]): Uint8Array {
  const writer = new ByteWriter();
  encodeBatch(writer, batchOf(list));
  return writer.bytes();
}

function decode(bytes: Uint8Array, count: number) {
  const reader = new ByteReader(bytes);
  const batch = decodeBatch(reader, count, parent);
  return { batch, reader };
}

test('everything but the parents survives, the first parent is the given one', () => {
  fc.assert(
    fc.property(headers, (list) => {
      const { batch, reader } = decode(encode(list), list.length);
      const expected = list.map((header, i) => ({
        ...header,
        parent: i === 0 ? parent : new Uint8Array(32),
      }));
      expect(batch).toEqual(batchOf(expected));
      expect(reader.isDone).toBe(true);
    }),
  );
});

test('a batch of headers of the largest form, and of times on either side of each length', () => {
  const zeros = new Uint8Array(32);
  const largest = Array.from({ length: 1001 }, (_, i) => ({
    version: 1 + (i % 2),
    parent: i === 0 ? parent : zeros,
    merkleRoot: parent,
    time: i % 2 === 0 ? 0xffff_ffff : 0,
    bits: 1 + (i % 2),
    nonce: i,
  }));
  expect(encode(largest)).toHaveLength(1001 * 50 + 2 * 32);
  expect(decode(encode(largest), 1001).batch).toEqual(batchOf(largest));
  const steps = [63, 64, 65, 8191, 8192, -64, -65, -8192, -8193, 2 ** 20, 2 ** 27, 2 ** 31];
  let time = 2 ** 30;
  const timed = largest.slice(0, steps.length).map((header, i) => {
    time += steps[i] as number;
    return { ...header, time };
  });
  expect(decode(encode(timed), steps.length).batch).toEqual(batchOf(timed));
});

test('hostile bytes are a fault, or exactly one encoding of what they say', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(4), (bytes, count) => {
      const { batch, reader } = decode(bytes, count);
      if (batch === 'HEADER_MALFORMED') return;
      if (typeof batch === 'string') throw new Error(batch);
      const writer = new ByteWriter();
      encodeBatch(writer, batch);
      expect(writer.bytes()).toEqual(bytes.subarray(0, reader.position));
    }),
    { numRuns: 2000 },
  );
});

test('a batch that is cut short anywhere is a fault', () => {
  fc.assert(
    fc.property(headers, fc.nat(), (list, cut) => {
      const bytes = encode(list);
      if (bytes.length === 0) return;
      expect(decode(bytes.subarray(0, cut % bytes.length), list.length).batch).toBe('HEADER_MALFORMED');
    }),
  );
});

describe('the parents that are given', () => {
  const header = { version: 4, parent, merkleRoot: parent, time: 10, bits: 0x1d00ffff, nonce: 1 };
  const list = Array.from({ length: 1001 }, (_, i) => ({ ...header, parent: new Uint8Array(32).fill(i) }));

  test('stand before each 500th header but the first', () => {
    const bytes = encode(list);
    const first = 1 + 4 + 4 + 1 + 36;
    const at = first + 499 * 38;
    expect(bytes).toHaveLength(first + 1000 * 38 + 2 * 32);
    expect(bytes.subarray(at, at + 32)).toEqual(list[500]?.parent);
    const { batch } = decode(bytes, 1001);
    if (typeof batch === 'string') throw new Error(batch);
    const given = [499, 500, 501, 1000].map((i) =>
      batch.records.slice(i * recordBytes + 4, i * recordBytes + 36),
    );
    expect(given).toEqual([new Uint8Array(32), list[500]?.parent, new Uint8Array(32), list[1000]?.parent]);
  });
});

describe('what is refused', () => {
  const header = { version: 4, parent, merkleRoot: parent, time: 10, bits: 0x1d00ffff, nonce: 1 };
  const bytes = encode([header, header]);
  const second = 1 + 4 + 4 + 1 + 32 + 4;

  test('flags without meaning', () => {
    const changed = Uint8Array.from(bytes);
    changed[second] = 4;
    expect(decode(changed, 2).batch).toBe('HEADER_MALFORMED');
  });

  test.each([
    ['version', 1, Uint8Array.of(4, 0, 0, 0)],
    ['bits', 2, Uint8Array.of(0xff, 0xff, 0, 0x1d)],
  ])('a %s that has not changed', (_, flag, field) => {
    const rest = bytes.subarray(second + 1);
    expect(decode(Uint8Array.from([...bytes.subarray(0, second), flag, ...field, ...rest]), 2).batch).toBe(
      'HEADER_MALFORMED',
    );
  });

  test.each([
    ['below 0', 21],
    ['above 2^32 − 1', 2 ** 33],
  ])('a time %s', (_, raw) => {
    const writer = new ByteWriter();
    writer.raw(bytes.subarray(0, second + 1));
    writer.varint(raw);
    writer.raw(bytes.subarray(second + 2));
    expect(decode(writer.bytes(), 2).batch).toBe('HEADER_MALFORMED');
  });

  test('a count that the bytes cannot hold, before anything is allocated', () => {
    expect(decode(bytes, 2 ** 40).batch).toBe('HEADER_MALFORMED');
    // For these no memory could be had.
    expect(decode(new Uint8Array(3_000_000), 110_000_000).batch).toBe('HEADER_MALFORMED');
  });
});

test('one header takes at least 38 bytes, and about 39 in an ordinary chain', () => {
  const plain = { version: 0, parent, merkleRoot: parent, time: 0, bits: 0, nonce: 0 };
  expect(encode([plain])).toHaveLength(encodedHeaderBytesMin);
  const chain = Array.from({ length: 100 }, (_, i) => ({
    ...plain,
    version: 4,
    bits: 0x1d00ffff,
    time: 1.2e9 + i * 600,
  }));
  expect(encode(chain).length / 100).toBeLessThan(39.2);
});
