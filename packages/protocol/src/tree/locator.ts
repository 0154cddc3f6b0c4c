/** The locator: hashes of the best chain that thin out towards its begin, so that any fork is found in one request. */
import { defined } from '../assert.js';
import type { HeaderTree } from './header-tree.js';

/** Heights of a locator for a tip: tip, tip − 1, − 2, − 4, − 8, …, and the height of the base. */
export function locatorHeights(tipHeight: number, baseHeight = 0): number[] {
  const heights: number[] = [];
  for (let back = 0; tipHeight - back > baseHeight; back = back === 0 ? 1 : back * 2)
    heights.push(tipHeight - back);
  heights.push(baseHeight);
  return heights;
}

/**
 * Hashes of the best chain at `locatorHeights`, highest first; copies. The last one is genesis, even where the tree
 * begins above it: a peer that answers from genesis on does not have the base on its chain.
 */
export function buildLocator(tree: HeaderTree): Uint8Array[] {
  const { baseHeight, tipHeight } = tree;
  const slots = locatorHeights(tipHeight, baseHeight).map((height) => tree.at(height));
  const hashes = slots.map((slot) =>
    tree.hash(defined(slot, 'the best chain has every height up to its tip')).slice(),
  );
  if (baseHeight > 0) hashes.push(tree.family.genesis.hash.slice());
  return hashes;
}

/**
 * Height of the first hash of a locator that is on the best chain; genesis if none is.
 *
 * @returns undefined if none is and the tree begins above genesis
 */
export function forkHeight(tree: HeaderTree, locator: readonly Uint8Array[]): number | undefined {
  for (const hash of locator) {
    const slot = tree.find(hash);
    if (slot !== undefined && tree.isOnBestChain(slot)) return tree.height(slot);
  }
  return tree.baseHeight === 0 ? 0 : undefined;
}
