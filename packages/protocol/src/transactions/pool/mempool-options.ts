import type { RemovalReason } from '../../io/transaction-notice.js';
import type { PoolEntry } from './pool-entry.js';

/** Whom the mempool tells, what it asks, and bounds to change, for tests. */
export interface MempoolOptions {
  /** The highest number of a sender that a block of the best chain has, as far as it is known. */
  usedNumber(account: string): bigint | undefined;
  entered?(entry: PoolEntry): void;
  /** `by` is the transaction that took its place, where there is one. */
  left?(entry: PoolEntry, reason: RemovalReason, by?: Uint8Array): void;
  readonly transactionsMax?: number;
  readonly bytesMax?: number;
  readonly namesMax?: number;
}
