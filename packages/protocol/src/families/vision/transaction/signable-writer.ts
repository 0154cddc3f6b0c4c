/**
 * The text that a transaction's hash is taken of, see `signableText`, made straight from the bytes of a body: no string
 * and no bigint in between.
 */
import { defined } from '../../../assert.js';
import { utf8SequenceBytes } from '../../../bytes/utf8.js';

const comma = 0x2c;
const zero = 0x30;
const space = 0x20;
const quote = 0x22;
const backslash = 0x5c;

/** Decimal digits are made in groups of seven: 128 times a group is below 2^31. */
const groupDigits = 7;
const groupSize = 10 ** groupDigits;
/** A u128 has 39 digits. */
const groupsMax = 6;

const hexDigits = asciiBytes('0123456789abcdef');
/** What stands for a character below U+0080 in a JSON string, by its code: one byte, or an escape. */
const jsonForms: readonly Uint8Array[] = Array.from({ length: 128 }, (_, code) =>
  asciiBytes(JSON.stringify(String.fromCharCode(code)).slice(1, -1)),
);

/** The bytes of text that is ASCII. */
export function asciiBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** Writes into a buffer whose owner knows that it is large enough: what goes beyond its end is lost. */
export class SignableWriter {
  readonly #out: Uint8Array;
  readonly #groups = new Int32Array(groupsMax);
  length = 0;

  constructor(out: Uint8Array) {
    this.#out = out;
  }

  /** Bytes as they are. A loop, for the pieces are too short for `set`. */
  raw(bytes: Uint8Array): void {
    for (let i = 0; i < bytes.length; i++)
      this.#out[this.length++] = defined(bytes[i], 'the loop ends with the bytes');
  }

  /** Two hex digits for each of the bytes. */
  hex(bytes: Uint8Array): void {
    const out = this.#out;
    let length = this.length;
    for (let i = 0; i < bytes.length; i++) {
      const byte = defined(bytes[i], 'the loop ends with the bytes');
      out[length++] = defined(hexDigits[byte >> 4], 'a digit has four bits');
      out[length++] = defined(hexDigits[byte & 15], 'a digit has four bits');
    }
    this.length = length;
  }

  /** The inside of a JSON string whose UTF-8 is there. @returns whether it is valid UTF-8 */
  text(bytes: Uint8Array, start: number, end: number): boolean {
    const out = this.#out;
    let length = this.length;
    for (let at = start; at < end; ) {
      const byte = defined(bytes[at], 'the loop ends with the bytes');
      if (byte >= 0x80) {
        const size = utf8SequenceBytes(bytes, at);
        if (size === 0 || at + size > end) return false;
        for (const next = at + size; at < next; at++)
          out[length++] = defined(bytes[at], 'the loop ends with the bytes');
        continue;
      }
      at++;
      if (byte >= space && byte !== quote && byte !== backslash) {
        out[length++] = byte;
        continue;
      }
      const form = defined(jsonForms[byte], 'every character below U+0080 has a form');
      for (let i = 0; i < form.length; i++) out[length++] = defined(form[i], 'the loop ends with the bytes');
    }
    this.length = length;
    return true;
  }

  /** The bytes as decimal numbers with commas between them: the inside of a JSON array. */
  byteNumbers(bytes: Uint8Array): void {
    const out = this.#out;
    let length = this.length;
    for (let i = 0; i < bytes.length; i++) {
      const byte = defined(bytes[i], 'the loop ends with the bytes');
      if (i > 0) out[length++] = comma;
      if (byte >= 100) out[length++] = zero + ((byte / 100) | 0);
      if (byte >= 10) out[length++] = zero + (((byte / 10) | 0) % 10);
      out[length++] = zero + (byte % 10);
    }
    this.length = length;
  }

  /** Decimal digits of the varint that takes the bytes from `start` to `end`, below 2^128. */
  varint(bytes: Uint8Array, start: number, end: number): void {
    const groups = this.#groups;
    let count = 1;
    groups[0] = 0;
    for (let i = end - 1; i >= start; i--) {
      let carry = defined(bytes[i], 'the loop ends with the bytes') & 0x7f;
      for (let k = 0; k < count; k++) {
        const value = defined(groups[k], 'the groups up to count are made') * 128 + carry;
        carry = (value / groupSize) | 0;
        groups[k] = value - carry * groupSize;
      }
      if (carry > 0) groups[count++] = carry;
    }
    const first = defined(groups[count - 1], 'the groups up to count are made');
    this.#digits(first, String(first).length);
    for (let k = count - 2; k >= 0; k--)
      this.#digits(defined(groups[k], 'the groups up to count are made'), groupDigits);
  }

  /** The last `count` decimal digits of an integer. */
  #digits(value: number, count: number): void {
    let rest = value;
    for (let i = this.length + count - 1; i >= this.length; i--) {
      const tenth = (rest / 10) | 0;
      this.#out[i] = zero + rest - tenth * 10;
      rest = tenth;
    }
    this.length += count;
  }
}
