import type { JsonValue } from '@vision-light/protocol';
import { Mismatch } from './check.js';

/** One object of a vector file, read with types: a member that is not what it should be fails the check. */
export class VectorCase {
  readonly #members: Readonly<Record<string, JsonValue>>;

  constructor(readonly json: JsonValue) {
    if (typeof json !== 'object' || json === null || Array.isArray(json))
      throw new Mismatch('the case is no object');
    this.#members = json;
  }

  has(member: string): boolean {
    return Object.hasOwn(this.#members, member);
  }

  /** Names of the members, in order. */
  get members(): string[] {
    return Object.keys(this.#members);
  }

  text(member: string): string {
    const value = this.#members[member];
    if (typeof value !== 'string') throw new Mismatch(`${member}: not a string`);
    return value;
  }

  flag(member: string): boolean {
    const value = this.#members[member];
    if (typeof value !== 'boolean') throw new Mismatch(`${member}: not true or false`);
    return value;
  }

  /** A decimal string or a plain number. */
  integer(member: string): bigint {
    return toInteger(member, this.#members[member]);
  }

  /** As `integer`, for heights, times and counts. */
  count(member: string): number {
    return toCount(member, this.#members[member]);
  }

  counts(member: string): number[] {
    return this.list(member).map((value) => toCount(member, value));
  }

  integers(member: string): bigint[] {
    return this.list(member).map((value) => toInteger(member, value));
  }

  bytes(member: string): Uint8Array {
    return toBytes(member, this.#members[member]);
  }

  byteStrings(member: string): Uint8Array[] {
    return this.list(member).map((value) => toBytes(member, value));
  }

  list(member: string): JsonValue[] {
    const value = this.#members[member];
    if (!Array.isArray(value)) throw new Mismatch(`${member}: not a list`);
    return value;
  }

  cases(member: string): VectorCase[] {
    return this.list(member).map((value) => new VectorCase(value));
  }

  object(member: string): VectorCase {
    return new VectorCase(this.#members[member] ?? null);
  }
}

function toInteger(member: string, value: JsonValue | undefined): bigint {
  const isInteger = typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value));
  if (!isInteger && !(typeof value === 'string' && /^[0-9]+$/.test(value)))
    throw new Mismatch(`${member}: not an integer`);
  return BigInt(value as string | number | bigint);
}

function toCount(member: string, value: JsonValue | undefined): number {
  const integer = Number(toInteger(member, value));
  if (!Number.isSafeInteger(integer)) throw new Mismatch(`${member}: above 2^53`);
  return integer;
}

function toBytes(member: string, value: JsonValue | undefined): Uint8Array {
  if (typeof value !== 'string' || !/^([0-9a-f]{2})*$/.test(value))
    throw new Mismatch(`${member}: not lowercase hex`);
  return Uint8Array.from(Buffer.from(value, 'hex'));
}

/** Lowercase hex. */
export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
