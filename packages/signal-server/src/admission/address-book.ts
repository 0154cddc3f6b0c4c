import { type Rate, TokenBucket } from '../token-bucket.js';

interface Visitor {
  open: number;
  readonly arrivals: TokenBucket;
}

/**
 * Counts what is open by address and how fast it arrives. An address is forgotten once nothing of it is
 * open and its allowance is whole again, so the book holds at most one entry for each connection that
 * is open or was opened within the last `burst / perSecond` seconds.
 */
export class AddressBook {
  readonly #visitors = new Map<string, Visitor>();
  readonly #openMax: number;
  readonly #rate: Rate;

  constructor(openMax: number, rate: Rate) {
    this.#openMax = openMax;
    this.#rate = rate;
  }

  /** How many addresses are remembered. */
  get size(): number {
    return this.#visitors.size;
  }

  /** Counts one more of an address; false, and counts nothing, if it has too many or comes too fast. */
  enter(address: string, nowMs: number): boolean {
    let visitor = this.#visitors.get(address);
    if (visitor === undefined) {
      visitor = { open: 0, arrivals: new TokenBucket(this.#rate, nowMs) };
      this.#visitors.set(address, visitor);
    }
    if (visitor.open >= this.#openMax || !visitor.arrivals.take(1, nowMs)) return false;
    visitor.open++;
    return true;
  }

  /** Counts one less of an address that entered. */
  leave(address: string): void {
    const visitor = this.#visitors.get(address);
    if (visitor !== undefined) visitor.open--;
  }

  /** Forgets the addresses about which nothing needs to be known. */
  sweep(nowMs: number): void {
    for (const [address, visitor] of this.#visitors) {
      if (visitor.open === 0 && visitor.arrivals.isFull(nowMs)) this.#visitors.delete(address);
    }
  }
}
