/** The locator: hashes of the best chain that thin out towards genesis, so that any fork is found in one request. */
import type { HeaderTree } from './header-tree.js';

/** Heights of a locator for a tip: tip, tip − 1, − 2, − 4, − 8, …, genesis. */
export function locatorHeights(tipHeight: number): number[] {
  const heights: number[] = [];
  for (let back = 0; back < tipHeight; back = back === 0 ? 1 : back * 2) heights.push(tipHeight - back);
  heights.push(0);
  return heights;
}

/** Hashes of the best chain at {@link locatorHeights}, highest first; copies. */
export function buildLocator(tree: HeaderTree): Uint8Array[] {
  return locatorHeights(tree.tipHeight).map((height) => tree.hash(tree.at(height) as number).slice());
}

/** Height of the first hash of a locator that is on the best chain; genesis if none is. */
export function forkHeight(tree: HeaderTree, locator: readonly Uint8Array[]): number {
  for (const hash of locator) {
    const slot = tree.find(hash);
    if (slot !== undefined && tree.isOnBestChain(slot)) return tree.height(slot);
  }
  return 0;
}
