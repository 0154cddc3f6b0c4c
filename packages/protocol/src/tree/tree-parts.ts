/** What a tree is made of. */
import type { ChainFamily } from '../chain/chain-family.js';
import { BestChain } from './best-chain.js';
import { HashIndex, hashKey } from './hash-index.js';
import { HeaderRows } from './header-rows.js';
import { SideBranches } from './side-branches.js';
import { sumWork } from './sum-work.js';
import { batchOf, type TreeBase } from './tree-base.js';

/** The parts of one tree. */
export interface TreeParts {
  readonly rows: HeaderRows;
  readonly index: HashIndex;
  readonly best: BestChain;
  readonly side: SideBranches;
}

/** The parts of a tree with nothing in it but its base and the window before that. @throws {RangeError} if it is no base */
export function treePartsAt(family: ChainFamily, base: TreeBase, sideHeadersMax: number): TreeParts {
  const batch = batchOf(family, base);
  const rows = new HeaderRows(family);
  const best = new BestChain(rows, base.height + 1 - batch.count);
  best.begin(batch, batch.count, base.chainwork - sumWork(family, batch.records));
  const index = new HashIndex(rows);
  index.add(best.tip, hashKey(base.hash, 0));
  return { rows, index, best, side: new SideBranches(rows, sideHeadersMax) };
}
