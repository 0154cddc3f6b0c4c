/** Whether headers belong below the lowest one that is verified. */
import { areEqual } from '../bytes/compare-bytes.js';
import type { ChainFamily, HeaderBatch } from '../chain/chain-family.js';
import type { BestChain } from './best-chain.js';
import type { HeaderRows } from './header-rows.js';
import { sumWork } from './sum-work.js';

/**
 * @param batch  verified headers, linked
 * @param above  height of the lowest verified header of the best chain
 * @param chainworkBefore  chainwork of the header before the first of the batch; 0 if that is genesis
 * @returns whether they lead to it, begin with genesis if they begin at its height, are what the window says, and have the
 *   work that is missing there
 */
export function leadsUp(
  rows: HeaderRows,
  family: ChainFamily,
  best: BestChain,
  { count, records, hashes }: HeaderBatch,
  above: number,
  chainworkBefore: bigint,
): boolean {
  const first = above - count;
  const slot = best.at(above);
  const isGenesis = areEqual(hashes.subarray(0, 32), family.genesis.hash);
  if (first < 0 || (first === 0) !== isGenesis) return false;
  if (!areEqual(family.parent(rows.record(slot)), hashes.subarray(-32))) return false;
  const known = Math.max(first, best.firstHeight);
  const windowRecords = best.records(known, above - known);
  if (!areEqual(windowRecords, records.subarray((known - first) * family.recordBytes))) return false;
  const chainwork = chainworkBefore + sumWork(family, records);
  return chainwork + family.work(rows.record(slot)) === rows.chainwork(slot);
}
