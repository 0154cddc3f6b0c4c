/**
 * Names for offers that may be made, a few at a time. A tracker hands each offer to a peer that it chooses, so a name stands for
 * whoever that will be.
 *
 * What bounds it: {@link OFFERS_MAX} names, given out {@link ROUND_PAUSE_MS} apart at least. A new round ends the one before.
 */
import { newId } from './new-id.js';

/** Offers of one round. Each costs a connection that waits for its answer, and the tracker a message. */
export const OFFERS_MAX = 8;

/**
 * Milliseconds between two rounds, at least. Trackers ask for two minutes between announces, but a node without peers cannot
 * wait for that. Each round doubles the pause, up to the tracker's interval: whoever has not answered by then hardly will.
 */
const ROUND_PAUSE_MS = 30_000;

/** The rounds of one tracker. */
export class OfferRounds {
  #pauseMs = ROUND_PAUSE_MS;
  #begunAt = Number.NEGATIVE_INFINITY;
  #nextAt = 0;
  /** Names of this round under which no offer was made yet. */
  #unused = new Set<string>();
  /** Names of this round whose offer has left or is about to, and what to call if the offer is of no use. */
  readonly #offered = new Map<string, () => void>();

  /** A new connection: the pauses begin with the shortest again, that of the last round too. Others may be in the swarm now. */
  restart(): void {
    this.#pauseMs = ROUND_PAUSE_MS;
    this.#nextAt = Math.min(this.#nextAt, this.#begunAt + ROUND_PAUSE_MS);
  }

  /** @returns so many names, eight at most; none if the last round was a moment ago */
  begin(wanted: number, now: number, pauseMaxMs: number): readonly string[] {
    if (now < this.#nextAt || wanted <= 0) return [];
    this.#begunAt = now;
    this.#nextAt = now + this.#pauseMs;
    this.#pauseMs = Math.min(this.#pauseMs * 2, pauseMaxMs);
    this.#offered.clear();
    this.#unused = new Set(Array.from({ length: Math.min(wanted, OFFERS_MAX) }, newId));
    return [...this.#unused];
  }

  /** An offer is made. @returns whether its name is one of this round, without an offer so far */
  offer(name: string, useless: () => void): boolean {
    if (!this.#unused.delete(name)) return false;
    this.#offered.set(name, useless);
    return true;
  }

  /** An offer is answered. @returns what to call if that is of no use; undefined if no answer is expected */
  answer(name: string): (() => void) | undefined {
    const useless = this.#offered.get(name);
    this.#offered.delete(name);
    return useless;
  }
}
