/**
 * What has changed in the mempool, for the application: collected, and told at most once in MEMPOOL_NEWS_INTERVAL_MS.
 *
 * Memory: MEMPOOL_NEWS_MAX transactions that came, and as many that went.
 */
import type { MempoolTransaction, RemovalReason } from '../../io/transaction-notice.js';
import { MEMPOOL_NEWS_INTERVAL_MS, MEMPOOL_NEWS_MAX } from '../../limits.js';
import type { Outbox } from '../../peer/outbox.js';
import type { Mempool } from './mempool.js';
import type { PoolEntry } from './pool-entry.js';

/** Tells the application of the mempool. */
export class MempoolNews {
  #added: MempoolTransaction[] = [];
  #removed: { readonly id: string; readonly reason: RemovalReason }[] = [];
  #unnamed = 0;
  #toldAt = Number.NEGATIVE_INFINITY;

  /** @param hashToHex  an id as people see it */
  constructor(
    readonly outbox: Outbox,
    readonly hashToHex: (hash: Uint8Array) => string,
  ) {}

  entered(entry: PoolEntry): void {
    if (this.#added.length < MEMPOOL_NEWS_MAX) this.#added.push(this.describe(entry));
    else this.#unnamed++;
  }

  left({ tx }: PoolEntry, reason: RemovalReason): void {
    if (this.#removed.length < MEMPOOL_NEWS_MAX) this.#removed.push({ id: this.hashToHex(tx.id), reason });
    else this.#unnamed++;
  }

  /** A transaction of the mempool as people see it. */
  describe({ tx }: PoolEntry): MempoolTransaction {
    const { id, bytes, tip } = tx;
    return { id: this.hashToHex(id), bytes: bytes.length, ...(tip === undefined ? {} : { tip }) };
  }

  advance({ size: count, bytes }: Mempool, now: number): void {
    const next = this.nextWake();
    if (next === undefined || now < next) return;
    this.#toldAt = now;
    const news = { added: this.#added, removed: this.#removed, unnamed: this.#unnamed };
    this.outbox.emit({ type: 'transactions', mempool: { count, bytes }, ...news });
    this.#added = [];
    this.#removed = [];
    this.#unnamed = 0;
  }

  nextWake(): number | undefined {
    const isNews = this.#added.length + this.#removed.length > 0;
    return isNews ? this.#toldAt + MEMPOOL_NEWS_INTERVAL_MS : undefined;
  }
}
