/** A branch of the tree continued by the first headers of a batch that is not in the tree yet. */
import type { Ancestry, ChainFamily, HeaderBatch } from '../chain/chain-family.js';

export class BatchAncestry implements Ancestry {
  readonly firstHeight: number;
  /** Headers of the batch that belong to the branch. */
  length = 0;
  readonly #baseHeight: number;
  readonly #recordBytes: number;
  /** Read once: the median of each header looks at eleven of them. */
  readonly #times: Float64Array;

  constructor(
    readonly base: Ancestry,
    readonly batch: HeaderBatch,
    family: ChainFamily,
  ) {
    this.firstHeight = base.firstHeight;
    this.#baseHeight = base.height;
    this.#recordBytes = family.recordBytes;
    this.#times = Float64Array.from({ length: batch.count }, (_, i) => family.time(this.#recordOf(i)));
  }

  get height(): number {
    return this.#baseHeight + this.length;
  }

  time(height: number): number {
    if (height <= this.#baseHeight) return this.base.time(height);
    this.#assertWithin(height);
    return this.#times[height - this.#baseHeight - 1] as number;
  }

  record(height: number): Uint8Array {
    if (height <= this.#baseHeight) return this.base.record(height);
    this.#assertWithin(height);
    return this.#recordOf(height - this.#baseHeight - 1);
  }

  #recordOf(index: number): Uint8Array {
    return this.batch.records.subarray(index * this.#recordBytes, (index + 1) * this.#recordBytes);
  }

  #assertWithin(height: number): void {
    if (height > this.height) throw new RangeError(`height ${height} is not on this branch`);
  }
}
