/** Every bound of the bridge's dialing: what it bounds, its unit, why, and what happens at the edge. */

/** Full nodes that are given by the operator. Arbitrary. More are a wrong option. */
export const CHOSEN_NODES_MAX = 32;

/** Milliseconds before a full node is dialed again after its connection ended, at first. Doubled each time, up to {@link REDIAL_MAX_MS}. */
export const REDIAL_MIN_MS = 1_000;

/** Milliseconds before a full node is dialed again, at most. */
export const REDIAL_MAX_MS = 60_000;

/** Milliseconds that a connection must have lasted, so that the next one is dialed after {@link REDIAL_MIN_MS} again. */
export const STEADY_MS = 60_000;

/** Milliseconds for which a full node is not dialed that did what no honest one does. */
export const DISCOURAGED_MS = 24 * 3_600_000;

/** Milliseconds for which a transaction is told to some of the full nodes only: if one of the others announces it, it has passed through their network. Afterwards all are told. */
export const TX_HELD_BACK_MS = 20_000;

/** Full nodes that a transaction is offered to at first; at most half of those that there are, but one at least. */
export const TX_OFFERED_NODES = 4;

/** Transactions that are held back from some full nodes at a time, as names. Above it the oldest are told to all. */
export const TX_HELD_BACK_MAX = 1_000;
