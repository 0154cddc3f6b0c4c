/**
 * Blocks of one branch that came and are not in the tree yet: it has to have enough work first, or they wait for the clock.
 *
 * Memory: VISION_NODE_BRANCH_BLOCKS_MAX blocks, and VISION_NODE_BRANCH_BYTES_MAX bytes, and one answer more.
 */
import type { HeaderTree } from '@vision-light/protocol';
import { VISION_NODE_BRANCH_BLOCKS_MAX, VISION_NODE_BRANCH_BYTES_MAX } from '../../limits.js';
import type { FetchedBlock } from './talk-step.js';

/** In the order of their heights. */
export class BranchBuffer {
  #blocks: FetchedBlock[] = [];
  /** Heights by the hashes, 64 digits each. */
  readonly #heights = new Map<string, number>();
  #bytes = 0;

  /** All of them, lowest first. */
  get blocks(): readonly FetchedBlock[] {
    return this.#blocks;
  }

  /** Whether no more may be added. */
  get isFull(): boolean {
    return (
      this.#blocks.length >= VISION_NODE_BRANCH_BLOCKS_MAX || this.#bytes >= VISION_NODE_BRANCH_BYTES_MAX
    );
  }

  /** Whether it has a block; 64 digits. */
  has(hash: string): boolean {
    return this.#heights.has(hash);
  }

  /** Height of a block that it has, as far as its parents are known; −1 for all others. */
  heightOf(hash: string): number {
    return this.#heights.get(hash) ?? -1;
  }

  /** Adds blocks that follow those that are there; the first of all follows a header of the tree. */
  add(blocks: readonly FetchedBlock[], tree: HeaderTree): void {
    const [first] = blocks;
    if (first === undefined) return;
    const last = this.#blocks.at(-1);
    const base = tree.find(tree.family.parent(first.record));
    let height = last === undefined ? (base === undefined ? 0 : tree.height(base)) : this.heightOf(last.hash);
    for (const block of blocks) {
      this.#blocks.push(block);
      this.#heights.set(block.hash, ++height);
      this.#bytes += block.record.length + block.body.length;
    }
  }

  clear(): void {
    this.#blocks = [];
    this.#heights.clear();
    this.#bytes = 0;
  }
}
