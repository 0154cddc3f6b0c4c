/**
 * Which signals were taken lately, so that none is taken twice. A signal is remembered until it is too old to be taken
 * anyway. From then on nothing as old as that is taken, also if the clock goes back: so whatever is forgotten cannot be
 * repeated.
 *
 * Memory: SIGNALS_SEEN_MAX names of 96 characters.
 */
import { bytesToHex } from '../bytes/hex.js';
import { SIGNALS_SEEN_MAX } from '../limits.js';
import type { RelaySignal } from '../wire/messages/introductions.js';

/** What a signal is known by. */
type Seen = Pick<RelaySignal, 'sender' | 'nonce' | 'time'>;

/** The signals that were taken; see the head of this file. */
export class SeenSignals {
  /** The time that each states, by sender and nonce. */
  readonly #times = new Map<string, number>();
  /** Nothing that states this time or an earlier one is taken any more. */
  #forgottenTo = Number.NEGATIVE_INFINITY;

  get size(): number {
    return this.#times.size;
  }

  /** Whether a signal was taken already, or is as old as those that are forgotten. */
  has(signal: Seen): boolean {
    return signal.time <= this.#forgottenTo || this.#times.has(nameOf(signal));
  }

  /** A signal is taken. @param oldest  of those that state an earlier time none would be taken now */
  add(signal: Seen, oldest: number): void {
    for (const [name, time] of this.#times) if (time < oldest) this.#forget(name, time);
    if (this.#times.size >= SIGNALS_SEEN_MAX) {
      const least = Math.min(...this.#times.values());
      for (const [name, time] of this.#times) if (time === least) this.#forget(name, time);
    }
    this.#times.set(nameOf(signal), signal.time);
  }

  #forget(name: string, time: number): void {
    this.#times.delete(name);
    this.#forgottenTo = Math.max(this.#forgottenTo, time);
  }
}

function nameOf({ sender, nonce }: Seen): string {
  return bytesToHex(sender) + bytesToHex(nonce);
}
