import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { xxh32 } from './xxh32.js';

const PRIME_32 = 2_654_435_761n;
const PRIME_64 = 11_400_714_785_074_694_797n;

/** The bytes that xxHash's own sanity checks hash. */
function sanityBytes(length: number): Uint8Array {
  let state = PRIME_32;
  return Uint8Array.from({ length }, () => {
    const byte = Number(state >> 56n);
    state = BigInt.asUintN(64, state * PRIME_64);
    return byte;
  });
}

describe('xxh32', () => {
  it('agrees with published digests', () => {
    // https://github.com/Cyan4973/xxHash/blob/dev/tests/sanity_test_vectors.h
    const known: [number, number][] = [
      [0, 0x02cc_5d05],
      [1, 0xcf65_b03e],
      [14, 0x1208_e7e2],
      [222, 0x5bd1_1dbd],
    ];
    for (const [length, digest] of known) expect(xxh32(sanityBytes(length))).toBe(digest);
    // Of the README of python-xxhash, and of Wikipedia's well-known sentence.
    expect(xxh32(new TextEncoder().encode('a'))).toBe(0x550d_7456);
    expect(xxh32(new TextEncoder().encode('abc'))).toBe(0x32d1_53ff);
    expect(xxh32(new TextEncoder().encode('Nobody inspects the spammish repetition'))).toBe(0xe229_3b2f);
  });

  it('does not depend on where the bytes lie, and on each of them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 70 }), fc.nat(7), fc.nat(), (bytes, gap, pick) => {
        const behind = new Uint8Array(gap + bytes.length + 3).fill(0xaa);
        behind.set(bytes, gap);
        expect(xxh32(behind.subarray(gap, gap + bytes.length))).toBe(xxh32(bytes));
        const other = bytes.slice();
        other[pick % bytes.length] = (other[pick % bytes.length] ?? 0) ^ (1 << (pick % 8));
        expect(xxh32(other)).not.toBe(xxh32(bytes));
      }),
    );
  });
});
