/** A branch of the tree as the rules see it. Valid until the tree changes. */
import type { Ancestry } from '../chain/chain-family.js';
import type { HeaderColumns } from './header-columns.js';

/** The ancestors of one slot, itself included. */
export class BranchAncestry implements Ancestry {
  readonly height: number;
  readonly firstHeight: number;
  /** Slots above the best chain, lowest first; empty for a header on the best chain. */
  readonly #side: number[] = [];
  readonly #forkHeight: number;

  /**
   * @param best  slots of the best chain by height from `firstHeight` on
   * @param slot  the header that the branch ends with
   */
  constructor(
    readonly columns: HeaderColumns,
    readonly best: readonly number[],
    firstHeight: number,
    slot: number,
  ) {
    this.firstHeight = firstHeight;
    this.height = columns.height(slot);
    let at = slot;
    while (best[columns.height(at) - firstHeight] !== at) {
      this.#side.push(at);
      at = columns.parent(at);
    }
    this.#side.reverse();
    this.#forkHeight = columns.height(at);
  }

  time(height: number): number {
    return this.columns.time(this.#slotAt(height));
  }

  record(height: number): Uint8Array {
    return this.columns.record(this.#slotAt(height));
  }

  word(height: number, offset: number): number {
    return this.columns.word(this.#slotAt(height), offset);
  }

  #slotAt(height: number): number {
    const slot =
      height > this.height
        ? undefined
        : height <= this.#forkHeight
          ? this.best[height - this.firstHeight]
          : this.#side[height - this.#forkHeight - 1];
    if (slot === undefined) throw new RangeError(`height ${height} is not on this branch`);
    return slot;
  }
}
