/**
 * Numbers that nobody outside can foresee: SipHash-2-4 of a counter, under a secret key. What a peer sees of one number
 * tells nothing of the others.
 */
import { ByteWriter } from './byte-writer.js';
import { readU32 } from './integers.js';
import { sipHash24 } from './siphash.js';

/** A stream that a secret of 16 bytes begins. The same secret gives the same numbers. */
export class SecretStream {
  readonly #k0: bigint;
  readonly #k1: bigint;
  #drawn = 0;

  /** @param secret  16 random bytes */
  constructor(secret: Uint8Array) {
    const word = (at: number): bigint =>
      (BigInt(readU32(secret, at)) << 32n) | BigInt(readU32(secret, at + 4));
    this.#k0 = word(0);
    this.#k1 = word(8);
  }

  /** @returns the next number, u64 */
  next(): bigint {
    const counter = new ByteWriter(8);
    counter.u64(BigInt(this.#drawn++));
    return sipHash24(this.#k0, this.#k1, counter.view());
  }
}
