/** How long a miner rests before it builds on a parent (docs/chains/vision-devnet.md §5). */

/** Least age of a parent that is mined on, milliseconds: a young chain then grows by at most one block a second. */
export const PARENT_AGE_MIN_MS = 1_000;

/**
 * Greatest random addition to that age, drawn for each parent. In a young chain every nonce is a solution. Without this
 * two miners would find their blocks in the same millisecond again and again, and mine two branches of equal work for a
 * minute.
 */
const PARENT_AGE_JITTER_MS = 250;

/** Follows the parent that a miner builds on. `Parent` is whatever distinguishes one from another. */
export class ParentRest<Parent extends number | string> {
  #parent: Parent | undefined;
  #seenMs = 0;
  #ageMs = 0;

  /**
   * Takes in the present parent.
   *
   * @param nowMs  Unix milliseconds
   * @param chance  0 to 1, drawn anew for each call
   * @returns whether it is another one than before
   */
  see(parent: Parent, nowMs: number, chance: number): boolean {
    if (parent === this.#parent) return false;
    this.#parent = parent;
    this.#seenMs = nowMs;
    this.#ageMs = PARENT_AGE_MIN_MS + chance * PARENT_AGE_JITTER_MS;
    return true;
  }

  /**
   * Milliseconds until it is old enough; 0 or less if it is. Its age counts from its own time, or from when it was first
   * seen: its clock may be ahead.
   *
   * @param parentTime  Unix seconds
   * @param nowMs  Unix milliseconds
   */
  restMs(parentTime: number, nowMs: number): number {
    return Math.min(parentTime * 1000, this.#seenMs) + this.#ageMs - nowMs;
  }
}
