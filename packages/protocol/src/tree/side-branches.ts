/** The last headers of the branches beside the best chain, and the order in which branches are dropped. */
import type { HeaderRows } from './header-rows.js';

/** Ends of side branches, by slot. */
export class SideBranches {
  /** In the order in which they became the end of a side branch. */
  readonly #leaves = new Set<number>();

  /** Headers of a branch that is known to be heavier: there is room for them as well. */
  reserved = 0;

  /** @param headersMax  headers beside the best chain, of all branches together */
  constructor(
    readonly rows: HeaderRows,
    readonly headersMax: number,
  ) {}

  /** How many headers there may be. */
  get countMax(): number {
    return this.headersMax + this.reserved;
  }

  add(leaf: number): void {
    this.#leaves.add(leaf);
  }

  delete(leaf: number): void {
    this.#leaves.delete(leaf);
  }

  has(leaf: number): boolean {
    return this.#leaves.has(leaf);
  }

  /**
   * Drops headers if there are too many, from the ends of branches, least chainwork first, leaves before their parents;
   * until an eighth of the room is free, so that the sort is paid seldom.
   *
   * @param count  how many there are
   * @param drop  removes a header from the tree
   */
  dropWeakest(count: number, isOnBestChain: (slot: number) => boolean, drop: (slot: number) => void): void {
    const { rows } = this;
    if (count <= this.countMax) return;
    let left = count - this.countMax + Math.floor(this.countMax / 8);
    for (const leaf of this.#weakestFirst()) {
      let slot = leaf;
      this.#leaves.delete(leaf);
      for (; left > 0 && !rows.hasChild(slot) && !isOnBestChain(slot); left--) {
        const parent = rows.parent(slot);
        drop(slot);
        slot = parent;
      }
      const isCut = !rows.hasChild(slot) && !isOnBestChain(slot);
      if (isCut) this.#leaves.add(slot);
      if (left === 0) return;
    }
  }

  /** Least chainwork first; of those with the same, the newest. */
  #weakestFirst(): number[] {
    const { rows } = this;
    const newestFirst = [...this.#leaves].reverse();
    return newestFirst.sort((a, b) => {
      const difference = rows.chainwork(a) - rows.chainwork(b);
      return difference < 0n ? -1 : difference > 0n ? 1 : 0;
    });
  }
}
