/** Consecutive blocks of the best chain, as filters are asked for. */
import type { HeaderTree } from '../tree/header-tree.js';

/** See the head of this file. */
export interface FilterRange {
  /** Height of the first block. */
  readonly first: number;
  /** Hashes of the blocks, 32 bytes each, lowest first. */
  readonly blocks: readonly Uint8Array[];
}

/** Blocks of the best chain between two heights, both included; undefined if the tree does not have them all. */
export function rangeOf(tree: HeaderTree, first: number, last: number): FilterRange | undefined {
  const blocks: Uint8Array[] = [];
  for (let height = first; height <= last; height++) {
    const slot = tree.at(height);
    if (slot === undefined) return undefined;
    blocks.push(tree.hash(slot).slice());
  }
  return { first, blocks };
}

/** Some of the blocks of a range. */
export function partOf({ first, blocks }: FilterRange, from: number, count: number): FilterRange {
  return { first: first + from, blocks: blocks.slice(from, from + count) };
}
