import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defined } from '../assert.js';
import { sipHash24 } from './siphash.js';

// Entries of `vectors_sip64` in the reference implementation, read as little-endian: the first ones, and those around
// whole words. Key 00 … 0f, data 00, 01, 02 … of the given length.
test.each([
  [0, 0x726fdb47dd0e0e31n],
  [1, 0x74f839c593dc67fdn],
  [2, 0x0d6c8009d9a94f5an],
  [7, 0xab0200f58b01d137n],
  [8, 0x93f5f5799a932462n],
  [9, 0x9e0082df0ba9e4b0n],
  [15, 0xa129ca6149be45e5n],
  [16, 0x3f2acc7f57c29bdbn],
  [63, 0x958a324ceb064572n],
])('reference vector of %i bytes', (length, hash) => {
  const data = Uint8Array.from({ length }, (_, i) => i);
  expect(sipHash24(0x0706050403020100n, 0x0f0e0d0c0b0a0908n, data)).toBe(hash);
});

const rotl = (x: bigint, n: bigint): bigint => BigInt.asUintN(64, (x << n) | (x >> (64n - n)));

/** SipHash-2-4 as its paper writes it, in whole words: the model of the code in halves. */
function model(k0: bigint, k1: bigint, data: Uint8Array): bigint {
  let v0 = k0 ^ 0x736f6d6570736575n;
  let v1 = k1 ^ 0x646f72616e646f6dn;
  let v2 = k0 ^ 0x6c7967656e657261n;
  let v3 = k1 ^ 0x7465646279746573n;
  const round = (): void => {
    v0 = BigInt.asUintN(64, v0 + v1);
    v1 = rotl(v1, 13n) ^ v0;
    v0 = rotl(v0, 32n);
    v2 = BigInt.asUintN(64, v2 + v3);
    v3 = rotl(v3, 16n) ^ v2;
    v0 = BigInt.asUintN(64, v0 + v3);
    v3 = rotl(v3, 21n) ^ v0;
    v2 = BigInt.asUintN(64, v2 + v1);
    v1 = rotl(v1, 17n) ^ v2;
    v2 = rotl(v2, 32n);
  };
  for (let at = 0; at <= data.length; at += 8) {
    let word = at + 8 > data.length ? BigInt(data.length & 0xff) << 56n : 0n;
    for (let i = 0; i < 8 && at + i < data.length; i++)
      word |= BigInt(defined(data[at + i], 'the loop ends with the data')) << BigInt(8 * i);
    v3 ^= word;
    round();
    round();
    v0 ^= word;
  }
  v2 ^= 0xffn;
  for (let i = 0; i < 4; i++) round();
  return v0 ^ v1 ^ v2 ^ v3;
}

test('any key and data give what the model gives', () => {
  const word = fc.bigInt(0n, 2n ** 64n - 1n);
  fc.assert(
    fc.property(word, word, fc.uint8Array({ maxLength: 300 }), (k0, k1, data) => {
      expect(sipHash24(k0, k1, data)).toBe(model(k0, k1, data));
    }),
    { numRuns: 500 },
  );
});
