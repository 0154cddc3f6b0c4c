/** The fields of a compact description: bytes, small numbers, and characters of six bits. */

/** The characters of a user fragment and of a password, by their six bits. @see RFC 8839, section 5.4: `ice-char` */
const ICE_CHARS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Largest number of {@link varint}. */
const UINT32_MAX = 0xffff_ffff;

/** A number of 32 bits as one to five bytes, the lowest seven bits first. */
export function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return [...bytes, rest];
}

/**
 * A user fragment or a password: its length in one byte, then four characters in each three bytes.
 *
 * @returns undefined if it has a character that ICE does not allow, or more than 255
 */
export function packIceChars(text: string): number[] | undefined {
  if (text.length > 255) return undefined;
  const bytes: number[] = [text.length];
  let bits = 0;
  let value = 0;
  for (const char of text) {
    const index = ICE_CHARS.indexOf(char);
    if (index < 0) return undefined;
    value = (value << 6) | index;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push(value >> bits);
    value &= (1 << bits) - 1;
  }
  return bits === 0 ? bytes : [...bytes, value << (8 - bits)];
}

/** Reads fields one after another. What is read past the end, or against a field's form, is a fault, and reads as zeros. */
export class FieldReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  #isFaulty = false;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** All bytes were read, and each field had its form. */
  get isWhole(): boolean {
    return !this.#isFaulty && this.#at === this.#bytes.length;
  }

  /** Some field did not have its form. */
  get isFaulty(): boolean {
    return this.#isFaulty;
  }

  /** @param count  a small number, at most 255 */
  take(count: number): Uint8Array {
    const taken = this.#bytes.slice(this.#at, this.#at + count);
    this.#at += count;
    if (taken.length === count) return taken;
    this.#isFaulty = true;
    return new Uint8Array(count);
  }

  uint8(): number {
    return this.take(1)[0] ?? 0;
  }

  /** Two bytes, the higher one first. */
  uint16(): number {
    return this.uint8() * 256 + this.uint8();
  }

  /** What {@link varint} writes; a longer form of the same number is a fault. */
  varint(): number {
    let value = 0;
    for (let scale = 1; scale <= 128 ** 4; scale *= 128) {
      const byte = this.uint8();
      value += (byte & 0x7f) * scale;
      if (byte > 0x7f) continue;
      if ((byte === 0 && scale > 1) || value > UINT32_MAX) break;
      return value;
    }
    this.#isFaulty = true;
    return 0;
  }

  /** What {@link packIceChars} writes; bits that are left over must be zero. */
  iceChars(): string {
    const length = this.uint8();
    let text = '';
    let bits = 0;
    let value = 0;
    for (const byte of this.take(Math.ceil((length * 6) / 8))) {
      value = (value << 8) | byte;
      for (bits += 8; bits >= 6 && text.length < length; ) {
        bits -= 6;
        text += ICE_CHARS[value >> bits] ?? '';
        value &= (1 << bits) - 1;
      }
    }
    if (value !== 0) this.#isFaulty = true;
    return text;
  }
}
