/**
 * SipHash-2-4 with a 64-bit result (Aumasson and Bernstein, 2012): short transaction ids. All words are pairs of 32-bit
 * halves, for bigints would take fifty times as long: a block is compared with thousands of transactions at once.
 */
import { readU32, writeU64 } from './integers.js';

/** SipHash-2-4 under one key. The result of the last {@link hash} stands in `low` and `high`. */
export class SipHash {
  /** Its lower 32 bits, 0 to 2^32 − 1. */
  low = 0;
  /** Its upper 32 bits. */
  high = 0;
  readonly #k0l: number;
  readonly #k0h: number;
  readonly #k1l: number;
  readonly #k1h: number;

  /** @param key  its first 16 bytes count */
  constructor(key: Uint8Array) {
    this.#k0l = readU32(key, 0);
    this.#k0h = readU32(key, 4);
    this.#k1l = readU32(key, 8);
    this.#k1h = readU32(key, 12);
  }

  /** Leaves the hash of `data` in {@link low} and {@link high}. */
  hash(data: Uint8Array): void {
    let v0l = this.#k0l ^ 0x70736575;
    let v0h = this.#k0h ^ 0x736f6d65;
    let v1l = this.#k1l ^ 0x6e646f6d;
    let v1h = this.#k1h ^ 0x646f7261;
    let v2l = this.#k0l ^ 0x6e657261;
    let v2h = this.#k0h ^ 0x6c796765;
    let v3l = this.#k1l ^ 0x79746573;
    let v3h = this.#k1h ^ 0x74656462;
    const { length } = data;
    // Whole words, then one with the rest of the data and the length in its top byte, then the end.
    const words = Math.floor(length / 8);
    for (let word = 0; word <= words + 1; word++) {
      let low = 0;
      let high = 0;
      if (word < words) {
        low = readU32(data, 8 * word);
        high = readU32(data, 8 * word + 4);
      } else if (word === words) {
        // Bytes beyond the end count as zero.
        if (8 * word < length) {
          low = readU32(data, 8 * word);
          high = readU32(data, 8 * word + 4);
        }
        high |= length << 24;
      } else {
        v2l ^= 0xff;
      }
      v3l ^= low;
      v3h ^= high;
      for (let round = word > words ? 4 : 2; round > 0; round--) {
        let sum = (v0l + v1l) | 0;
        v0h = (v0h + v1h + (((v0l & v1l) | ((v0l | v1l) & ~sum)) >>> 31)) | 0;
        v0l = sum;
        let turned = (v1l << 13) | (v1h >>> 19);
        v1h = ((v1h << 13) | (v1l >>> 19)) ^ v0h;
        v1l = turned ^ v0l;
        turned = v0l;
        v0l = v0h;
        v0h = turned;
        sum = (v2l + v3l) | 0;
        v2h = (v2h + v3h + (((v2l & v3l) | ((v2l | v3l) & ~sum)) >>> 31)) | 0;
        v2l = sum;
        turned = (v3l << 16) | (v3h >>> 16);
        v3h = ((v3h << 16) | (v3l >>> 16)) ^ v2h;
        v3l = turned ^ v2l;
        sum = (v0l + v3l) | 0;
        v0h = (v0h + v3h + (((v0l & v3l) | ((v0l | v3l) & ~sum)) >>> 31)) | 0;
        v0l = sum;
        turned = (v3l << 21) | (v3h >>> 11);
        v3h = ((v3h << 21) | (v3l >>> 11)) ^ v0h;
        v3l = turned ^ v0l;
        sum = (v2l + v1l) | 0;
        v2h = (v2h + v1h + (((v2l & v1l) | ((v2l | v1l) & ~sum)) >>> 31)) | 0;
        v2l = sum;
        turned = (v1l << 17) | (v1h >>> 15);
        v1h = ((v1h << 17) | (v1l >>> 15)) ^ v2h;
        v1l = turned ^ v2l;
        turned = v2l;
        v2l = v2h;
        v2h = turned;
      }
      v0l ^= low;
      v0h ^= high;
    }
    this.low = (v0l ^ v1l ^ v2l ^ v3l) >>> 0;
    this.high = (v0h ^ v1h ^ v2h ^ v3h) >>> 0;
  }
}

/**
 * @param k0  first half of the key, u64
 * @param k1  second half of the key, u64
 * @returns u64
 */
export function sipHash24(k0: bigint, k1: bigint, data: Uint8Array): bigint {
  const key = new Uint8Array(16);
  writeU64(key, 0, k0);
  writeU64(key, 8, k1);
  const hasher = new SipHash(key);
  hasher.hash(data);
  return (BigInt(hasher.high) << 32n) | BigInt(hasher.low);
}
