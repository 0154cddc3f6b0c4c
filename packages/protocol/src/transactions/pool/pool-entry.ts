import { defined } from '../../assert.js';
import type { Transaction } from '../../chain/transaction-rules.js';
import { MEMPOOL_CHAIN_MAX } from '../../limits.js';
import type { HeapItem } from './indexed-heap.js';

/** A transaction in the mempool. What it changes with is changed by the mempool alone. */
export interface PoolEntry extends HeapItem {
  readonly tx: Transaction;
  /** Hex of its relay id. */
  readonly key: string;
  /** Hex of its id, internal byte order. */
  readonly idKey: string;
  /** Monotonic ms. */
  readonly addedAt: number;
  /** Rises with each transaction that enters. */
  readonly order: number;
  /** It is one of this side, and makes room for no other. */
  readonly isOwn: boolean;
  /** Transactions in the mempool that it names as its parents. */
  readonly parents: Set<PoolEntry>;
  /** Transactions in the mempool that name it. */
  readonly children: Set<PoolEntry>;
}

/** Which one in a row of its sender it is; 0 where the family has no such numbers. */
export function numberOf({ tx }: PoolEntry): bigint {
  return tx.sequence?.number ?? 0n;
}

/** Who makes room first: the lowest tip, and of equal ones the newest; without tips the oldest. */
export function goesBefore(a: PoolEntry, b: PoolEntry): boolean {
  const { tip } = a.tx;
  const other = b.tx.tip;
  if (tip === undefined || other === undefined) return a.order < b.order;
  return tip === other ? a.order > b.order : tip < other;
}

/** How many names of things the mempool keeps for a transaction. */
export function namesOf({ spends, parents }: Transaction): number {
  return spends.length + parents.length;
}

/**
 * Entries with everything that they lead to over some relation.
 *
 * @param max  when so many are found, the search ends: there may be more
 */
export function closureOf(
  entries: Iterable<PoolEntry>,
  next: (entry: PoolEntry) => Iterable<PoolEntry>,
  max = Number.POSITIVE_INFINITY,
): Set<PoolEntry> {
  const found = new Set<PoolEntry>();
  const add = (more: Iterable<PoolEntry>): void => {
    for (const each of more) {
      if (found.size >= max) return;
      found.add(each);
    }
  };
  add(entries);
  // A set that grows while it is read is read to its end.
  for (const entry of found) add(next(entry));
  return found;
}

/** Whether a new transaction between these would depend on too many, or one of them would, or have too many depend on it. */
export function isChainTooLong(
  ancestors: ReadonlySet<PoolEntry>,
  descendants: ReadonlySet<PoolEntry>,
): boolean {
  if (ancestors.size >= MEMPOOL_CHAIN_MAX || descendants.size >= MEMPOOL_CHAIN_MAX) return true;
  for (const entry of ancestors)
    if (closureOf([entry], ({ children }) => children).size + descendants.size >= MEMPOOL_CHAIN_MAX)
      return true;
  for (const entry of descendants)
    if (closureOf([entry], ({ parents }) => parents).size + ancestors.size >= MEMPOOL_CHAIN_MAX) return true;
  return false;
}

/** The transactions of one sender in the order of their numbers, at most MEMPOOL_CHAIN_MAX. */
export class SenderRow {
  readonly entries: PoolEntry[] = [];

  insert(entry: PoolEntry): void {
    const at = this.entries.findIndex((each) => numberOf(each) > numberOf(entry));
    this.entries.splice(at < 0 ? this.entries.length : at, 0, entry);
  }

  delete(entry: PoolEntry): void {
    const at = this.entries.indexOf(entry);
    if (at >= 0) this.entries.splice(at, 1);
  }

  get last(): PoolEntry {
    return defined(this.entries.at(-1), 'a row that is kept is not empty');
  }

  /** Those with a lower number. */
  below(number: bigint): PoolEntry[] {
    const end = this.entries.findIndex((each) => numberOf(each) >= number);
    return end < 0 ? [...this.entries] : this.entries.slice(0, end);
  }

  /** The one before it, with whatever gap of numbers. */
  before(entry: PoolEntry): PoolEntry | undefined {
    return this.entries[this.entries.indexOf(entry) - 1];
  }
}
