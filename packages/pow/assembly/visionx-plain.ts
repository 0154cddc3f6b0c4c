/**
 * VisionX as existing full nodes compute it: dataset and scratchpad in memory, one header at a time. Only the benchmark
 * uses it, to compare it with the lazy method.
 */

import {
  C,
  G,
  INPUT_BYTES,
  M1,
  M2,
  SEED_TWEAK,
  STEP,
  WRITE_STEP,
  X,
  datasetSeed,
  initialA,
  initialB,
  mix,
  scratchSeed,
  storeDigest,
} from './visionx-primitives';

/** One record of INPUT_BYTES. */
export const input: usize = memory.data(<i32>INPUT_BYTES, 8);
/** One digest of 32 bytes. */
export const digest: usize = memory.data(32, 8);

let dataset: usize = 0;
let scratch: usize = 0;
let datasetWords: u32 = 0;
let scratchWords: u32 = 0;

/** Gets memory for tables of these sizes (in words, powers of two); false if there is none. */
export function configure(datasetSize: u32, scratchSize: u32): bool {
  datasetWords = datasetSize;
  scratchWords = scratchSize;
  dataset = (__heap_base + 15) & ~15;
  scratch = dataset + 8 * <usize>datasetSize;
  const end = scratch + 8 * <usize>scratchSize;
  return memory.grow(<i32>((end + 0xffff) >>> 16) - memory.size()) != -1;
}

/** Builds the dataset of the input's epoch. */
export function fillDataset(): void {
  const seed = datasetSeed(input);
  for (let i: u32 = 0; i < datasetWords; ++i) store<u64>(dataset + 8 * <usize>i, mix(seed + <u64>i * G));
}

function fillScratch(): void {
  const seed = scratchSeed(input);
  const mask = <u64>(datasetWords - 1);
  for (let i: u32 = 0; i < scratchWords; ++i) {
    const m = mix(seed + <u64>i * G);
    const x = load<u64>(dataset + <usize>((rotl<u64>(m, 17) & mask) << 3));
    const y = load<u64>(dataset + <usize>((rotr<u64>(m, 23) & mask) << 3));
    store<u64>(scratch + 8 * <usize>i, x ^ y ^ (m * C));
  }
}

@inline
function wordAt(random: u64): usize {
  return scratch + <usize>((random & <u64>(scratchWords - 1)) << 3);
}

/** Hashes the input with the dataset built before, with four reads an iteration. */
export function hash(mixIters: u32, writeEvery: u32): void {
  fillScratch();
  let a = initialA(input);
  let b = initialB();
  let acc = a ^ b ^ SEED_TWEAK;
  for (let i: u32 = 0; i < mixIters; ++i) {
    const v1 = load<u64>(wordAt(rotl<u64>(a ^ b ^ acc ^ (<u64>i * STEP), 17)));
    const v2 = load<u64>(wordAt(rotl<u64>(v1 ^ a ^ acc, 23)));
    const v3 = load<u64>(wordAt(rotl<u64>(v2 ^ b ^ acc, 19)));
    const v4 = load<u64>(wordAt(rotl<u64>(v3 ^ v1 ^ acc, 29)));
    const m = v1 ^ rotl<u64>(v2, 13) ^ (v3 * M2) ^ rotr<u64>(v4, 7);
    a = rotl<u64>(a, 13) ^ (m * C);
    b = rotl<u64>(b, 17) ^ ((m ^ acc) * M1);
    acc = rotl<u64>(acc, 7) ^ ((a ^ b) * X);
    if (i % writeEvery == 0) {
      const p = wordAt(rotl<u64>(m ^ a ^ rotl<u64>(b, 11) ^ (<u64>i * WRITE_STEP), 31));
      store<u64>(p, rotl<u64>(load<u64>(p) + (m ^ G), 41));
    }
  }
  storeDigest(digest, a ^ acc, b ^ rotl<u64>(acc, 3));
}
