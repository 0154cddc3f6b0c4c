/** The last headers of the branches beside the best chain, and the order in which branches are dropped. */
import type { HeaderRows } from './header-rows.js';

/** Ends of side branches, by slot. */
export class SideBranches {
  /** In the order in which they became the end of a side branch. */
  readonly #leaves = new Set<number>();

  constructor(readonly rows: HeaderRows) {}

  add(leaf: number): void {
    this.#leaves.add(leaf);
  }

  delete(leaf: number): void {
    this.#leaves.delete(leaf);
  }

  has(leaf: number): boolean {
    return this.#leaves.has(leaf);
  }

  /** Least chainwork first; of those with the same, the newest. */
  weakestFirst(): number[] {
    const { rows } = this;
    const newestFirst = [...this.#leaves].reverse();
    return newestFirst.sort((a, b) => {
      const difference = rows.chainwork(a) - rows.chainwork(b);
      return difference < 0n ? -1 : difference > 0n ? 1 : 0;
    });
  }
}
