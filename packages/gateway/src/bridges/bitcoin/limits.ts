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
