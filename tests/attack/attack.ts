/** What an attack is: what it does, and what it may cost. */
import type { Damage } from '../damaged-chain.js';
import type { Battlefield, Ground } from './battlefield.js';

/** What an attack may cost. */
export interface Budget {
  readonly bytesOut: number;
  readonly headersHashed: number;
  /** Signatures verified, those of honest transactions included; none if absent. */
  readonly signaturesVerified?: number;
  readonly retainedBytes: number;
  /** Headers beside the best chain; as many as fit into the bytes if absent. */
  readonly sideHeaders?: number;
  /** Headers written to the store that are not of the honest chain; any number if absent. */
  readonly foreignHeaders?: number;
  /** Milliseconds from the first honest peer to the honest tip. */
  readonly syncedAfterMs: number;
  /** Milliseconds from the moment that an honest application sends a transaction until it is in the victim's mempool. */
  readonly heardAfterMs?: number;
}

export interface Attack {
  readonly name: string;
  /** The network; the small Vision one if absent. */
  readonly ground?: Ground;
  readonly budget: Budget;
  /** Codes with which attackers must have been disconnected. */
  readonly codes: readonly string[];
  /**
   * What was done to the victim's store while the victim was off. It has the honest chain in it then, and must say
   * STORE_CORRUPT; its application and its peers must hear of no header that is not honest.
   */
  readonly damage?: Damage;
  /** Sets the attack going; the honest peer comes a second later unless it says otherwise. */
  readonly begin: (field: Battlefield) => void;
  /** When the honest peer comes, milliseconds after the attack. */
  readonly honestAfterMs?: number;
}
