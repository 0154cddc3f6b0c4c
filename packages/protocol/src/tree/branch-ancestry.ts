/** A branch of the tree as the rules see it. Valid until the tree changes. */
import type { Ancestry } from '../chain/chain-family.js';
import type { BestChain } from './best-chain.js';
import type { HeaderRows } from './header-rows.js';

/** The ancestors of one slot, itself included. */
export class BranchAncestry implements Ancestry {
  readonly height: number;
  readonly firstHeight: number;
  /** Slots above the best chain, lowest first; empty for a header on the best chain. */
  readonly #side: number[] = [];
  readonly #forkHeight: number;

  /** @param slot  the header that the branch ends with */
  constructor(
    readonly rows: HeaderRows,
    readonly best: BestChain,
    slot: number,
  ) {
    this.firstHeight = best.firstHeight;
    this.height = rows.height(slot);
    let at = slot;
    while (!best.has(at)) {
      this.#side.push(at);
      at = rows.parent(at);
    }
    this.#side.reverse();
    this.#forkHeight = rows.height(at);
  }

  time(height: number): number {
    return this.rows.time(this.#slotAt(height));
  }

  record(height: number): Uint8Array {
    return this.rows.record(this.#slotAt(height));
  }

  word(height: number, offset: number): number {
    return this.rows.word(this.#slotAt(height), offset);
  }

  #slotAt(height: number): number {
    const slot =
      height > this.height
        ? undefined
        : height > this.#forkHeight
          ? this.#side[height - this.#forkHeight - 1]
          : this.best.at(height);
    if (slot === undefined || slot < 0) throw new RangeError(`height ${height} is not on this branch`);
    return slot;
  }
}
