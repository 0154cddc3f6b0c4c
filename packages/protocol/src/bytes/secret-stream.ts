/**
 * Numbers that nobody outside can foresee: SHA-256 of a secret and a counter. What a peer sees of one number tells nothing of
 * the others.
 */
import { readU64, writeU64 } from './integers.js';
import { sha256 } from './sha256.js';

const secretBytes = 16;

/** A stream that a secret of 16 bytes begins. The same secret gives the same numbers. */
export class SecretStream {
  /** The secret, and then the counter. */
  readonly #input = new Uint8Array(secretBytes + 8);
  #drawn = 0n;

  /** @param secret  16 random bytes */
  constructor(secret: Uint8Array) {
    this.#input.set(secret.subarray(0, secretBytes));
  }

  /** @returns the next number, u64 */
  next(): bigint {
    return readU64(this.nextBytes(), 0);
  }

  /** @returns the next 32 bytes; one of them is as good as a number */
  nextBytes(): Uint8Array {
    writeU64(this.#input, secretBytes, this.#drawn++);
    return sha256(this.#input);
  }
}
