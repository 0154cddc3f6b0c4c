/** Every bound of a session with a full node of Bitcoin: what it bounds, its unit, why, and what happens at the edge. */

/** Requests of the core for headers that wait for one full node: far above the 4 that the core has in flight. Above it the oldest is dropped. */
export const HEADER_REQUESTS_MAX = 16;

/** Milliseconds that a full node has for an answer to `getheaders`. The core goes on to another one long before. Afterwards the node is disconnected. */
export const HEADERS_TIMEOUT_MS = 60_000;

/** Blocks that one full node is asked for at a time: more than the core's largest window. Further ones are said not to be there. */
export const BLOCK_REQUESTS_MAX = 128;

/** Milliseconds that a full node has for each block: 4 MB at 0.5 Mbit/s. Afterwards the core is told that it has none. */
export const BLOCK_TIMEOUT_MS = 60_000;

/** Newest blocks that a node without all blocks is asked for. It keeps 288 (BIP159); some leave a margin for its own tip being behind ours. */
export const PRUNED_BLOCKS = 280;

/** Milliseconds that a full node has for a transaction. It may have none to send, so afterwards the core is told that there is none. */
export const TX_TIMEOUT_MS = 60_000;

/** Transactions that were offered to one full node and may still be asked for, as names of 32 bytes. Above it the oldest are not served any more. */
export const TX_OFFERED_MAX = 5_000;

/** Transactions on their way from a full node at a time: as many as the core asks one peer for. Above it an announcement is dropped, and another node's counts. */
export const TX_COMING_MAX = 100;

/** Transactions that are kept for a full node which knows them by another name than the core, in either direction. Above it the oldest go. */
export const TX_KEPT_MAX = 100;

/** Bytes of them. Above it the oldest go. */
export const TX_KEPT_BYTES_MAX = 4_000_000;

/** Milliseconds from the opening of a connection to the end of its handshake. Arbitrary, many times what a node on the other side of the world needs. Afterwards it is closed. */
export const HANDSHAKE_TIMEOUT_MS = 20_000;

/** Messages of one full node in a second, for long: a busy node announces some ten a second. Above it, and above {@link NODE_MESSAGES_BURST_MAX}, it is disconnected. */
export const NODE_MESSAGES_PER_SECOND_MAX = 100;

/** Messages of one full node at once, in addition to the rate. Answers that were asked for do not count. */
export const NODE_MESSAGES_BURST_MAX = 1_000;

/** Characters of a full node's name that are passed on. A longer one is cut. */
export const NODE_NAME_MAX = 48;

/** Requests of the core for filters that one full node has not answered: far above what the core asks at a time. Above it the core is told that there are none. */
export const FILTER_QUESTIONS_MAX = 32;

/** Milliseconds that a full node has for each answer about filters. Afterwards the core is told that there are none. */
export const FILTER_TIMEOUT_MS = 30_000;
