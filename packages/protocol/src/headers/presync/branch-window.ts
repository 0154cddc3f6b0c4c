import { readU32 } from '../../bytes/integers.js';
import type { Ancestry, ChainFamily, HeaderBatch } from '../../chain/chain-family.js';

/**
 * The last headers of a branch that no tree holds: as many as the rules look at, so that `checkHeader` applies to it just
 * as to a branch of the tree. Memory: those records (Bitcoin: at most 2016, 161 kB).
 */
export class BranchWindow implements Ancestry {
  #records: Uint8Array;
  #height: number;
  #firstHeight: number;

  /** @param base  the branch up to the header that this one begins on */
  constructor(
    readonly family: ChainFamily,
    base: Ancestry,
  ) {
    const { recordBytes } = family;
    this.#height = base.height;
    this.#firstHeight = Math.max(family.firstAncestor(base.height), base.firstHeight);
    this.#records = new Uint8Array((this.#height + 1 - this.#firstHeight) * recordBytes);
    for (let height = this.#firstHeight; height <= this.#height; height++)
      this.#records.set(base.record(height), (height - this.#firstHeight) * recordBytes);
  }

  get height(): number {
    return this.#height;
  }

  get firstHeight(): number {
    return this.#firstHeight;
  }

  get bytes(): number {
    return this.#records.length;
  }

  time(height: number): number {
    return this.family.time(this.#records, this.#offset(height));
  }

  record(height: number): Uint8Array {
    const at = this.#offset(height);
    return this.#records.subarray(at, at + this.family.recordBytes);
  }

  word(height: number, offset: number): number {
    return readU32(this.#records, this.#offset(height) + offset);
  }

  /** Moves up over a batch that was checked on top of this branch. */
  append({ count, records }: HeaderBatch): void {
    const { recordBytes } = this.family;
    const height = this.#height + count;
    const first = Math.max(this.#firstHeight, this.family.firstAncestor(height));
    const kept = Math.max(0, this.#height + 1 - first);
    const next = new Uint8Array((height + 1 - first) * recordBytes);
    next.set(this.#records.subarray(this.#records.length - kept * recordBytes));
    next.set(records.subarray((kept + count) * recordBytes - next.length), kept * recordBytes);
    this.#records = next;
    this.#height = height;
    this.#firstHeight = first;
  }

  #offset(height: number): number {
    if (!(height >= this.#firstHeight && height <= this.#height))
      throw new RangeError(`height ${height} is not in ${this.#firstHeight} … ${this.#height}`);
    return (height - this.#firstHeight) * this.family.recordBytes;
  }
}
