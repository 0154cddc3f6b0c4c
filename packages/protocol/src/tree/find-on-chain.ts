import type { HeaderTree } from './header-tree.js';

/** The slot of a header of the best chain, by its hash; undefined if it is beside the best chain, or not known. */
export function findOnChain(tree: HeaderTree, hash: Uint8Array): number | undefined {
  const slot = tree.find(hash);
  return slot !== undefined && tree.isOnBestChain(slot) ? slot : undefined;
}
