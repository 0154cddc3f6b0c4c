/** A rate limit with a burst: `burst` tokens at most, refilled at `perSecond`. Time is given. */
export class TokenBucket {
  /** Negative while in debt. */
  #tokens: number;
  #at: number;
  #perSecond: number;
  #burst: number;

  constructor(perSecond: number, burst: number, now: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#tokens = burst;
    this.#at = now;
  }

  /** Another limit from now on; what is owed stays owed. */
  change(perSecond: number, burst: number, now: number): void {
    this.#refill(now);
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#tokens = Math.min(burst, this.#tokens);
  }

  /**
   * @param cost  tokens that are wanted
   * @returns whether there were so many; none are taken if not
   */
  take(now: number, cost = 1): boolean {
    this.#refill(now);
    if (this.#tokens < cost) return false;
    this.#tokens -= cost;
    return true;
  }

  /** Takes tokens of which there may be fewer: the rest is debt. For what is known only when it is done. */
  charge(now: number, cost: number): void {
    this.#refill(now);
    this.#tokens -= cost;
  }

  /** When there was, or will be, no debt. */
  get freeAt(): number {
    return this.#at + (Math.max(0, -this.#tokens) * 1000) / this.#perSecond;
  }

  #refill(now: number): void {
    this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#at) * this.#perSecond) / 1000);
    this.#at = now;
  }
}
