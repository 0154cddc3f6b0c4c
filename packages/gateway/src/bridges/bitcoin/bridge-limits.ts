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

/** Full nodes that are looked for and connected to, beside those that the operator names: as Bitcoin Core's full outbound connections. */
export const OUTBOUND_NODES = 8;

/** Of them those that must serve compact filters, where filters are wanted: two, so that one can be held against the other. */
export const FILTER_NODES_MIN = 2;

/** Milliseconds between two nodes that are dialed: without a network each fails at once. As in Bitcoin Core. */
export const DIAL_INTERVAL_MS = 500;

/** Milliseconds between two seeds that DNS is asked for. One that answers is enough in most cases. */
export const SEED_INTERVAL_MS = 3_000;

/** Milliseconds before the seeds are asked again, once all were and there is still nobody to dial; doubled each time, up to {@link SEED_RETRY_MAX_MS}. */
export const SEED_RETRY_MIN_MS = 30_000;

/** Milliseconds before the seeds are asked again, at most. */
export const SEED_RETRY_MAX_MS = 600_000;

/** Addresses that one seed's answer counts for. Further ones are ignored. */
export const SEED_ADDRESSES_MAX = 256;

/** Addresses that one full node may tell at once: what it answers to `getaddr`, and some more. Above it, and above {@link ADDRESSES_PER_SECOND_MAX}, it is disconnected. */
export const ADDRESSES_BURST_MAX = 3_000;

/** Addresses that one full node may tell in a second, for long. An honest node tells one in ten seconds (Bitcoin Core's MAX_ADDR_RATE_PER_SECOND). */
export const ADDRESSES_PER_SECOND_MAX = 1;

/** Milliseconds between two times that the core is told of a message that is coming in: often enough for a deadline of three seconds. */
export const PROGRESS_INTERVAL_MS = 250;

/** Milliseconds between two writes of the addresses to disk. What was learned since is lost in a crash. */
export const SAVE_INTERVAL_MS = 900_000;
