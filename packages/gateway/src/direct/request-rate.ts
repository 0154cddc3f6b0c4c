import { DIRECT_REQUESTS_PER_SECOND_MAX } from '../limits.js';

/** Counts requests in each second: those above DIRECT_REQUESTS_PER_SECOND_MAX are not to be looked at. */
export class RequestRate {
  /** When the second began, in monotonic milliseconds. */
  #second = Number.NEGATIVE_INFINITY;
  #requests = 0;

  /** Counts a request. @returns whether it is to be looked at. @param now  monotonic milliseconds */
  take(now: number): boolean {
    if (now - this.#second >= 1000) {
      this.#second = now;
      this.#requests = 0;
    }
    this.#requests += 1;
    return this.#requests <= DIRECT_REQUESTS_PER_SECOND_MAX;
  }
}
