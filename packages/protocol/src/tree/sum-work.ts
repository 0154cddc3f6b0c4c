/** The work of several headers together. */
import type { HeaderRules } from '../chain/chain-family.js';

/**
 * Work of headers `from` … `to` − 1 of records that lie one after the other; of all of them if no range is given. Headers of
 * the same work follow one another, and adding bigints makes new ones: so what is equal is counted first.
 */
export function sumWork(
  { recordBytes, work }: Pick<HeaderRules, 'recordBytes' | 'work'>,
  records: Uint8Array,
  from = 0,
  to = records.length / recordBytes,
): bigint {
  if (to - from === 1) return work(records, from * recordBytes);
  let sum = 0n;
  let same = 0;
  let last = 0n;
  for (let i = from; i < to; i++) {
    const next = work(records, i * recordBytes);
    if (next !== last) {
      sum += last * BigInt(same);
      last = next;
      same = 0;
    }
    same++;
  }
  return sum + last * BigInt(same);
}
