/** The header tree as one would write it without a thought for speed: all headers in a list, everything from scratch. */

interface NaiveHeader {
  readonly id: string;
  readonly parent: string | undefined;
  readonly height: number;
  readonly chainwork: bigint;
}

/** All headers, and what they are by the rules of the real tree. */
export class NaiveTree {
  /** In the order of their arrival. */
  readonly headers = new Map<string, NaiveHeader>();
  /** Ends of the branches beside the best chain, in the order in which they became that. */
  #leaves: string[] = [];

  /** @param sideHeadersMax  headers beside the best chain */
  constructor(
    genesis: string,
    work: bigint,
    readonly sideHeadersMax = Number.POSITIVE_INFINITY,
  ) {
    this.headers.set(genesis, { id: genesis, parent: undefined, height: 0, chainwork: work });
  }

  /** @returns what this leads to, as the real tree names it */
  insert(
    id: string,
    parent: string,
    work: bigint,
  ): 'duplicate' | 'orphan' | 'extended' | 'reorganised' | 'accepted' | 'rejected' {
    if (this.headers.has(id)) return 'duplicate';
    const before = this.headers.get(parent);
    if (before === undefined) return 'orphan';
    const oldTip = this.bestChain().at(-1) as string;
    this.headers.set(id, { id, parent, height: before.height + 1, chainwork: before.chainwork + work });
    const tip = this.bestChain().at(-1);
    if (tip === id && parent === oldTip) return 'extended';
    this.#leaves = this.#leaves.filter((leaf) => leaf !== parent);
    this.#leaves.push(tip === id ? oldTip : id);
    this.#evict();
    if (tip === id) return 'reorganised';
    return this.headers.has(id) ? 'accepted' : 'rejected';
  }

  /** Above the bound, the weakest end goes, of equals the newest, until an eighth of the room is free. */
  #evict(): void {
    const chain = new Set(this.bestChain());
    const sideCount = (): number => this.headers.size - chain.size;
    if (sideCount() <= this.sideHeadersMax) return;
    while (sideCount() > this.sideHeadersMax - Math.floor(this.sideHeadersMax / 8)) {
      const workOf = (leaf: string): bigint => (this.headers.get(leaf) as NaiveHeader).chainwork;
      const leaf = this.#leaves.reduce((weakest, each) => (workOf(each) <= workOf(weakest) ? each : weakest));
      this.#leaves.splice(this.#leaves.indexOf(leaf), 1);
      const parent = this.headers.get(leaf)?.parent as string;
      this.headers.delete(leaf);
      const isEnd = ![...this.headers.values()].some((header) => header.parent === parent);
      if (isEnd && !chain.has(parent)) this.#leaves.push(parent);
    }
  }

  /** The branch of the header with the most chainwork, the first of equals; genesis first. */
  bestChain(): string[] {
    let best: NaiveHeader | undefined;
    for (const header of this.headers.values())
      if (best === undefined || header.chainwork > best.chainwork) best = header;
    return best === undefined ? [] : this.branch(best.id);
  }

  /** Everything from genesis to a header. */
  branch(id: string): string[] {
    const branch: string[] = [];
    for (
      let at = this.headers.get(id);
      at !== undefined;
      at = at.parent === undefined ? undefined : this.headers.get(at.parent)
    ) {
      branch.push(at.id);
    }
    return branch.reverse();
  }
}
