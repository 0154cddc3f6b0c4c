/**
 * VisionX in bigint, evaluated lazily: no dataset, no scratchpad (docs/chains/vision.md §2.4, §2.5, §13).
 *
 * A third of a second a hash at canonical parameters, so nothing is verified with it. It gives a custom network its
 * genesis digest without a kernel, and is the model that the kernels are tested against.
 */
import { readU64BigEndian, writeU64BigEndian } from '../../../bytes/integers.js';
import type { VisionXParams } from '../../../chain/pow-job.js';

const golden = 0x9e3779b97f4a7c15n;
const mix1 = 0xbf58476d1ce4e5b9n;
const mix2 = 0x94d049bb133111ebn;
const k = 0x9e3779b185ebca87n;
const c = 0xc2b2ae3d27d4eb4fn;
const x = 0xd6e8feb86659fd93n;
const start = 0xdeadbeeff00dfacen;

const u64 = (value: bigint): bigint => BigInt.asUintN(64, value);
const rotl = (value: bigint, n: bigint): bigint => u64((value << n) | (value >> (64n - n)));
const rotr = (value: bigint, n: bigint): bigint => rotl(value, 64n - n);

function mix(value: bigint): bigint {
  let z = u64((value ^ (value >> 30n)) * mix1);
  z = u64((z ^ (z >> 27n)) * mix2);
  return z ^ (z >> 31n);
}

/** The `index`-th output of SplitMix64, from 0. */
export function splitMix64(seed: bigint, index: bigint): bigint {
  return mix(u64(seed + (index + 1n) * golden));
}

/** Seed of the dataset's words: `splitMix64(foldSeed(seed, epoch), i)` is word i. */
export function foldSeed(seed: Uint8Array, epoch: bigint): bigint {
  let s = epoch ^ 0xa24baed4963ee407n;
  for (let at = 0; at < 32; at += 8) {
    s ^= rotl(readU64BigEndian(seed, at), 7n);
    s = rotl(u64(s * golden), 9n);
  }
  return s;
}

/** The final expansion of two words to 32 bytes. */
export function expand256(first: bigint, second: bigint): Uint8Array {
  let a = first;
  let b = second;
  for (let i = 0; i < 4; i++) {
    a = rotl(a, 13n) ^ u64(b * k);
    b = rotl(b, 17n) ^ u64(a * c);
  }
  const q = a ^ b ^ x;
  const out = new Uint8Array(32);
  [a, b, splitMix64(q, 0n), splitMix64(q, 1n)].forEach((word, i) => {
    writeU64BigEndian(out, 8 * i, word);
  });
  return out;
}

/** Index mask of a table of `megabytes`, rounded up to a power of two words. */
function indexMask(megabytes: number): bigint {
  let words = 1;
  while (words < megabytes * 131072) words *= 2;
  return BigInt(words - 1);
}

/** The digest: 32 bytes. */
export function visionX(
  params: VisionXParams,
  message: Uint8Array,
  nonce: bigint,
  seed: Uint8Array,
  epoch: bigint,
): Uint8Array {
  const folded = foldSeed(seed, epoch);
  const datasetMask = indexMask(params.datasetMb);
  const scratchMask = indexMask(params.scratchMb);
  const written = new Map<bigint, bigint>();

  let s = nonce ^ start;
  for (let at = 0; at < message.length; at += 8) {
    s ^= rotl(readU64BigEndian(message, at), 13n);
    s = rotl(u64(s * golden), 7n);
  }
  const scratch = (word: bigint): bigint => {
    const index = word & scratchMask;
    const known = written.get(index);
    if (known !== undefined) return known;
    const m = splitMix64(s, index);
    const left = splitMix64(folded, rotl(m, 17n) & datasetMask);
    return left ^ splitMix64(folded, rotr(m, 23n) & datasetMask) ^ u64(m * c);
  };

  let a = 0x243f6a8885a308d3n ^ rotl(nonce, 17n);
  let b = 0x13198a2e03707344n ^ rotr(nonce, 11n);
  for (let at = 0; at < message.length; at += 16) {
    a ^= u64(readU64BigEndian(message, at) * k);
    b ^= u64(readU64BigEndian(message, at + 8) * c);
    a = rotl(a, 13n) ^ rotr(b, 7n);
    b = rotl(b, 29n) ^ rotr(a, 19n);
  }
  let acc = a ^ b ^ start;
  for (let i = 0; i < params.mixIters; i++) {
    const index = BigInt(i);
    const v1 = scratch(rotl(a ^ b ^ acc ^ (index * 0x9e3779b9n), 17n));
    const v2 = scratch(rotl(v1 ^ a ^ acc, 23n));
    const v3 = scratch(rotl(v2 ^ b ^ acc, 19n));
    const v4 = params.readsPerIter >= 4 ? scratch(rotl(v3 ^ v1 ^ acc, 29n)) : v3;
    const m = v1 ^ rotl(v2, 13n) ^ u64(v3 * mix2) ^ rotr(v4, 7n);
    a = rotl(a, 13n) ^ u64(m * c);
    b = rotl(b, 17n) ^ u64((m ^ acc) * mix1);
    acc = rotl(acc, 7n) ^ u64((a ^ b) * x);
    if (params.writeEvery > 0 && i % params.writeEvery === 0) {
      const j = rotl(m ^ a ^ rotl(b, 11n) ^ u64(index * 0xa24baed4963ee407n), 31n) & scratchMask;
      written.set(j, rotl(u64(scratch(j) + (m ^ golden)), 41n));
    }
  }
  return expand256(a ^ acc, b ^ rotl(acc, 3n));
}
