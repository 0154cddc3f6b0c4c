/**
 * What an address may cost. Each has a budget in tokens, which fills up with time; a request takes some before anything
 * is done for it, and an answer is charged by its bytes as it is made, into debt if need be.
 */

/** How a budget fills up. */
export interface Rate {
  readonly perSecond: number;
  /** Tokens at most, and to begin with. */
  readonly burst: number;
}

/** The tokens of one address. */
export class Budget {
  readonly #rate: Rate;
  #tokens: number;
  #at: number;

  constructor(rate: Rate, now: number) {
    this.#rate = rate;
    this.#tokens = rate.burst;
    this.#at = now;
  }

  /** @returns 0 if the tokens were there and are taken, else milliseconds until they will be */
  take(now: number, cost: number): number {
    const waitMs = this.waitMs(now, cost);
    if (waitMs === 0) this.charge(now, cost);
    return waitMs;
  }

  /** Milliseconds until there are so many tokens. */
  waitMs(now: number, tokens: number): number {
    this.#fill(now);
    const missing = tokens - this.#tokens;
    return missing <= 0 ? 0 : (missing / this.#rate.perSecond) * 1000;
  }

  /** Takes tokens that need not be there. */
  charge(now: number, cost: number): void {
    this.#fill(now);
    this.#tokens -= cost;
  }

  #fill(now: number): void {
    const { perSecond, burst } = this.#rate;
    this.#tokens = Math.min(burst, this.#tokens + ((now - this.#at) * perSecond) / 1000);
    this.#at = now;
  }
}

/** Budgets by address, so many at most. Above it the one that was not asked for longest is forgotten, and begins anew. */
export class Budgets {
  readonly #rate: Rate;
  readonly #addressesMax: number;
  readonly #budgets = new Map<string, Budget>();

  constructor(rate: Rate, addressesMax: number) {
    this.#rate = rate;
    this.#addressesMax = addressesMax;
  }

  /** How many addresses are remembered. */
  get size(): number {
    return this.#budgets.size;
  }

  /** The budget of an address, a full one if it is new. */
  of(address: string, now: number): Budget {
    const budget = this.#budgets.get(address) ?? new Budget(this.#rate, now);
    // Moved to the end: the first is the one that was not asked for longest.
    this.#budgets.delete(address);
    this.#budgets.set(address, budget);
    const [oldest] = this.#budgets.keys();
    if (this.#budgets.size > this.#addressesMax && oldest !== undefined) this.#budgets.delete(oldest);
    return budget;
  }
}
