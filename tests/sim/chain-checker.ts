/**
 * What must hold of a node's chain after every step, seen from outside: its work never falls unless the node says that what
 * was stored is damaged, and it hangs together.
 */
import type { HeaderTree } from '@vision-light/protocol';

const equal = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** What is looked at of a tree. */
export type CheckedTree = Pick<
  HeaderTree,
  | 'family'
  | 'baseHeight'
  | 'tip'
  | 'tipHeight'
  | 'at'
  | 'parent'
  | 'record'
  | 'hash'
  | 'height'
  | 'chainwork'
  | 'find'
>;

export class ChainChecker {
  #tip: number;
  #height: number;
  #chainwork: bigint;

  constructor(readonly tree: CheckedTree) {
    this.#tip = tree.tip;
    this.#height = tree.tipHeight;
    this.#chainwork = tree.chainwork(tree.tip);
  }

  /** The node says that its chain begins anew. */
  restarted(): void {
    this.#tip = -1;
    this.#height = 0;
    this.#chainwork = 0n;
  }

  /** @throws {Error} saying what is wrong. Looks at what changed since the last call. */
  check(): void {
    const { tree } = this;
    if (tree.tip === this.#tip && tree.tipHeight === this.#height) return;
    const chainwork = tree.chainwork(tree.tip);
    if (chainwork < this.#chainwork)
      throw new Error(`chainwork fell from ${this.#chainwork} to ${chainwork}`);
    // A tip on top of the last one hangs on what was looked at then; after a reorg the branch below it is another.
    const isExtended = tree.parent(tree.tip) === this.#tip;
    this.#checkLinks(isExtended ? 2 : Math.max(8, tree.tipHeight - this.#height + 1));
    this.#tip = tree.tip;
    this.#height = tree.tipHeight;
    this.#chainwork = chainwork;
  }

  /** The whole chain down to the base. */
  checkAll(): void {
    this.#checkLinks(this.tree.tipHeight);
  }

  #checkLinks(depth: number): void {
    const { tree } = this;
    const { family } = tree;
    for (let height = tree.tipHeight; height > Math.max(tree.baseHeight, tree.tipHeight - depth); height--) {
      const slot = tree.at(height) as number;
      const parent = tree.at(height - 1) as number;
      const isLinked =
        tree.parent(slot) === parent && equal(family.parent(tree.record(slot)), tree.hash(parent));
      const isSum = tree.chainwork(slot) === tree.chainwork(parent) + family.work(tree.record(slot));
      const isFound = tree.height(slot) === height && tree.find(tree.hash(slot)) === slot;
      if (!isLinked || !isSum || !isFound) throw new Error(`the best chain is broken at ${height}`);
    }
  }
}
