/** Targets in compact form ("bits"): a base-256 exponent and a signed 23-bit mantissa (docs/chains/bitcoin.md §2). */
import { defined } from '../../../assert.js';
import { readU32 } from '../../../bytes/integers.js';

/**
 * @returns the target; undefined if it is zero, negative or above 2^256 − 1 @see Bitcoin Core
 * `arith_uint256::SetCompact`
 */
export function decodeBits(bits: number): bigint | undefined {
  const size = bits >>> 24;
  const digits = bits & 0x7f_ffff;
  const mantissa = size <= 3 ? digits >>> (8 * (3 - size)) : digits;
  const isNegative = (bits & 0x80_0000) !== 0;
  const overflows = size > 34 || (mantissa > 0xff && size > 33) || (mantissa > 0xffff && size > 32);
  // Zero comes first: with it neither the sign nor the size means anything.
  if (mantissa === 0 || isNegative || overflows) return undefined;
  return size <= 3 ? BigInt(mantissa) : BigInt(mantissa) << BigInt(8 * (size - 3));
}

/** Compact form of a target, rounded down. @see Bitcoin Core `arith_uint256::GetCompact` */
export function encodeBits(target: bigint): number {
  let size = Math.ceil(target.toString(16).length / 2);
  // Of a target below three bytes the shift is negative, and goes to the left.
  let mantissa = Number(target >> BigInt(8 * (size - 3)));
  // The top bit of the mantissa is its sign.
  if (mantissa & 0x80_0000) {
    mantissa >>>= 8;
    size++;
  }
  return ((size << 24) | mantissa) >>> 0;
}

/** What follows from a header's bits. */
export interface TargetFacts {
  readonly target: bigint;
  /** Expected number of hashes: ⌊2^256 / (target + 1)⌋. */
  readonly work: bigint;
  /** The target as eight 32-bit words, the most significant first. */
  readonly words: Uint32Array;
}

/**
 * Entries of the cache of a network: each is under 300 bytes. An honest chain shows one new value each 2016 headers;
 * at the edge the cache is emptied, which costs a few microseconds for each value that comes again. Arbitrary.
 */
const cachedTargetsMax = 256;

/** Targets of one network by their bits; only valid ones are remembered. */
export class TargetTable {
  readonly #limit: bigint;
  readonly #facts = new Map<number, TargetFacts>();
  #lastBits = -1;
  #last: TargetFacts | undefined;

  /** @param limitBits  the easiest target of the network */
  constructor(limitBits: number) {
    this.#limit = decodeBits(limitBits) ?? 0n;
  }

  /** @returns undefined if the bits are zero, negative, overflow, or exceed the limit */
  facts(bits: number): TargetFacts | undefined {
    if (bits === this.#lastBits) return this.#last;
    const facts = this.#facts.get(bits) ?? this.#compute(bits);
    if (facts !== undefined) {
      this.#lastBits = bits;
      this.#last = facts;
    }
    return facts;
  }

  #compute(bits: number): TargetFacts | undefined {
    const target = decodeBits(bits);
    if (target === undefined || target > this.#limit) return undefined;
    const words = Uint32Array.from({ length: 8 }, (_, i) =>
      Number((target >> BigInt(224 - 32 * i)) & 0xffff_ffffn),
    );
    const facts = { target, work: (1n << 256n) / (target + 1n), words };
    if (this.#facts.size >= cachedTargetsMax) this.#facts.clear();
    this.#facts.set(bits, facts);
    return facts;
  }
}

/** True if a hash in internal byte order (32 bytes at `at`), read as a little-endian number, is at most the target. */
export function meetsTarget(hashes: Uint8Array, at: number, words: Uint32Array): boolean {
  for (let i = 0; i < 8; i++) {
    const word = readU32(hashes, at + 28 - 4 * i);
    const limit = defined(words[i], 'a target has eight words');
    if (word !== limit) return word < limit;
  }
  return true;
}
