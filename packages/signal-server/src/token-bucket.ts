/** How much is allowed: so many tokens a second in the long run, and so many at once. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** Holds a sender to a rate: it starts full, and every act takes tokens that time brings back. */
export class TokenBucket {
  readonly #rate: Rate;
  #tokens: number;
  #updatedMs: number;

  constructor(rate: Rate, nowMs: number) {
    this.#rate = rate;
    this.#tokens = rate.burst;
    this.#updatedMs = nowMs;
  }

  /**
   * Takes `cost` tokens if they are there.
   *
   * @param nowMs  monotonic; a step backwards counts as no time
   * @returns false, and takes nothing, if there are fewer
   */
  take(cost: number, nowMs: number): boolean {
    this.#refill(nowMs);
    if (this.#tokens < cost) return false;
    this.#tokens -= cost;
    return true;
  }

  /** Whether nothing would be forgotten by dropping this bucket and starting a new one. */
  isFull(nowMs: number): boolean {
    this.#refill(nowMs);
    return this.#tokens === this.#rate.burst;
  }

  #refill(nowMs: number): void {
    const elapsedMs = nowMs - this.#updatedMs;
    if (elapsedMs <= 0) return;
    this.#tokens = Math.min(this.#rate.burst, this.#tokens + (elapsedMs / 1000) * this.#rate.perSecond);
    this.#updatedMs = nowMs;
  }
}
