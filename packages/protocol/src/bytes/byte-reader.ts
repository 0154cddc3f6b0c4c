import { defined } from '../assert.js';
import { copyBytes } from './copy-bytes.js';
import { readU32, readU64 } from './integers.js';

/**
 * Reads little-endian binary data and never throws on bad input: the first read past the end, or of a value out of
 * range, sets `failed` and yields zeros from then on. Callers read a whole structure and look at `failed` once.
 */
export class ByteReader {
  /** Whether a read has failed. It never becomes false again. */
  failed = false;
  /** Index of the next byte to be read. */
  position = 0;

  /** @param bytes  what is read, and not changed; views point into it */
  constructor(readonly bytes: Uint8Array) {}

  /** Bytes that are not read yet. */
  get remaining(): number {
    return this.bytes.length - this.position;
  }

  /** True when everything was read and nothing failed. */
  get isDone(): boolean {
    return !this.failed && this.remaining === 0;
  }

  /** Marks the input as malformed: what is read from here on is 0 or empty. */
  fail(): void {
    this.failed = true;
  }

  #take(count: number): number {
    if (this.failed || count > this.remaining) {
      this.failed = true;
      return -1;
    }
    const at = this.position;
    this.position += count;
    return at;
  }

  /** Reads one byte. */
  u8(): number {
    const at = this.#take(1);
    return at < 0 ? 0 : defined(this.bytes[at], 'a byte was left');
  }

  /** Reads 4 bytes as an unsigned integer, little-endian. */
  u32(): number {
    const at = this.#take(4);
    return at < 0 ? 0 : readU32(this.bytes, at);
  }

  /** Reads 8 bytes as an unsigned integer, little-endian. */
  u64(): bigint {
    const at = this.#take(8);
    return at < 0 ? 0n : readU64(this.bytes, at);
  }

  /** Skips the next `count` bytes. */
  skip(count: number): void {
    this.#take(count);
  }

  /** A view of the next `count` bytes, not a copy; empty on failure. */
  view(count: number): Uint8Array {
    const at = this.#take(count);
    return at < 0 ? new Uint8Array(0) : this.bytes.subarray(at, at + count);
  }

  /** Copies the next `count` bytes to a place in `target`; nothing on failure. */
  copy(target: Uint8Array, to: number, count: number): void {
    const at = this.#take(count);
    if (at >= 0) copyBytes(this.bytes, at, target, to, count);
  }

  /** LEB128, shortest form only, at most 2^53 − 1. */
  varint(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 8; i++) {
      const byte = this.u8();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        const isPadded = byte === 0 && i > 0;
        if (isPadded || value > Number.MAX_SAFE_INTEGER) break;
        return this.failed ? 0 : value;
      }
      scale *= 128;
    }
    this.failed = true;
    return 0;
  }

  /** As {@link varint}, for integers below 2^`bits`. */
  bigVarint(bits: 64 | 128): bigint {
    let value = 0n;
    for (let shift = 0n; shift < bits; shift += 7n) {
      const byte = this.u8();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte >= 0x80) continue;
      const isPadded = byte === 0 && shift > 0n;
      if (isPadded || value >> BigInt(bits) !== 0n) break;
      return this.failed ? 0n : value;
    }
    this.failed = true;
    return 0n;
  }

  /** Zigzag varint: small negative and positive numbers are short. */
  signedVarint(): number {
    const raw = this.varint();
    return raw % 2 === 0 ? raw / 2 : -(raw + 1) / 2;
  }
}
