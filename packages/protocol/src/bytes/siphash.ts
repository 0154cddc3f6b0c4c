/** SipHash-2-4 with a 64-bit result (Aumasson and Bernstein, 2012), in bigint: for short transaction ids, not for speed. */
import { defined } from '../assert.js';

const rotl = (x: bigint, n: bigint): bigint => BigInt.asUintN(64, (x << n) | (x >> (64n - n)));

/**
 * @param k0  first half of the key, u64
 * @param k1  second half of the key, u64
 * @returns u64
 */
export function sipHash24(k0: bigint, k1: bigint, data: Uint8Array): bigint {
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
  // The last word has the remaining data, and the length in its top byte.
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
