/**
 * Relay ids of transactions that were refused although nobody is at fault: they are not asked for again before the next
 * block, which may be what they need.
 *
 * Memory: TX_REJECTS_MAX keys; the oldest is forgotten first.
 */
import { TX_REJECTS_MAX } from '../limits.js';

/** The relay ids, in hex; see the head of this file. */
export class RejectedTransactions {
  /** A Set keeps the order of insertion. */
  readonly #keys = new Set<string>();

  get size(): number {
    return this.#keys.size;
  }

  has(key: string): boolean {
    return this.#keys.has(key);
  }

  add(key: string): void {
    this.#keys.add(key);
    const [oldest] = this.#keys;
    if (this.#keys.size > TX_REJECTS_MAX && oldest !== undefined) this.#keys.delete(oldest);
  }

  /** There is a new block. */
  clear(): void {
    this.#keys.clear();
  }
}
