/** How fast headers were verified in this visit. Bounded: when there are SAMPLES_MAX, every other one is dropped. */

/** Samples that are kept. Arbitrary: more than a chart has pixels for on a phone. */
export const SAMPLES_MAX = 512;

/** One sample. */
export interface RateSample {
  /** Unix seconds. */
  readonly at: number;
  /** Headers verified a second. */
  readonly perSecond: number;
}

/** The samples, oldest first. */
export class RateHistory {
  #samples: RateSample[] = [];

  get samples(): readonly RateSample[] {
    return this.#samples;
  }

  /** Takes a sample. One that repeats the two before is not kept: it only lengthens their line. */
  add(at: number, perSecond: number): void {
    const [before, last] = this.#samples.slice(-2);
    const isFlat = before !== undefined && before.perSecond === perSecond && last?.perSecond === perSecond;
    if (isFlat) this.#samples.pop();
    this.#samples.push({ at, perSecond });
    if (this.#samples.length >= SAMPLES_MAX)
      this.#samples = this.#samples.filter((_, index) => index % 2 === 0);
  }
}
