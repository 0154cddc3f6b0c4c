/** The members of a request's JSON object. A member of a wrong type is a fault of the client. */
import { hexToBytes, type JsonValue, parseLosslessJson } from '@vision-light/protocol';
import { RequestFault } from './request-fault.js';

const u64Max = 2n ** 64n - 1n;

/** Reads members by their names; all others are ignored, as existing nodes do. */
export class RequestMembers {
  /** As they were sent. */
  readonly all: { readonly [name: string]: JsonValue };

  /** @throws {RequestFault} if the value is not a JSON object */
  constructor(value: JsonValue) {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new RequestFault('the body, or an item of a list, is not a JSON object');
    this.all = value;
  }

  /** @throws {RequestFault} if the text is not a JSON object */
  static parse(text: string): RequestMembers {
    let value: JsonValue;
    try {
      value = parseLosslessJson(text);
    } catch {
      throw new RequestFault('the body is not JSON');
    }
    return new RequestMembers(value);
  }

  /** A u64 with all its digits. @throws {RequestFault} */
  u64(name: string): bigint {
    const given = this.#given(name);
    const isInteger = typeof given === 'bigint' || (typeof given === 'number' && Number.isSafeInteger(given));
    const value = isInteger ? BigInt(given) : -1n;
    if (value < 0n || value > u64Max) throw new RequestFault(`${name}: must be a whole number below 2^64`);
    return value;
  }

  /** A text. @throws {RequestFault} */
  text(name: string): string {
    const given = this.#given(name);
    if (typeof given !== 'string') throw new RequestFault(`${name}: must be a text`);
    return given;
  }

  /** A list of items of any kind, which may be empty. @throws {RequestFault} */
  list(name: string, countMax: number): readonly JsonValue[] {
    const given = this.#given(name);
    if (!Array.isArray(given)) throw new RequestFault(`${name}: must be a list`);
    if (given.length > countMax) throw new RequestFault(`${name}: must be at most ${countMax} items`);
    return given;
  }

  /** See {@link hashOf}. @throws {RequestFault} */
  hash(name: string): Uint8Array {
    return hashOf(name, this.#given(name));
  }

  /** As `hash`, or undefined where it is missing or null. @throws {RequestFault} */
  optionalHash(name: string): Uint8Array | undefined {
    const given = this.#given(name);
    return given === undefined || given === null ? undefined : hashOf(name, given);
  }

  /** A list of hashes, which may be empty. @throws {RequestFault} */
  hashes(name: string, countMax: number): Uint8Array[] {
    return this.list(name, countMax).map((item) => hashOf(name, item));
  }

  #given(name: string): JsonValue | undefined {
    return Object.hasOwn(this.all, name) ? this.all[name] : undefined;
  }
}

/**
 * The 32 bytes of a hash in hex. Existing nodes write some hashes with 0x and some without, in any case, and compare
 * them as text (docs/chains/vision.md §12.9); so all forms are taken here and become one.
 */
function hashOf(name: string, given: JsonValue | undefined): Uint8Array {
  const digits = typeof given === 'string' ? given.replace(/^0x/i, '').toLowerCase() : '';
  const hash = hexToBytes(digits, 32);
  if (hash === undefined) throw new RequestFault(`${name}: must be 32 bytes as 64 hex digits`);
  return hash;
}
