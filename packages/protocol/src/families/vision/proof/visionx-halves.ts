/**
 * VisionX in halves of 32 bits, evaluated lazily (docs/chains/vision.md §2.4, §2.5, §13): for whoever checks a proof and has
 * no WebAssembly kernel, in a page whose policy forbids one too. It takes a tenth of what bigints do
 * (`header/visionx.ts`), and some fifteen times as long as the kernels of `@vision-light/pow`.
 *
 * It is written for a machine with one accumulator and a few registers, all of 64 bits: that is short, and an object for
 * each word would cost more than the arithmetic.
 *
 * Memory: 8 bytes for each word that a header writes, `mixIters / writeEvery`, an index of them, and a filter of 64 KiB.
 */
import { defined } from '../../../assert.js';
import { writeU32BigEndian } from '../../../bytes/integers.js';
import type { VisionXJob, VisionXParams } from '../../../chain/pow-job.js';

/** A constant of 64 bits in its halves. */
type Word = readonly [high: number, low: number];

const golden: Word = [0x9e3779b9, 0x7f4a7c15];
const mix1: Word = [0xbf58476d, 0x1ce4e5b9];
const mix2: Word = [0x94d049bb, 0x133111eb];
const k: Word = [0x9e3779b1, 0x85ebca87];
const c: Word = [0xc2b2ae3d, 0x27d4eb4f];
const x: Word = [0xd6e8feb8, 0x6659fd93];
const start: Word = [0xdeadbeef, 0xf00dface];
const tweak: Word = [0xa24baed4, 0x963ee407];

/** The accumulator. */
let high = 0;
let low = 0;

/** The registers, two halves each, by these names. */
const registers = new Int32Array(22);
const a = 0;
const b = 2;
const acc = 4;
const m = 6;
const v1 = 8;
const v2 = 10;
const v3 = 12;
const spare = 14;
/** Those of what is read: the seeds of dataset and scratchpad, and what is between. */
const dataset = 16;
const scratch = 18;
const word = 20;

function load(from: number): void {
  high = defined(registers[from], 'a place that is there');
  low = defined(registers[from + 1], 'a place that is there');
}

function store(to: number): void {
  registers[to] = high;
  registers[to + 1] = low;
}

function xor(by: number): void {
  high ^= defined(registers[by], 'a place that is there');
  low ^= defined(registers[by + 1], 'a place that is there');
}

function set(value: Word): void {
  high = value[0];
  low = value[1];
}

function setBig(value: bigint): void {
  high = Number(value >> 32n);
  low = Number(value & 0xffff_ffffn);
}

/** Eight bytes, big-endian; those beyond the end are zeros. */
function setBytes(bytes: Uint8Array, at: number): void {
  high = 0;
  low = 0;
  for (let i = 0; i < 4; i++) {
    high = (high << 8) | (bytes[at + i] ?? 0);
    low = (low << 8) | (bytes[at + 4 + i] ?? 0);
  }
}

/** The accumulator, and what `value` has. */
function xorWord(value: Word): void {
  high ^= value[0];
  low ^= value[1];
}

/** To the left, by 1 … 63 and not 32. */
function rotate(by: number): void {
  const [from, into] = by < 32 ? [high, low] : [low, high];
  const bits = by & 31;
  high = (from << bits) | (into >>> (32 - bits));
  low = (into << bits) | (from >>> (32 - bits));
}

/** Modulo 2^64, by way of products of 16 bits. */
function multiply(by: Word): void {
  const a0 = low & 0xffff;
  const a1 = low >>> 16;
  const b0 = by[1] & 0xffff;
  const b1 = by[1] >>> 16;
  const first = Math.imul(a0, b0) >>> 0;
  const middle = (Math.imul(a1, b0) >>> 0) + (first >>> 16);
  const cross = (Math.imul(a0, b1) >>> 0) + (middle & 0xffff);
  high =
    (Math.imul(a1, b1) + (middle >>> 16) + (cross >>> 16) + Math.imul(high, by[1]) + Math.imul(low, by[0])) |
    0;
  low = (cross << 16) | (first & 0xffff);
}

function add(by: number): void {
  const sum = (low >>> 0) + (defined(registers[by + 1], 'a place that is there') >>> 0);
  high = (high + defined(registers[by], 'a place that is there') + (sum > 0xffff_ffff ? 1 : 0)) | 0;
  low = sum | 0;
}

/** Shifts by 27, 30 or 31 to the right, and xors with what was there. */
function fold(by: number): void {
  low ^= (low >>> by) | (high << (32 - by));
  high ^= high >>> by;
}

/** The `index`-th output of SplitMix64 after a seed in a register, from 0; an index is below 2^32 − 1. */
function splitMix64(seed: number, index: number): void {
  high = 0;
  low = index + 1;
  multiply(golden);
  add(seed);
  fold(30);
  multiply(mix1);
  fold(27);
  multiply(mix2);
  fold(31);
}

/** Index mask of a table of `megabytes`, rounded up to a power of two words. */
function indexMask(megabytes: number): number {
  let words = 1;
  while (words < megabytes * 131_072) words *= 2;
  return words - 1;
}

/** Absorbs bytes into the accumulator, eight at a time. */
function absorb(bytes: Uint8Array, before: number, after: number): void {
  store(spare);
  for (let at = 0; at < bytes.length; at += 8) {
    setBytes(bytes, at);
    rotate(before);
    xor(spare);
    multiply(golden);
    rotate(after);
    store(spare);
  }
}

/** rotate(register) ^ accumulator, in the register and the accumulator. */
function turnInto(register: number, by: number): void {
  store(spare);
  load(register);
  rotate(by);
  xor(spare);
  store(register);
}

/**
 * The digest: 32 bytes. At canonical parameters a seventh to a twelfth of the time that bigints take.
 *
 * @param input  as a `VisionXJob` has it
 */
export function visionXOf(params: VisionXParams, input: VisionXJob['inputs'][number]): Uint8Array {
  const { datasetMb, scratchMb, mixIters, readsPerIter, writeEvery } = params;
  const { message, nonce, seed, epoch } = input;
  const datasetMask = indexMask(datasetMb);
  const mask = indexMask(scratchMb);
  // Of 278,528 words that a header reads some hundred were written: nearly all are told by one bit.
  const filter = new Uint8Array(1 << 16);
  const slots = new Map<number, number>();
  const written = new Int32Array(writeEvery > 0 ? 2 * Math.ceil(mixIters / writeEvery) : 0);

  /** The word of the scratchpad that the lower half of the accumulator names. */
  const read = (): void => {
    const index = low & mask;
    const isPerhapsWritten =
      (defined(filter[(index >> 3) & 0xffff], 'a place that is there') >> (index & 7)) & 1;
    const slot = isPerhapsWritten ? slots.get(index) : undefined;
    if (slot !== undefined) {
      high = defined(written[slot], 'a place that is there');
      low = defined(written[slot + 1], 'a place that is there');
      return;
    }
    splitMix64(scratch, index);
    const [top, bottom] = [high, low];
    multiply(c);
    store(word);
    // Rotations by 17 to the left and by 23 to the right, as far as an index needs them.
    splitMix64(dataset, ((bottom << 17) | (top >>> 15)) & datasetMask);
    xor(word);
    store(word);
    splitMix64(dataset, ((bottom >>> 23) | (top << 9)) & datasetMask);
    xor(word);
  };
  const write = (index: number): void => {
    const slot = slots.get(index) ?? 2 * slots.size;
    slots.set(index, slot);
    const at = (index >> 3) & 0xffff;
    filter[at] = defined(filter[at], 'a place that is there') | (1 << (index & 7));
    written[slot] = high;
    written[slot + 1] = low;
  };

  setBig(epoch);
  xorWord(tweak);
  absorb(seed, 7, 9);
  store(dataset);
  setBig(nonce);
  xorWord(start);
  absorb(message, 13, 7);
  store(scratch);
  setBig(nonce);
  rotate(17);
  xorWord([0x243f6a88, 0x85a308d3]);
  store(a);
  setBig(nonce);
  rotate(53);
  xorWord([0x13198a2e, 0x03707344]);
  store(b);
  for (let at = 0; at < message.length; at += 16) {
    setBytes(message, at);
    multiply(k);
    xor(a);
    store(a);
    setBytes(message, at + 8);
    multiply(c);
    xor(b);
    store(b);
    rotate(57);
    turnInto(a, 13);
    rotate(45);
    turnInto(b, 29);
  }
  xor(a);
  xorWord(start);
  store(acc);
  for (let i = 0; i < mixIters; i++) {
    // Below 2^53, so exact.
    const step = i * 0x9e3779b9;
    set([Math.floor(step / 0x1_0000_0000), step | 0]);
    xor(a);
    xor(b);
    xor(acc);
    rotate(17);
    read();
    store(v1);
    xor(a);
    xor(acc);
    rotate(23);
    read();
    store(v2);
    xor(b);
    xor(acc);
    rotate(19);
    read();
    store(v3);
    if (readsPerIter >= 4) {
      xor(v1);
      xor(acc);
      rotate(29);
      read();
    }
    rotate(57);
    xor(v1);
    store(m);
    load(v2);
    rotate(13);
    xor(m);
    store(m);
    load(v3);
    multiply(mix2);
    xor(m);
    store(m);
    multiply(c);
    turnInto(a, 13);
    load(m);
    xor(acc);
    multiply(mix1);
    turnInto(b, 17);
    xor(a);
    multiply(x);
    turnInto(acc, 7);
    if (writeEvery > 0 && i % writeEvery === 0) {
      set([0, i]);
      multiply(tweak);
      xor(m);
      xor(a);
      store(spare);
      load(b);
      rotate(11);
      xor(spare);
      rotate(31);
      const index = low & mask;
      read();
      store(spare);
      load(m);
      xorWord(golden);
      add(spare);
      rotate(41);
      write(index);
    }
  }
  load(acc);
  rotate(3);
  xor(b);
  store(b);
  load(acc);
  xor(a);
  store(a);
  return expand();
}

/** The final expansion of two words, in their registers, to 32 bytes. */
function expand(): Uint8Array {
  for (let i = 0; i < 4; i++) {
    load(b);
    multiply(k);
    turnInto(a, 13);
    multiply(c);
    turnInto(b, 17);
  }
  xor(a);
  xorWord(x);
  store(word);
  splitMix64(word, 0);
  store(v1);
  splitMix64(word, 1);
  store(v2);
  const digest = new Uint8Array(32);
  for (const [i, register] of [a, b, v1, v2].entries()) {
    load(register);
    writeU32BigEndian(digest, 8 * i, high);
    writeU32BigEndian(digest, 8 * i + 4, low);
  }
  return digest;
}
