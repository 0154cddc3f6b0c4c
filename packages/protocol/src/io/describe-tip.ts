import type { HeaderTree } from '../tree/header-tree.js';
import type { Tip } from './tip.js';

/** A header of the tree as the application is told of it. */
export function describeTip(tree: HeaderTree, slot: number): Tip {
  return {
    height: tree.height(slot),
    hash: tree.family.hashToHex(tree.hash(slot)),
    time: tree.time(slot),
    chainwork: tree.chainwork(slot),
  };
}
