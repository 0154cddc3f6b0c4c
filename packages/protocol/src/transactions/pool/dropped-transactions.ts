/**
 * Transactions that left the mempool lately without a block: a block may have them all the same, and then they need not be
 * fetched. Memory: TX_DROPPED_MAX transactions of together TX_DROPPED_BYTES_MAX bytes.
 */
import type { Transaction } from '../../chain/transaction-rules.js';
import { TX_DROPPED_BYTES_MAX, TX_DROPPED_MAX } from '../../limits.js';

/** The last transactions that were dropped. */
export class DroppedTransactions {
  /** By relay id, oldest first. */
  readonly #transactions = new Map<string, Transaction>();
  #bytes = 0;

  /** Oldest first. */
  values(): IterableIterator<Transaction> {
    return this.#transactions.values();
  }

  add(key: string, tx: Transaction): void {
    if (this.#transactions.has(key)) return;
    this.#transactions.set(key, tx);
    this.#bytes += tx.bytes.length;
    for (const [oldest, { bytes }] of this.#transactions) {
      if (this.#transactions.size <= TX_DROPPED_MAX && this.#bytes <= TX_DROPPED_BYTES_MAX) return;
      this.#transactions.delete(oldest);
      this.#bytes -= bytes.length;
    }
  }
}
