import { writeU32, writeU64 } from './integers.js';

/** Writes little-endian binary data into a buffer that grows by doubling. The counterpart of {@link ByteReader}. */
export class ByteWriter {
  #bytes: Uint8Array;
  #length = 0;

  constructor(capacity = 256) {
    this.#bytes = new Uint8Array(capacity);
  }

  /** Bytes that are written so far. */
  get length(): number {
    return this.#length;
  }

  #grow(count: number): number {
    const at = this.#length;
    const needed = at + count;
    if (needed > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
      larger.set(this.#bytes.subarray(0, at));
      this.#bytes = larger;
    }
    this.#length = needed;
    return at;
  }

  /**
   * For what is written by index: a view of the place after the bytes written so far, with room for `count` bytes. Valid until
   * the next write; {@link advance} says how many were written.
   */
  reserve(count: number): DataView {
    const at = this.#grow(count);
    this.#length = at;
    return new DataView(this.#bytes.buffer, at, count);
  }

  /** So many of the bytes that were reserved are written. */
  advance(count: number): void {
    this.#length += count;
  }

  /** Writes one byte. */
  u8(value: number): void {
    const at = this.#grow(1);
    this.#bytes[at] = value;
  }

  /** Writes 4 bytes, little-endian. */
  u32(value: number): void {
    const at = this.#grow(4);
    writeU32(this.#bytes, at, value);
  }

  /** Writes 8 bytes, little-endian. */
  u64(value: bigint): void {
    const at = this.#grow(8);
    writeU64(this.#bytes, at, value);
  }

  /** Writes bytes as they are. */
  raw(bytes: Uint8Array): void {
    const at = this.#grow(bytes.length);
    this.#bytes.set(bytes, at);
  }

  /** @throws {RangeError} unless `value` is a safe integer of at least 0 */
  varint(value: number): void {
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`varint: ${value} is out of range`);
    let rest = value;
    while (rest >= 0x80) {
      this.u8((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.u8(rest);
  }

  /** @throws {RangeError} unless `value` is at least 0 and below 2^`bits` */
  bigVarint(value: bigint, bits: 64 | 128): void {
    if (BigInt.asUintN(bits, value) !== value) throw new RangeError(`bigVarint: ${value} is out of range`);
    let rest = value;
    for (; rest >= 0x80n; rest >>= 7n) this.u8(Number(rest & 0x7fn) | 0x80);
    this.u8(Number(rest));
  }

  /** @throws {RangeError} unless `value` is an integer between −2^52 and 2^52 − 1 */
  signedVarint(value: number): void {
    if (!Number.isInteger(value)) throw new RangeError(`signedVarint: ${value} is no integer`);
    this.varint(value < 0 ? -value * 2 - 1 : value * 2);
  }

  /** The bytes written so far: a view that the next write may detach. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** A copy of the bytes written so far. */
  bytes(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}
