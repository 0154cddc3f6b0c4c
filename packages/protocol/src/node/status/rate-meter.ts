/** A rate over the last few seconds, from counts in slots of half a second. */
const SLOT_MS = 500;
const SLOTS = 10;
/** So long after the last count a rate is 0. */
export const RATE_SPAN_MS = SLOT_MS * SLOTS;

/** Counts events and tells their recent rate. Constant memory. */
export class RateMeter {
  /** Of the slots before the current one, as a ring. */
  readonly #earlier = new Array<number>(SLOTS - 1).fill(0);
  #current = 0;
  #slot = 0;
  #startedAt: number | undefined;

  add(count: number, now: number): void {
    this.#moveTo(now);
    this.#startedAt ??= now;
    this.#current += count;
  }

  /** Per second, over five seconds or since the first count if that is less long ago. */
  perSecond(now: number): number {
    this.#moveTo(now);
    const total = this.#earlier.reduce((sum, count) => sum + count, this.#current);
    if (total === 0 || this.#startedAt === undefined) return 0;
    const spanMs = Math.min(SLOT_MS * (SLOTS - 1) + (now % SLOT_MS), now - this.#startedAt);
    return Math.round((total * 1000) / Math.max(spanMs, SLOT_MS / 5));
  }

  #moveTo(now: number): void {
    const slot = Math.floor(now / SLOT_MS);
    if (slot - this.#slot >= SLOTS) {
      this.#earlier.fill(0);
      this.#current = 0;
      this.#startedAt = undefined;
      this.#slot = slot;
      return;
    }
    while (this.#slot < slot) {
      this.#earlier[this.#slot++ % (SLOTS - 1)] = this.#current;
      this.#current = 0;
    }
  }
}
