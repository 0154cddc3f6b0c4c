/**
 * What a miner takes from the mempool: the transactions that offer most, none before what it depends on. Without tips the
 * oldest come first.
 *
 * Costs a sort of the mempool, by a heap. A transaction that does not fit is passed over with all that depends on it;
 * MISSES_MAX of them in a row end the search, as in Bitcoin Core.
 */
import { type HeapItem, IndexedHeap } from './indexed-heap.js';
import { numberOf, type PoolEntry } from './pool-entry.js';

/** Transactions in a row that do not fit, before the rest is not looked at: a block that is nearly full gains little more. */
const MISSES_MAX = 1_000;

interface Candidate extends HeapItem {
  readonly entry: PoolEntry;
  /** What must be chosen before it. */
  missing: number;
  readonly followers: Candidate[];
}

/**
 * @param previous  the transaction before one of the same sender, with whatever gap
 * @param usedNumber  the highest number of a sender in a block, as far as it is known
 */
export function selectEntries(
  entries: Iterable<PoolEntry>,
  previous: (entry: PoolEntry) => PoolEntry | undefined,
  usedNumber: (account: string) => bigint | undefined,
  bytesMax: number,
  countMax: number,
): PoolEntry[] {
  const candidates = new Map<PoolEntry, Candidate>();
  for (const entry of entries) candidates.set(entry, { entry, missing: 0, followers: [], heapIndex: -1 });
  const ready = new IndexedHeap<Candidate>((a, b) => isBetter(a.entry, b.entry));
  for (const candidate of candidates.values()) {
    const { entry } = candidate;
    const before = previous(entry);
    for (const each of before === undefined ? entry.parents : [...entry.parents, before]) {
      candidate.missing++;
      candidates.get(each)?.followers.push(candidate);
    }
    if (candidate.missing === 0 && !hasGap(entry, before, usedNumber)) ready.add(candidate);
  }
  const chosen: PoolEntry[] = [];
  let bytes = 0;
  let misses = 0;
  for (let best = ready.first; best !== undefined && misses < MISSES_MAX; best = ready.first) {
    ready.delete(best);
    const { entry } = best;
    if (chosen.length >= countMax) break;
    if (bytes + entry.tx.bytes.length > bytesMax) {
      misses++;
      continue;
    }
    misses = 0;
    bytes += entry.tx.bytes.length;
    chosen.push(entry);
    for (const follower of best.followers)
      if (--follower.missing === 0 && !hasGap(follower.entry, previous(follower.entry), usedNumber))
        ready.add(follower);
  }
  return chosen;
}

/** Whether a number of the sender is missing before it. Of a sender that no block is known to have, the lowest is the next. */
function hasGap(
  entry: PoolEntry,
  before: PoolEntry | undefined,
  usedNumber: (account: string) => bigint | undefined,
): boolean {
  const { sequence } = entry.tx;
  if (sequence === undefined) return false;
  const last = before === undefined ? usedNumber(sequence.account) : numberOf(before);
  return last !== undefined && sequence.number !== last + 1n;
}

function isBetter(a: PoolEntry, b: PoolEntry): boolean {
  const tip = a.tx.tip ?? 0n;
  const other = b.tx.tip ?? 0n;
  return tip === other ? a.order < b.order : tip > other;
}
