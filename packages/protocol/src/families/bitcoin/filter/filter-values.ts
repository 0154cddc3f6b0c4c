/**
 * The numbers that stand for scripts in a filter: SipHash-2-4 of the script under a key of the block, spread evenly over as
 * many numbers as the filter has items, times M. @see BIP158, "Hashing data objects"
 */
import { SipHash } from '../../../bytes/siphash.js';

/** M of the basic filter: another script has the number of an item in one of so many cases. */
const falsePositiveRate = 784_931;

/** All numbers of a filter are below. @param count  items of the filter */
export function valueLimit(count: number): number {
  return count * falsePositiveRate;
}

const two16 = 0x1_0000;
const two32 = 0x1_0000_0000;

/** Numbers of scripts in the filter of one block. */
export class FilterValues {
  readonly #hasher: SipHash;
  /** The limit as three digits: two of 16 bits, and what is above them. */
  readonly #limit0: number;
  readonly #limit1: number;
  readonly #limit2: number;

  /**
   * @param blockHash  32 bytes, internal order
   * @param count  items of the filter, below 2^32
   */
  constructor(blockHash: Uint8Array, count: number) {
    this.#hasher = new SipHash(blockHash);
    const limit = valueLimit(count);
    this.#limit0 = limit % two16;
    this.#limit1 = Math.floor(limit / two16) % two16;
    this.#limit2 = Math.floor(limit / two32);
  }

  /**
   * The upper half of hash × limit, which have 64 bits each. Digits of 16 and 32 bits, so that every product and sum is
   * below 2^53, where doubles are exact.
   */
  valueOf(script: Uint8Array): number {
    const hasher = this.#hasher;
    hasher.hash(script);
    const { low, high } = hasher;
    const carry = Math.floor((low * this.#limit1 + Math.floor((low * this.#limit0) / two16)) / two16);
    const middle = high * this.#limit0 + carry + low * this.#limit2;
    return Math.floor((high * this.#limit1 + Math.floor(middle / two16)) / two16) + high * this.#limit2;
  }

  /** Of all of them, in ascending order. */
  ascending(scripts: Iterable<Uint8Array>): Float64Array {
    return Float64Array.from(scripts, (script) => this.valueOf(script)).sort();
  }
}
