/**
 * Hashes of what was verified lately, least recently seen forgotten first.
 *
 * Only what is verified is ever added. A filter that remembers mere claims lets anyone name the hash of a block that is
 * still to come and so keep it away; one that remembers bad copies does the same to the good one.
 *
 * Memory: `capacity` keys of 64 characters.
 */
import { bytesToHex } from '../bytes/hex.js';

/** Remembers the last `capacity` verified hashes. */
export class SeenFilter {
  /** In the order of their last sight: a Set keeps the order of insertion. */
  readonly #keys = new Set<string>();

  constructor(readonly capacity: number) {}

  get size(): number {
    return this.#keys.size;
  }

  /** Something with this hash was verified. */
  add(hash: Uint8Array): void {
    const key = bytesToHex(hash);
    this.#keys.delete(key);
    this.#keys.add(key);
    if (this.#keys.size <= this.capacity) return;
    for (const oldest of this.#keys) {
      this.#keys.delete(oldest);
      return;
    }
  }

  /** Whether it is remembered; it is then the last to be forgotten. */
  has(hash: Uint8Array): boolean {
    if (this.#keys.size === 0) return false;
    const key = bytesToHex(hash);
    if (!this.#keys.delete(key)) return false;
    this.#keys.add(key);
    return true;
  }
}
