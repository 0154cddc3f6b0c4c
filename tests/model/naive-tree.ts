/** The header tree as one would write it without a thought for speed: all headers in a list, everything from scratch. */

interface NaiveHeader {
  readonly id: string;
  readonly parent: string | undefined;
  readonly height: number;
  readonly chainwork: bigint;
}

/** A header and what led to it, genesis first. */
export class NaiveTree {
  /** In the order of their arrival. */
  readonly headers = new Map<string, NaiveHeader>();

  constructor(genesis: string, work: bigint) {
    this.headers.set(genesis, { id: genesis, parent: undefined, height: 0, chainwork: work });
  }

  /** @returns what this leads to, as the real tree names it */
  insert(
    id: string,
    parent: string,
    work: bigint,
  ): 'duplicate' | 'orphan' | 'extended' | 'reorganised' | 'accepted' {
    if (this.headers.has(id)) return 'duplicate';
    const before = this.headers.get(parent);
    if (before === undefined) return 'orphan';
    const oldChain = this.bestChain();
    this.headers.set(id, { id, parent, height: before.height + 1, chainwork: before.chainwork + work });
    const newChain = this.bestChain();
    if (newChain.at(-1) !== id) return 'accepted';
    return newChain.at(-2) === oldChain.at(-1) ? 'extended' : 'reorganised';
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
