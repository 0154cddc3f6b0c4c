/**
 * VisionX's building blocks in plain BigInt, as docs/chains/vision.md §2.4 writes them: to be read and compared with, a
 * thousand times slower than the kernel. Integers are u64; arithmetic wraps.
 */

const G = 0x9e3779b97f4a7c15n;
const M1 = 0xbf58476d1ce4e5b9n;
const M2 = 0x94d049bb133111ebn;
const K = 0x9e3779b185ebca87n;
const C = 0xc2b2ae3d27d4eb4fn;
const X = 0xd6e8feb86659fd93n;
const EPOCH_TWEAK = 0xa24baed4963ee407n;

function wrap(x: bigint): bigint {
  return BigInt.asUintN(64, x);
}

function rotl(x: bigint, bits: bigint): bigint {
  return wrap(x << bits) | (x >> (64n - bits));
}

/** The `i`-th output, from 0, of SplitMix64 started at `seed`. */
export function splitmix64(seed: bigint, i: bigint): bigint {
  let z = wrap(seed + (i + 1n) * G);
  z = wrap((z ^ (z >> 30n)) * M1);
  z = wrap((z ^ (z >> 27n)) * M2);
  return z ^ (z >> 31n);
}

/**
 * The dataset's 64-bit seed.
 *
 * @param seed32  the epoch's seed, 32 bytes
 * @throws {RangeError} if `seed32` is shorter
 */
export function foldSeed(seed32: Uint8Array, epoch: bigint): bigint {
  const view = new DataView(seed32.buffer, seed32.byteOffset, seed32.byteLength);
  let s = epoch ^ EPOCH_TWEAK;
  for (let offset = 0; offset < 32; offset += 8) {
    s ^= rotl(view.getBigUint64(offset), 7n);
    s = rotl(wrap(s * G), 9n);
  }
  return s;
}

/** Word `index` of an epoch's dataset, whatever the dataset's size; the caller keeps `index` below it. */
export function datasetWord(seed32: Uint8Array, epoch: bigint, index: bigint): bigint {
  return splitmix64(foldSeed(seed32, epoch), index);
}

/** Stretches the two final accumulators into a digest of 32 bytes. */
export function expand256(a: bigint, b: bigint): Uint8Array {
  let x = a;
  let y = b;
  for (let round = 0; round < 4; ++round) {
    x = rotl(x, 13n) ^ wrap(y * K);
    y = rotl(y, 17n) ^ wrap(x * C);
  }
  const q = x ^ y ^ X;
  const digest = new Uint8Array(32);
  const view = new DataView(digest.buffer);
  for (const [i, word] of [x, y, splitmix64(q, 0n), splitmix64(q, 1n)].entries())
    view.setBigUint64(8 * i, word);
  return digest;
}
