/** What an attack is: what it does, and what it may cost. */
import type { Damage } from '../damaged-chain.js';
import type { Battlefield, Ground } from './battlefield.js';

/** What an attack may cost. */
export interface Budget {
  readonly bytesOut: number;
  readonly headersHashed: number;
  /** Signatures verified, those of honest transactions and of the honest peer's hello included; none if absent. */
  readonly signaturesVerified?: number;
  /** Signatures made, that for the honest peer included; none if absent. Only a node with a key makes any. */
  readonly signaturesMade?: number;
  readonly retainedBytes: number;
  /** Headers beside the best chain; as many as fit into the bytes if absent. */
  readonly sideHeaders?: number;
  /** Headers written to the store that are not of the honest chain; any number if absent. */
  readonly foreignHeaders?: number;
  /** Attackers that the victim takes for peers, be it for a moment; any number if absent. */
  readonly admitted?: number;
  /** Milliseconds from the first honest peer to the honest tip. */
  readonly syncedAfterMs: number;
  /** Milliseconds from the moment that an honest application sends a transaction until it is in the victim's mempool. */
  readonly heardAfterMs?: number;
}

export interface Attack {
  readonly name: string;
  /** The network; the small Vision one if absent. */
  readonly ground?: Ground;
  /** Whether the victim and the honest peer have keys, so that each peer has to prove who it is. */
  readonly hasKeys?: boolean;
  /** Peers of one network that the victim takes, those that it chose not counted; any number if absent. */
  readonly peersPerGroupMax?: number;
  readonly budget: Budget;
  /** Codes with which attackers must have been disconnected. */
  readonly codes: readonly string[];
  /** Codes of the errors that the victim must tell its application, and no others; STORE_CORRUPT if there is damage. */
  readonly errors?: readonly string[];
  /**
   * What was done to the victim's store while the victim was off. It has the honest chain in it then; its application
   * and its peers must hear of no header that is not honest.
   */
  readonly damage?: Damage;
  /** Sets the attack going; the honest peer comes a second later unless it says otherwise. */
  readonly begin: (field: Battlefield) => void;
  /** When the honest peer comes, milliseconds after the attack. */
  readonly honestAfterMs?: number;
}
