/**
 * How well an introducer serves. One that is slow, or whose peers cannot be reached, is asked less often; it is never
 * given up, for it may be the only honest one. That its peers can be reached does not speak for it: a lying server has
 * peers of its own.
 */

/** What became of a dial. A peer that is full was there. */
export type DialOutcome = 'opened' | 'unreachable' | 'full';

/** How much the newest dial counts. Arbitrary: eight that fail in a row bring the share from 1 to 0.17. */
const NEWEST_DIAL_WEIGHT = 0.2;

/** Share of dials that open below which an introducer is poor. Arbitrary: seven failures in a row, or three of four for long. */
const POOR_SHARE = 0.25;

/** Milliseconds for an answer above which an introducer is poor: fifty times what a good one needs. Arbitrary. */
const SLOW_MS = 3000;

/** A poor introducer is asked one time in so many. Arbitrary. */
const POOR_TURNS = 4;

/** See the head of this file. */
export class IntroducerStanding {
  #openedShare = 1;
  #answerMs = 0;
  #passedOver = 0;

  /** Whether others are asked rather than this one. */
  get isPoor(): boolean {
    return this.#openedShare < POOR_SHARE || this.#answerMs > SLOW_MS;
  }

  /** A peer was dialed that it had named. */
  dialEnded(outcome: DialOutcome): void {
    if (outcome === 'full') return;
    const opened = outcome === 'opened' ? 1 : 0;
    this.#openedShare += NEWEST_DIAL_WEIGHT * (opened - this.#openedShare);
  }

  /** It has answered, or let the time for that pass. */
  answered(afterMs: number): void {
    this.#answerMs = afterMs;
  }

  /** Whether it is its turn. Counts: to be called once each time that introducers are asked. */
  takesTurn(): boolean {
    this.#passedOver = this.isPoor ? (this.#passedOver + 1) % POOR_TURNS : 0;
    return this.#passedOver === 0;
  }
}
