/**
 * VisionX evaluated lazily: no dataset and no scratchpad, each word is computed when it is read (docs/chains/vision.md
 * §13).
 *
 * The loader calls `configure` once, then fills the inputs and calls `hashLanes` for LANES digests at a time.
 */

import { LANES } from './lanes';
import { clearOverlay, layOverlay, maybeWritten, writeWord, writtenWord } from './overlay';
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
  scratchSeed,
  scratchWord,
  storeDigest,
} from './visionx-primitives';

export { LANES };
export { INPUT_BYTES, MESSAGE_BYTES_MAX } from './visionx-primitives';

/** LANES records of INPUT_BYTES. */
export const inputs: usize = memory.data(<i32>(LANES * INPUT_BYTES), 8);
/** LANES digests of 32 bytes. */
export const digests: usize = memory.data(<i32>(LANES * 32), 8);

let datasetMask: u64 = 0;
let scratchMask: u64 = 0;
let mixIters: u32 = 0;
let fourReads: bool = false;
let writeEvery: u32 = 0;

/** Sets the parameters (sizes in words, powers of two) and gets the memory they need; false if there is none. */
export function configure(datasetWords: u32, scratchWords: u32, iters: u32, reads: u32, every: u32): bool {
  datasetMask = datasetWords - 1;
  scratchMask = scratchWords - 1;
  mixIters = iters;
  fourReads = reads >= 4;
  writeEvery = every;
  const writes = every == 0 || iters == 0 ? 0 : (iters - 1) / every + 1;
  const end = layOverlay((__heap_base + 15) & ~15, scratchWords, writes);
  const missing = <i32>((end + 0xffff) >>> 16) - memory.size();
  return missing <= 0 || memory.grow(missing) != -1;
}

@inline
function read(lane: u32, scratch: u64, dataset: u64, random: u64): u64 {
  const index = random & scratchMask;
  const word = scratchWord(scratch, dataset, datasetMask, index);
  return maybeWritten(lane, <u32>index) ? writtenWord(lane, <u32>index, word) : word;
}

@inline
function combine(v1: u64, v2: u64, v3: u64, v4: u64): u64 {
  return v1 ^ rotl<u64>(v2, 13) ^ (v3 * M2) ^ rotr<u64>(v4, 7);
}

function writeBack(lane: u32, scratch: u64, dataset: u64, random: u64, m: u64): void {
  const old = read(lane, scratch, dataset, random);
  writeWord(lane, <u32>(random & scratchMask), rotl<u64>(old + (m ^ G), 41));
}

/**
 * Hashes the LANES inputs. The lanes are written out, step by step side by side, so that their reads overlap in the
 * CPU and their states stay in registers.
 */
export function hashLanes(): void {
  clearOverlay();
  const in0 = inputs;
  const in1 = inputs + INPUT_BYTES;
  const in2 = inputs + 2 * INPUT_BYTES;
  const d0 = datasetSeed(in0);
  const d1 = datasetSeed(in1);
  const d2 = datasetSeed(in2);
  const s0 = scratchSeed(in0);
  const s1 = scratchSeed(in1);
  const s2 = scratchSeed(in2);
  let a0 = initialA(in0);
  let b0 = initialB();
  let a1 = initialA(in1);
  let b1 = initialB();
  let a2 = initialA(in2);
  let b2 = initialB();
  let acc0 = a0 ^ b0 ^ SEED_TWEAK;
  let acc1 = a1 ^ b1 ^ SEED_TWEAK;
  let acc2 = a2 ^ b2 ^ SEED_TWEAK;

  let nextWrite: u32 = writeEvery == 0 ? u32.MAX_VALUE : 0;
  for (let i: u32 = 0; i < mixIters; ++i) {
    const step = <u64>i * STEP;
    const v10 = read(0, s0, d0, rotl<u64>(a0 ^ b0 ^ acc0 ^ step, 17));
    const v11 = read(1, s1, d1, rotl<u64>(a1 ^ b1 ^ acc1 ^ step, 17));
    const v12 = read(2, s2, d2, rotl<u64>(a2 ^ b2 ^ acc2 ^ step, 17));
    const v20 = read(0, s0, d0, rotl<u64>(v10 ^ a0 ^ acc0, 23));
    const v21 = read(1, s1, d1, rotl<u64>(v11 ^ a1 ^ acc1, 23));
    const v22 = read(2, s2, d2, rotl<u64>(v12 ^ a2 ^ acc2, 23));
    const v30 = read(0, s0, d0, rotl<u64>(v20 ^ b0 ^ acc0, 19));
    const v31 = read(1, s1, d1, rotl<u64>(v21 ^ b1 ^ acc1, 19));
    const v32 = read(2, s2, d2, rotl<u64>(v22 ^ b2 ^ acc2, 19));
    let v40 = v30;
    let v41 = v31;
    let v42 = v32;
    if (fourReads) {
      v40 = read(0, s0, d0, rotl<u64>(v30 ^ v10 ^ acc0, 29));
      v41 = read(1, s1, d1, rotl<u64>(v31 ^ v11 ^ acc1, 29));
      v42 = read(2, s2, d2, rotl<u64>(v32 ^ v12 ^ acc2, 29));
    }

    const m0 = combine(v10, v20, v30, v40);
    const m1 = combine(v11, v21, v31, v41);
    const m2 = combine(v12, v22, v32, v42);
    a0 = rotl<u64>(a0, 13) ^ (m0 * C);
    a1 = rotl<u64>(a1, 13) ^ (m1 * C);
    a2 = rotl<u64>(a2, 13) ^ (m2 * C);
    b0 = rotl<u64>(b0, 17) ^ ((m0 ^ acc0) * M1);
    b1 = rotl<u64>(b1, 17) ^ ((m1 ^ acc1) * M1);
    b2 = rotl<u64>(b2, 17) ^ ((m2 ^ acc2) * M1);
    acc0 = rotl<u64>(acc0, 7) ^ ((a0 ^ b0) * X);
    acc1 = rotl<u64>(acc1, 7) ^ ((a1 ^ b1) * X);
    acc2 = rotl<u64>(acc2, 7) ^ ((a2 ^ b2) * X);

    if (i == nextWrite) {
      nextWrite += writeEvery;
      const writeStep = <u64>i * WRITE_STEP;
      writeBack(0, s0, d0, rotl<u64>(m0 ^ a0 ^ rotl<u64>(b0, 11) ^ writeStep, 31), m0);
      writeBack(1, s1, d1, rotl<u64>(m1 ^ a1 ^ rotl<u64>(b1, 11) ^ writeStep, 31), m1);
      writeBack(2, s2, d2, rotl<u64>(m2 ^ a2 ^ rotl<u64>(b2, 11) ^ writeStep, 31), m2);
    }
  }

  storeDigest(digests, a0 ^ acc0, b0 ^ rotl<u64>(acc0, 3));
  storeDigest(digests + 32, a1 ^ acc1, b1 ^ rotl<u64>(acc1, 3));
  storeDigest(digests + 64, a2 ^ acc2, b2 ^ rotl<u64>(acc2, 3));
}
