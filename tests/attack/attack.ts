/** What an attack is: what it does, and what it may cost. */
import type { Battlefield, Ground } from './battlefield.js';

/** What an attack may cost. */
export interface Budget {
  readonly bytesOut: number;
  readonly headersHashed: number;
  readonly retainedBytes: number;
  /** Headers beside the best chain; as many as fit into the bytes if absent. */
  readonly sideHeaders?: number;
  /** Milliseconds from the first honest peer to the honest tip. */
  readonly syncedAfterMs: number;
}

export interface Attack {
  readonly name: string;
  /** The network; the small Vision one if absent. */
  readonly ground?: Ground;
  readonly budget: Budget;
  /** Codes with which attackers must have been disconnected. */
  readonly codes: readonly string[];
  /** Sets the attack going; the honest peer comes a second later unless it says otherwise. */
  readonly begin: (field: Battlefield) => void;
  /** When the honest peer comes, milliseconds after the attack. */
  readonly honestAfterMs?: number;
}
