/**
 * VisionX in halves of 32 bits, evaluated lazily (docs/chains/vision.md §2.4, §2.5, §13): for whoever checks a proof and has
 * no WebAssembly kernel, in a page whose policy forbids one too. It takes a tenth of what bigints do
 * (`header/visionx.ts`), and ten times as long as the kernels of `@vision-light/pow`.
 *
 * A word of 64 bits is two numbers. What a function gives back is in `high` and `low`, since an object for each word
 * would cost more than the arithmetic.
 *
 * Memory: 16 bytes for each word that a header writes, `mixIters / writeEvery`, and a filter of 64 KiB.
 */
import { defined } from '../../../assert.js';
import { writeU32BigEndian } from '../../../bytes/integers.js';
import type { VisionXJob, VisionXParams } from '../../../chain/pow-job.js';

/** A constant of 64 bits: its halves, and the low half in halves of 16 bits. */
type Factor = readonly [high: number, low: number, upper: number, lower: number];

const factor = (high: number, low: number): Factor => [high, low, low >>> 16, low & 0xffff];
const golden = factor(0x9e3779b9, 0x7f4a7c15);
const mix1 = factor(0xbf58476d, 0x1ce4e5b9);
const mix2 = factor(0x94d049bb, 0x133111eb);
const k = factor(0x9e3779b1, 0x85ebca87);
const c = factor(0xc2b2ae3d, 0x27d4eb4f);
const x = factor(0xd6e8feb8, 0x6659fd93);
const startHigh = 0xdeadbeef;
const startLow = 0xf00dface;
const tweakHigh = 0xa24baed4;
const tweakLow = 0x963ee407;

/** Bits of the filter in front of the written words. */
const filterBits = 1 << 19;

/** The word that the last function gave back. */
let high = 0;
let low = 0;

/** a × f modulo 2^64. */
function multiply(aHigh: number, aLow: number, f: Factor): void {
  const a0 = aLow & 0xffff;
  const a1 = aLow >>> 16;
  const first = Math.imul(a0, f[3]) >>> 0;
  const middle = (Math.imul(a1, f[3]) >>> 0) + (first >>> 16);
  const cross = (Math.imul(a0, f[2]) >>> 0) + (middle & 0xffff);
  high =
    (Math.imul(a1, f[2]) +
      (middle >>> 16) +
      (cross >>> 16) +
      Math.imul(aHigh, f[1]) +
      Math.imul(aLow, f[0])) |
    0;
  low = (cross << 16) | (first & 0xffff);
}

/** Rotates by 1 … 63. */
function rotate(aHigh: number, aLow: number, by: number): void {
  const isSwapped = by >= 32;
  const from = isSwapped ? aLow : aHigh;
  const into = isSwapped ? aHigh : aLow;
  const bits = by & 31;
  high = bits === 0 ? from : (from << bits) | (into >>> (32 - bits));
  low = bits === 0 ? into : (into << bits) | (from >>> (32 - bits));
}

function add(aHigh: number, aLow: number, bHigh: number, bLow: number): void {
  const sum = (aLow >>> 0) + (bLow >>> 0);
  high = (aHigh + bHigh + (sum > 0xffff_ffff ? 1 : 0)) | 0;
  low = sum | 0;
}

/** The `index`-th output of SplitMix64 after a seed, from 0; an index is below 2^32. */
function splitMix64(seedHigh: number, seedLow: number, index: number): void {
  multiply(index === 0xffff_ffff ? 1 : 0, index + 1, golden);
  add(high, low, seedHigh, seedLow);
  multiply(high ^ (high >>> 30), low ^ ((low >>> 30) | (high << 2)), mix1);
  multiply(high ^ (high >>> 27), low ^ ((low >>> 27) | (high << 5)), mix2);
  const top = high;
  high = top ^ (top >>> 31);
  low ^= (low >>> 31) | (top << 1);
}

/** Four bytes, big-endian; those beyond the end are zeros. */
function wordAt(bytes: Uint8Array, at: number): number {
  let word = 0;
  for (let i = 0; i < 4; i++) word = (word << 8) | (bytes[at + i] ?? 0);
  return word;
}

/** Index mask of a table of `megabytes`, rounded up to a power of two words. */
function indexMask(megabytes: number): number {
  let words = 1;
  while (words < megabytes * 131_072) words *= 2;
  return words - 1;
}

/** Absorbs bytes into one word: eight at a time, the last ones padded with zeros. */
function absorb(aHigh: number, aLow: number, bytes: Uint8Array, before: number, after: number): void {
  let h = aHigh;
  let l = aLow;
  for (let at = 0; at < bytes.length; at += 8) {
    rotate(wordAt(bytes, at), wordAt(bytes, at + 4), before);
    multiply(h ^ high, l ^ low, golden);
    rotate(high, low, after);
    h = high;
    l = low;
  }
  high = h;
  low = l;
}

/** The scratchpad of one header: what it wrote, and what each other word would be. */
class Scratchpad {
  readonly #seedHigh: number;
  readonly #seedLow: number;
  readonly #dataHigh: number;
  readonly #dataLow: number;
  readonly #dataMask: number;
  readonly mask: number;
  readonly #slots = new Map<number, number>();
  readonly #filter = new Uint8Array(filterBits / 8);
  readonly #words: Int32Array;

  constructor(params: VisionXParams, { message, nonce, seed, epoch }: VisionXJob['inputs'][number]) {
    const { datasetMb, scratchMb, mixIters, writeEvery } = params;
    this.#dataMask = indexMask(datasetMb);
    this.mask = indexMask(scratchMb);
    this.#words = new Int32Array(writeEvery > 0 ? 2 * Math.ceil(mixIters / writeEvery) : 0);
    absorb(upper(epoch) ^ tweakHigh, lower(epoch) ^ tweakLow, seed, 7, 9);
    this.#dataHigh = high;
    this.#dataLow = low;
    absorb(upper(nonce) ^ startHigh, lower(nonce) ^ startLow, message, 13, 7);
    this.#seedHigh = high;
    this.#seedLow = low;
  }

  read(index: number): void {
    const bit = index & (filterBits - 1);
    const mayBeWritten = (defined(this.#filter[bit >> 3], 'the filter has all bits') >> (bit & 7)) & 1;
    const slot = mayBeWritten === 0 ? undefined : this.#slots.get(index);
    if (slot !== undefined) {
      high = defined(this.#words[slot], 'a slot has two halves');
      low = defined(this.#words[slot + 1], 'a slot has two halves');
      return;
    }
    splitMix64(this.#seedHigh, this.#seedLow, index);
    const mHigh = high;
    const mLow = low;
    // Rotations by 17 and by −23; an index is in the lower half.
    splitMix64(this.#dataHigh, this.#dataLow, ((mLow << 17) | (mHigh >>> 15)) & this.#dataMask);
    let wordHigh = high;
    let wordLow = low;
    splitMix64(this.#dataHigh, this.#dataLow, ((mLow >>> 23) | (mHigh << 9)) & this.#dataMask);
    wordHigh ^= high;
    wordLow ^= low;
    multiply(mHigh, mLow, c);
    high ^= wordHigh;
    low ^= wordLow;
  }

  write(index: number, wordHigh: number, wordLow: number): void {
    const slot = this.#slots.get(index) ?? 2 * this.#slots.size;
    this.#slots.set(index, slot);
    const bit = index & (filterBits - 1);
    this.#filter[bit >> 3] = defined(this.#filter[bit >> 3], 'the filter has all bits') | (1 << (bit & 7));
    this.#words[slot] = wordHigh;
    this.#words[slot + 1] = wordLow;
  }
}

const upper = (word: bigint): number => Number(BigInt.asIntN(32, word >> 32n));
const lower = (word: bigint): number => Number(BigInt.asIntN(32, word));

/**
 * The digest: 32 bytes. About 40 ms at canonical parameters.
 *
 * @param input  as a `VisionXJob` has it
 */
export function visionXOf(params: VisionXParams, input: VisionXJob['inputs'][number]): Uint8Array {
  const { message, nonce } = input;
  const pad = new Scratchpad(params, input);
  const { mask } = pad;
  rotate(upper(nonce), lower(nonce), 17);
  let aHigh = high ^ 0x243f6a88;
  let aLow = low ^ 0x85a308d3;
  rotate(upper(nonce), lower(nonce), 53);
  let bHigh = high ^ 0x13198a2e;
  let bLow = low ^ 0x03707344;
  for (let at = 0; at < message.length; at += 16) {
    multiply(wordAt(message, at), wordAt(message, at + 4), k);
    aHigh ^= high;
    aLow ^= low;
    multiply(wordAt(message, at + 8), wordAt(message, at + 12), c);
    bHigh ^= high;
    bLow ^= low;
    rotate(bHigh, bLow, 57);
    const turnedHigh = high;
    const turnedLow = low;
    rotate(aHigh, aLow, 13);
    aHigh = high ^ turnedHigh;
    aLow = low ^ turnedLow;
    rotate(aHigh, aLow, 45);
    const nextHigh = high;
    const nextLow = low;
    rotate(bHigh, bLow, 29);
    bHigh = high ^ nextHigh;
    bLow = low ^ nextLow;
  }
  let accHigh = aHigh ^ bHigh ^ startHigh;
  let accLow = aLow ^ bLow ^ startLow;
  for (let i = 0; i < params.mixIters; i++) {
    // i × 0x9e3779b9: below 2^53, so exact.
    const step = i * 0x9e3779b9;
    rotate(aHigh ^ bHigh ^ accHigh ^ Math.floor(step / 0x1_0000_0000), aLow ^ bLow ^ accLow ^ step, 17);
    pad.read(low & mask);
    const v1High = high;
    const v1Low = low;
    rotate(v1High ^ aHigh ^ accHigh, v1Low ^ aLow ^ accLow, 23);
    pad.read(low & mask);
    let mHigh = v1High;
    let mLow = v1Low;
    const v2High = high;
    const v2Low = low;
    rotate(v2High, v2Low, 13);
    mHigh ^= high;
    mLow ^= low;
    rotate(v2High ^ bHigh ^ accHigh, v2Low ^ bLow ^ accLow, 19);
    pad.read(low & mask);
    const v3High = high;
    const v3Low = low;
    if (params.readsPerIter >= 4) {
      rotate(v3High ^ v1High ^ accHigh, v3Low ^ v1Low ^ accLow, 29);
      pad.read(low & mask);
    }
    rotate(high, low, 57);
    mHigh ^= high;
    mLow ^= low;
    multiply(v3High, v3Low, mix2);
    mHigh ^= high;
    mLow ^= low;
    multiply(mHigh, mLow, c);
    const productHigh = high;
    const productLow = low;
    rotate(aHigh, aLow, 13);
    aHigh = high ^ productHigh;
    aLow = low ^ productLow;
    multiply(mHigh ^ accHigh, mLow ^ accLow, mix1);
    const otherHigh = high;
    const otherLow = low;
    rotate(bHigh, bLow, 17);
    bHigh = high ^ otherHigh;
    bLow = low ^ otherLow;
    multiply(aHigh ^ bHigh, aLow ^ bLow, x);
    const sumHigh = high;
    const sumLow = low;
    rotate(accHigh, accLow, 7);
    accHigh = high ^ sumHigh;
    accLow = low ^ sumLow;
    if (params.writeEvery > 0 && i % params.writeEvery === 0) {
      rotate(bHigh, bLow, 11);
      const turnedHigh = high;
      const turnedLow = low;
      multiply(0, i, factor(tweakHigh, tweakLow));
      rotate(mHigh ^ aHigh ^ turnedHigh ^ high, mLow ^ aLow ^ turnedLow ^ low, 31);
      const index = low & mask;
      pad.read(index);
      add(high, low, mHigh ^ golden[0], mLow ^ golden[1]);
      rotate(high, low, 41);
      pad.write(index, high, low);
    }
  }
  rotate(accHigh, accLow, 3);
  return expand(aHigh ^ accHigh, aLow ^ accLow, bHigh ^ high, bLow ^ low);
}

/** The final expansion of two words to 32 bytes. */
function expand(firstHigh: number, firstLow: number, secondHigh: number, secondLow: number): Uint8Array {
  let aHigh = firstHigh;
  let aLow = firstLow;
  let bHigh = secondHigh;
  let bLow = secondLow;
  for (let i = 0; i < 4; i++) {
    multiply(bHigh, bLow, k);
    let turnedHigh = high;
    let turnedLow = low;
    rotate(aHigh, aLow, 13);
    aHigh = high ^ turnedHigh;
    aLow = low ^ turnedLow;
    multiply(aHigh, aLow, c);
    turnedHigh = high;
    turnedLow = low;
    rotate(bHigh, bLow, 17);
    bHigh = high ^ turnedHigh;
    bLow = low ^ turnedLow;
  }
  const out = new Uint8Array(32);
  const seedHigh = aHigh ^ bHigh ^ x[0];
  const seedLow = aLow ^ bLow ^ x[1];
  const words = [aHigh, aLow, bHigh, bLow];
  splitMix64(seedHigh, seedLow, 0);
  words.push(high, low);
  splitMix64(seedHigh, seedLow, 1);
  words.push(high, low);
  for (const [i, word] of words.entries()) writeU32BigEndian(out, 4 * i, word);
  return out;
}
