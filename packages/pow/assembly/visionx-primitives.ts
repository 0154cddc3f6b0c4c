/**
 * What both ways of computing VisionX share: constants, mixing, and how a header enters and a digest leaves.
 *
 * All arithmetic wraps at 64 bits. Constants are named as in docs/chains/vision.md §2.4 and §2.5.
 */

export const G: u64 = 0x9e3779b97f4a7c15;
export const M1: u64 = 0xbf58476d1ce4e5b9;
export const M2: u64 = 0x94d049bb133111eb;
export const K: u64 = 0x9e3779b185ebca87;
export const C: u64 = 0xc2b2ae3d27d4eb4f;
export const X: u64 = 0xd6e8feb86659fd93;
export const SEED_TWEAK: u64 = 0xdeadbeeff00dface;
export const STEP: u64 = 0x9e3779b9;
export const WRITE_STEP: u64 = 0xa24baed4963ee407;
const EPOCH_TWEAK: u64 = 0xa24baed4963ee407;
const A0: u64 = 0x243f6a8885a308d3;
const B0: u64 = 0x13198a2e03707344;

/** Longest message of one input, in bytes; the loader refuses longer ones. A header is at most 364. */
export const MESSAGE_BYTES_MAX: u32 = 1024;

// One input as the loader writes it: integers little-endian, the seed and the message as they are.
const EPOCH: usize = 32;
const NONCE: usize = 40;
const LENGTH: usize = 48;
const MESSAGE: usize = 56;
/** Bytes of one input; 16 more than the message takes, so that padding it never leaves the record. */
export const INPUT_BYTES: usize = MESSAGE + MESSAGE_BYTES_MAX + 16;

@inline
export function mix(z: u64): u64 {
  let y = (z ^ (z >> 30)) * M1;
  y = (y ^ (y >> 27)) * M2;
  return y ^ (y >> 31);
}

@inline
function bigEndian(p: usize): u64 {
  return bswap<u64>(load<u64>(p));
}

/** Dataset seed of an input, plus G: the dataset's word i is then `mix(seed + i * G)`. */
export function datasetSeed(input: usize): u64 {
  let s = load<u64>(input, EPOCH) ^ EPOCH_TWEAK;
  for (let p = input; p < input + 32; p += 8) {
    s ^= rotl<u64>(bigEndian(p), 7);
    s = rotl<u64>(s * G, 9);
  }
  return s + G;
}

/** Scratchpad seed of an input, plus G as above. The message counts as zero padded to 8 bytes. */
export function scratchSeed(input: usize): u64 {
  const message = padMessage(input);
  const end = message + load<u32>(input, LENGTH);
  let s = load<u64>(input, NONCE) ^ SEED_TWEAK;
  for (let p = message; p < end; p += 8) {
    s ^= rotl<u64>(bigEndian(p), 13);
    s = rotl<u64>(s * G, 7);
  }
  return s + G;
}

let absorbedB: u64 = 0;

/** First accumulator of an input; the second one is `initialB()` afterwards. Zero padded to 16 bytes. */
export function initialA(input: usize): u64 {
  const message = padMessage(input);
  const end = message + load<u32>(input, LENGTH);
  const nonce = load<u64>(input, NONCE);
  let a = A0 ^ rotl<u64>(nonce, 17);
  let b = B0 ^ rotr<u64>(nonce, 11);
  for (let p = message; p < end; p += 16) {
    a ^= bigEndian(p) * K;
    b ^= bigEndian(p + 8) * C;
    a = rotl<u64>(a, 13) ^ rotr<u64>(b, 7);
    b = rotl<u64>(b, 29) ^ rotr<u64>(a, 19);
  }
  absorbedB = b;
  return a;
}

@inline
export function initialB(): u64 {
  return absorbedB;
}

function padMessage(input: usize): usize {
  const message = input + MESSAGE;
  memory.fill(message + load<u32>(input, LENGTH), 0, 16);
  return message;
}

/** Word of the untouched scratchpad at `i`: two dataset words, found by the scratchpad's own random word. */
@inline
export function scratchWord(scratch: u64, dataset: u64, datasetMask: u64, i: u64): u64 {
  const m = mix(scratch + i * G);
  const x = rotl<u64>(m, 17) & datasetMask;
  const y = rotr<u64>(m, 23) & datasetMask;
  return mix(dataset + x * G) ^ mix(dataset + y * G) ^ (m * C);
}

/** Writes the 32 bytes of expand_256(a, b). */
export function storeDigest(p: usize, a: u64, b: u64): void {
  for (let i = 0; i < 4; ++i) {
    a = rotl<u64>(a, 13) ^ (b * K);
    b = rotl<u64>(b, 17) ^ (a * C);
  }
  const q = a ^ b ^ X;
  store<u64>(p, bswap<u64>(a));
  store<u64>(p, bswap<u64>(b), 8);
  store<u64>(p, bswap<u64>(mix(q + G)), 16);
  store<u64>(p, bswap<u64>(mix(q + 2 * G)), 24);
}
