import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeBits, encodeBits, meetsTarget, TargetTable } from './compact-target.js';

describe('bits', () => {
  // `bignum_SetCompact` in Bitcoin Core's src/test/arith_uint256_tests.cpp.
  test.each([
    [0x00000000, undefined],
    [0x00123456, undefined],
    [0x01003456, undefined],
    [0x02000056, undefined],
    [0x03000000, undefined],
    [0x04000000, undefined],
    [0x00923456, undefined],
    [0x01803456, undefined],
    [0x01123456, 0x12n],
    [0x02123456, 0x1234n],
    [0x03123456, 0x123456n],
    [0x04123456, 0x12345600n],
    [0x05009234, 0x92340000n],
    [0x20123456, 0x123456n << 232n],
    [0x04923456, undefined],
    [0xff123456, undefined],
    // One step either side of an overflow.
    [0x2200ff00, undefined],
    [0x220000ff, 0xffn << 248n],
    [0x22000100, undefined],
    [0x2100ffff, 0xffffn << 240n],
    [0x21010000, undefined],
    [0x207fffff, 0x7fffffn << 232n],
    [0x23000001, undefined],
  ])('%# decode to the target', (bits, target) => {
    expect(decodeBits(bits)).toBe(target);
  });

  test('a target is rounded down to its first 23 bits or fewer', () => {
    expect(encodeBits(0x80n)).toBe(0x02008000);
    expect(encodeBits(0x12345678n)).toBe(0x04123456);
    expect(encodeBits(1n)).toBe(0x01010000);
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 2n ** 256n - 1n }), (target) => {
        const rounded = decodeBits(encodeBits(target)) as bigint;
        expect(rounded <= target).toBe(true);
        expect((target - rounded) * 32768n <= target).toBe(true);
        expect(encodeBits(rounded)).toBe(encodeBits(target));
      }),
    );
  });
});

describe('TargetTable', () => {
  test('the work of a target is 2^256 over the number of hashes that meet it', () => {
    const table = new TargetTable(0x207fffff);
    expect([0x01010000, 0x01020000, 0x02010000].map((bits) => table.facts(bits)?.work)).toEqual([
      2n ** 255n,
      2n ** 256n / 3n,
      2n ** 256n / 257n,
    ]);
  });

  test('knows no target above the limit', () => {
    const table = new TargetTable(0x1d00ffff);
    expect(table.facts(0x1d00ffff)?.work).toBe(0x100010001n);
    expect(table.facts(0x1d010000)).toBeUndefined();
    expect(table.facts(0x1d01ffff)).toBeUndefined();
    expect(table.facts(0x1c7fffff)?.target).toBe(0x7fffffn << 200n);
    expect(table.facts(0)).toBeUndefined();
  });

  test('gives the same answer however many targets came before', () => {
    const table = new TargetTable(0x207fffff);
    const works = () => Array.from({ length: 1000 }, (_, i) => table.facts(0x1d000001 + i)?.work);
    expect(works()).toEqual(works());
    expect(table.facts(0x207fffff)?.work).toBe(2n);
  });
});

test('a hash meets a target that it equals, and misses the one below', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      fc.constantFrom(-1n, 0n, 1n),
      (hash, step) => {
        const value = BigInt(`0x${Buffer.from(hash).reverse().toString('hex')}`);
        const target = value + step;
        if (target < 0n || target >= 1n << 256n) return;
        const words = Uint32Array.from({ length: 8 }, (_, i) =>
          Number((target >> BigInt(224 - 32 * i)) & 0xffff_ffffn),
        );
        const padded = new Uint8Array(40);
        padded.set(hash, 5);
        expect(meetsTarget(padded, 5, words)).toBe(step >= 0n);
      },
    ),
  );
});
