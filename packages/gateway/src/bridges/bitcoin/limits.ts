/** Every bound of the bridge to Bitcoin's network: what it bounds, its unit, why, and what happens at the edge. */

/** Bytes of a block with its witnesses: each weighs at least 1, and a block at most 4,000,000 (BIP141). More is BITCOIN_TOO_LARGE. */
export const BLOCK_BYTES_MAX = 4_000_000;

/** Bytes of a transaction: full nodes relay none that weighs more (Bitcoin Core's MAX_STANDARD_TX_WEIGHT). More is BITCOIN_TOO_LARGE. */
export const TRANSACTION_BYTES_MAX = 400_000;

/** Headers of one `headers` message (Bitcoin Core's MAX_HEADERS_RESULTS). More is BITCOIN_MALFORMED. */
export const HEADERS_MAX = 2_000;

/** Hashes of a locator (Bitcoin Core's MAX_LOCATOR_SZ). More is BITCOIN_MALFORMED. */
export const LOCATOR_HASHES_MAX = 101;

/** Items of one `inv`, `getdata` or `notfound` (Bitcoin Core's MAX_INV_SZ). More is BITCOIN_MALFORMED. */
export const INVENTORY_ITEMS_MAX = 50_000;

/** Addresses of one `addr` or `addrv2` (Bitcoin Core's MAX_ADDR_TO_SEND, and BIP155). More is BITCOIN_MALFORMED. */
export const ADDRESSES_PER_MESSAGE_MAX = 1_000;

/** Bytes of one address of `addrv2`, whatever its network (BIP155). More is BITCOIN_MALFORMED. */
export const ADDRESS_BYTES_MAX = 512;

/** Bytes of a user agent (Bitcoin Core's MAX_SUBVERSION_LENGTH). More is BITCOIN_MALFORMED. */
export const USER_AGENT_BYTES_MAX = 256;

/** Bytes that a later version of `version` may have behind the fields that are known. Arbitrary; they are skipped. */
export const VERSION_EXTRA_BYTES_MAX = 256;

/**
 * Bytes of one compact filter of a block. A filter has an item for each distinct script, so at most one for each output, and an
 * output takes at least 10 of the 1,000,000 bytes that a block has without witnesses: 100,000 items. Of an item 20 bits are fixed
 * (19 of its remainder, and the end of its quotient), and all quotients together have at most 784931 / 2^19 = 1.5 bits an item:
 * 268,714 bytes, and the count. More is BITCOIN_MALFORMED.
 */
export const FILTER_BYTES_MAX = 270_000;

/** Filter hashes of one `cfheaders` (BIP157). More is BITCOIN_MALFORMED. */
export const FILTER_HASHES_MAX = 2_000;

/** Filter headers of one `cfcheckpt`, one for each 1,000 blocks: a chain of 8,192,000, when the longest of today (testnet3) has 4,700,000. More is BITCOIN_MALFORMED. */
export const FILTER_CHECKPOINTS_MAX = 8_192;

/** Bytes of a message whose command is not known: the largest that full nodes send unasked is `getblocks`, 3.3 kB. More is BITCOIN_TOO_LARGE. */
export const UNKNOWN_MESSAGE_BYTES_MAX = 4_096;

/** Places in a bucket of addresses, as in Bitcoin Core. A place that is taken is given to a newcomer only if its address is of no use any more. */
export const BUCKET_PLACES = 64;

/** Buckets of addresses that were heard of. Bitcoin Core has 1024, for a node that tells others where to connect to; a gateway needs eight connections, and its file stays below 1 MB with 8,192 such addresses beside those that answered (882,000 bytes if all are of IPv6). */
export const NEW_BUCKETS = 128;

/** Of these, buckets for what the nodes of one network group tell: a sixteenth, as in Bitcoin Core. So 512 addresses of one source are kept at most, and no other source loses more than a sixteenth of its places to it. */
export const NEW_BUCKETS_PER_SOURCE = 8;

/** Buckets of addresses that answered, as in Bitcoin Core: 16,384 places. */
export const TRIED_BUCKETS = 256;

/** Of these, buckets for the addresses of one network group, as in Bitcoin Core: 512 places. */
export const TRIED_BUCKETS_PER_GROUP = 8;

/** Addresses that are discouraged at a time. Arbitrary: each was a connection of ours to a node that cheated. Above it the one that was discouraged first is no longer. */
export const DISCOURAGED_MAX = 1_024;

/** Seconds that an address is discouraged: a day, as in Bitcoin Core. */
export const DISCOURAGED_S = 86_400;

/** Anchors: connections that are made again first after a restart, as many as in Bitcoin Core. More are left out. */
export const ANCHORS_MAX = 2;
