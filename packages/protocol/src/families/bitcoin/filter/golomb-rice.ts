/**
 * Ascending numbers as Golomb-Rice codes of their differences: how many times 2^19 goes into a difference, as that many
 * ones and a zero, and then the rest in 19 bits. The highest bit of a byte comes first, and zeros fill up the last byte.
 *
 * Numbers go up to 2^37, so they are doubles: exact, and fast enough.
 *
 * @see BIP158, "Golomb-Rice coding" and "Set construction"
 */
import type { ByteWriter } from '../../../bytes/byte-writer.js';

/** Bits of the rest of a difference: P of the basic filter. */
const restBits = 19;
const restRange = 2 ** restBits;
/** Bits that every code has at least. */
export const codeBitsMin = restBits + 1;

/**
 * Four bytes from any bit on have 25 bits at least, so up to so many ones, their zero and the rest are within them. 98 of
 * 100 codes are so short.
 */
const onesMaxAtOnce = 5;

/**
 * Reads `count` numbers, which must be all that is there; the caller has bounded the count and the bytes.
 *
 * Cost: about 6 ns for a number.
 *
 * @param limit  all numbers must be below
 * @returns them in ascending order; undefined if the bytes are anything else
 */
export function decodeAscending(bytes: Uint8Array, count: number, limit: number): Float64Array | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const lastOfFour = bytes.length - 4;
  const values = new Float64Array(count);
  let value = 0;
  let at = 0;
  for (let i = 0; i < count; i++) {
    const byte = at >>> 3;
    const ahead = byte <= lastOfFour ? view.getUint32(byte) << (at & 7) : -1;
    let ones = Math.clz32(~ahead);
    if (ones <= onesMaxAtOnce) {
      value += ones * restRange + ((ahead << (ones + 1)) >>> (32 - restBits));
      at += ones + codeBitsMin;
    } else {
      // A long code, or one near the end: bit by bit.
      ones = 0;
      while (bitAt(bytes, at) === 1) {
        ones++;
        at++;
      }
      at++;
      let rest = 0;
      for (let bit = 0; bit < restBits; bit++) rest = 2 * rest + bitAt(bytes, at++);
      value += ones * restRange + rest;
    }
    values[i] = value;
  }
  const isBelow = count === 0 || value < limit;
  return isBelow && isRestZero(bytes, at) ? values : undefined;
}

/** 0 or 1; 0 beyond the end. */
function bitAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at >>> 3] ?? 0) >> (7 - (at & 7))) & 1;
}

/** Whether all bits from here on are zero and none of them begins another byte. */
function isRestZero(bytes: Uint8Array, at: number): boolean {
  if (Math.ceil(at / 8) !== bytes.length) return false;
  const used = at & 7;
  return used === 0 || ((bytes[bytes.length - 1] ?? 0) & (0xff >> used)) === 0;
}

/** Writes numbers that ascend; what {@link decodeAscending} reads. */
export function encodeAscending(writer: ByteWriter, values: Float64Array): void {
  let pending = 0;
  let pendingBits = 0;
  // At most 7 bits wait, and 20 come; what is above them was written, and gets lost.
  const write = (value: number, bits: number): void => {
    pending = (pending << bits) | value;
    pendingBits += bits;
    for (; pendingBits >= 8; pendingBits -= 8) writer.u8(pending >>> (pendingBits - 8));
  };
  let last = 0;
  for (const value of values) {
    const difference = value - last;
    for (let ones = Math.floor(difference / restRange); ones > 0; ones--) write(1, 1);
    // The zero and the rest.
    write(difference % restRange, codeBitsMin);
    last = value;
  }
  if (pendingBits > 0) write(0, 8 - pendingBits);
}
