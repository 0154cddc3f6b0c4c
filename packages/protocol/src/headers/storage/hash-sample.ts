/**
 * Which headers of the disk are hashed again where hashing all of them would take long (Vision, 2 ms a header): the last
 * ones of the chain, those at the end of each batch, and random runs. Every other rule is checked for all headers.
 *
 * A header that was changed on disk changes the parent of all after it, so the last ones of its batch tell. Whoever writes
 * false headers on purpose still has to mine those that are hashed, and cannot know the random ones.
 */
import { REVERIFY_LAST, REVERIFY_RUN_HEADERS, REVERIFY_RUNS } from '../../limits.js';
import type { Range } from '../batch-verification.js';

/** A sample of the headers above one height up to another one. */
export class HashSample {
  readonly #to: number;
  /** Heights of the random runs' first headers. */
  readonly #runs: readonly number[];

  /** @param random  0 to 1, of which the sample is drawn */
  constructor(from: number, to: number, random: () => number) {
    this.#to = to;
    this.#runs = Array.from({ length: REVERIFY_RUNS }, () => from + 1 + Math.floor(random() * (to - from)));
  }

  /** Which of `count` headers after height `from` are hashed again; ranges ascend and do not overlap. */
  rangesOf(from: number, count: number): Range[] {
    const chosen = new Set<number>();
    for (const first of this.#runs)
      for (let i = 0; i < REVERIFY_RUN_HEADERS; i++) chosen.add(first + i - from - 1);
    for (let height = this.#to - REVERIFY_LAST + 1; height <= this.#to; height++)
      chosen.add(height - from - 1);
    for (let i = 1; i <= REVERIFY_RUN_HEADERS; i++) chosen.add(count - i);
    const indexes = [...chosen].filter((index) => index >= 0 && index < count).sort((a, b) => a - b);
    const ranges: { from: number; to: number }[] = [];
    for (const index of indexes) {
      const last = ranges[ranges.length - 1];
      if (last !== undefined && last.to === index) last.to++;
      else ranges.push({ from: index, to: index + 1 });
    }
    return ranges;
  }
}
