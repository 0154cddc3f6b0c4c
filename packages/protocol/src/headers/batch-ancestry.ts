/** A branch of the tree continued by the first headers of a batch that is not in the tree yet. */
import { readU32 } from '../bytes/integers.js';
import type { Ancestry, HeaderRules } from '../chain/chain-family.js';

/** The headers of a batch by index. */
export interface BatchHeaders {
  record(index: number): Uint8Array;
  time(index: number): number;
  word(index: number, offset: number): number;
}

/** Headers of a batch, read where they lie: for few look-ups. */
export class PackedHeaders implements BatchHeaders {
  constructor(
    readonly rules: HeaderRules,
    readonly records: Uint8Array,
  ) {}

  record(index: number): Uint8Array {
    const { recordBytes } = this.rules;
    return this.records.subarray(index * recordBytes, (index + 1) * recordBytes);
  }

  time(index: number): number {
    return this.rules.time(this.records, index * this.rules.recordBytes);
  }

  word(index: number, offset: number): number {
    return readU32(this.records, index * this.rules.recordBytes + offset);
  }
}

/** A branch whose last headers are in a batch; its end moves with `length`. */
export class BatchAncestry implements Ancestry {
  readonly firstHeight: number;
  /** Headers of the batch that belong to the branch. */
  length = 0;
  readonly #baseHeight: number;

  constructor(
    readonly base: Ancestry,
    readonly headers: BatchHeaders,
  ) {
    this.firstHeight = base.firstHeight;
    this.#baseHeight = base.height;
  }

  get height(): number {
    return this.#baseHeight + this.length;
  }

  time(height: number): number {
    return height <= this.#baseHeight ? this.base.time(height) : this.headers.time(this.#indexOf(height));
  }

  record(height: number): Uint8Array {
    return height <= this.#baseHeight ? this.base.record(height) : this.headers.record(this.#indexOf(height));
  }

  word(height: number, offset: number): number {
    return height <= this.#baseHeight
      ? this.base.word(height, offset)
      : this.headers.word(this.#indexOf(height), offset);
  }

  #indexOf(height: number): number {
    if (height > this.height) throw new RangeError(`height ${height} is not on this branch`);
    return height - this.#baseHeight - 1;
  }
}
