import { blake3 as nobleBlake3 } from '@noble/hashes/blake3.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Blake3, blake3 } from './blake3.js';
import { bytesToHex } from './hex.js';

const hasher = new Blake3(70_000);

/** As the test vectors of the reference: bytes 0 … 250, again and again. */
const bytesOf = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i % 251);

function hashOf(bytes: Uint8Array, of = hasher): Uint8Array {
  const out = new Uint8Array(40).fill(1);
  of.input.set(bytes);
  of.digestInto(bytes.length, out, 4);
  expect([...out.subarray(0, 4), ...out.subarray(36)]).toEqual(Array(8).fill(1));
  return out.subarray(4, 36);
}

describe('BLAKE3', () => {
  test.each([
    [0, 'af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262'],
    [1, '2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213'],
    [1024, '42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7'],
    [1025, 'd00278ae47eb27b34faecf67b4fe263f82d5412916c1ffd97c8cb7fb814b8444'],
  ])('reference vector of %i bytes', (length, hash) => {
    expect(bytesToHex(hashOf(bytesOf(length)))).toBe(hash);
  });

  test('is that of @noble/hashes around every boundary of blocks, chunks and subtrees', () => {
    const boundaries = [0, 32, 64, 128, 960, 1024, 1088, 2048, 3072, 4096, 5120, 7168, 8192, 65_536, 69_632];
    for (const boundary of boundaries) {
      for (const length of [boundary - 1, boundary, boundary + 1].filter((each) => each >= 0)) {
        const bytes = bytesOf(length);
        expect(hashOf(bytes), `${length}`).toEqual(nobleBlake3(bytes));
      }
    }
    for (const length of [1_000_001, 3 * 1024 * 1024]) {
      const bytes = bytesOf(length);
      expect(hashOf(bytes, new Blake3(length)), `${length}`).toEqual(nobleBlake3(bytes));
      expect(blake3(bytes), `${length}`).toEqual(nobleBlake3(bytes));
    }
  });

  test('is that of @noble/hashes for any bytes, whatever was hashed before', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5000, size: 'max' }), (bytes) => {
        expect(hashOf(bytes)).toEqual(nobleBlake3(bytes));
        expect(hashOf(bytes, new Blake3(bytes.length))).toEqual(nobleBlake3(bytes));
        expect(blake3(bytes)).toEqual(nobleBlake3(bytes));
      }),
    );
  });

  test('the hash may be written into where its input came from', () => {
    const bytes = bytesOf(64);
    const expected = nobleBlake3(bytes);
    hasher.input.set(bytes);
    hasher.digestInto(64, hasher.input, 0);
    expect(hasher.input.slice(0, 32)).toEqual(expected);
  });
});
