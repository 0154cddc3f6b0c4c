/**
 * Which headers of a branch are hashed in its first pass, where a hash takes milliseconds and headers travel with the one
 * that they claim (Vision).
 *
 * The work that the branch has to show is divided into `PRESYNC_SAMPLES` equal parts, and a secret point is drawn in each.
 * The header in whose work a point lies is hashed: so a header is hashed the more likely the more work it claims, and a
 * whole pass costs PRESYNC_SAMPLES hashes, whatever its length. If a share f of the work is invented, that is not noticed
 * with a probability of at most (1 − f)^PRESYNC_SAMPLES: below one in 10^9 for a third, one in 25 for a twentieth. Whoever
 * escapes has done nearly all of the work, and gains nothing: in the end every header is hashed before it is kept.
 */
import { PRESYNC_SAMPLES } from '../../limits.js';

/** The secret points on the way to some work. */
export class WorkSamples {
  readonly #part: bigint;
  readonly #draw: () => bigint;
  #partsDone = 0n;
  #point: bigint;
  #work = 0n;

  /**
   * @param needed  work that the branch has to show
   * @param draw  secret numbers, u64
   */
  constructor(needed: bigint, draw: () => bigint) {
    const samples = BigInt(PRESYNC_SAMPLES);
    this.#part = (needed + samples - 1n) / samples;
    this.#draw = draw;
    this.#point = this.#drawPoint();
  }

  /** The branch goes on by a header of so much work. @returns whether it is to be hashed */
  take(work: bigint): boolean {
    this.#work += work;
    if (this.#point >= this.#work) return false;
    while (this.#point < this.#work) {
      // Whole parts that lie in this header have their points there, too.
      const parts = this.#work / this.#part;
      this.#partsDone = parts > this.#partsDone ? parts : this.#partsDone + 1n;
      this.#point = this.#drawPoint();
    }
    return true;
  }

  #drawPoint(): bigint {
    return this.#partsDone * this.#part + ((this.#part * this.#draw()) >> 64n);
  }
}
