/**
 * Compact blocks (BIP152): a header, a nonce, and of each transaction six bytes of a keyed hash instead of the transaction.
 * A receiver that knows the transactions puts the body together, and asks for what it lacks.
 */
/** Bytes of a short id. */
export const SHORT_ID_BYTES = 6;
/** Bytes of the nonce. */
export const COMPACT_NONCE_BYTES = 8;

/** A header and its hash: a `HeaderBatch` of one. */
export interface SingleHeader {
  readonly count: number;
  readonly records: Uint8Array;
  readonly hashes: Uint8Array;
}

/** A transaction of a block, and its place there. */
export interface PlacedTransaction {
  /** From 0. */
  readonly index: number;
  readonly bytes: Uint8Array;
}

/** A compact block. */
export interface CompactBlock {
  /** Header and nonce as they are sent. The first 16 bytes of their SHA-256 are the key of the short ids. */
  readonly head: Uint8Array;
  /** SHORT_ID_BYTES of each transaction that is not prefilled, in block order. */
  readonly shortIds: Uint8Array;
  /** Transactions that are sent whole, by ascending place. */
  readonly prefilled: readonly PlacedTransaction[];
}

/** A compact block and the header in its head. */
export interface ReadCompactBlock extends CompactBlock {
  /** One header and its hash, which is not verified. */
  readonly header: SingleHeader;
}

/** Some places of a block, or the transactions there. */
export interface BlockPart<T> {
  /** 32 bytes: of the header. */
  readonly hash: Uint8Array;
  readonly items: readonly T[];
}

/**
 * How compact blocks and what belongs to them travel. Views point into what was read. What is read back is bounded by the
 * bytes that are there, and by the most transactions that a block can have; places ascend strictly.
 */
export interface CompactRules {
  /** The head of a compact block. @param nonce  COMPACT_NONCE_BYTES */
  compactHead(header: SingleHeader, nonce: Uint8Array): Uint8Array;
  /** The bytes of a compact block, as a message carries them. */
  encodeCompact(block: CompactBlock): Uint8Array;
  /** @param height  of the block, as its sender says; @returns undefined if the bytes are no compact block */
  decodeCompact(bytes: Uint8Array, height: number): ReadCompactBlock | undefined;
  /** Asks for the transactions at some places. */
  encodePlaces(places: BlockPart<number>): Uint8Array;
  /** @returns undefined if the bytes are no such request */
  decodePlaces(bytes: Uint8Array): BlockPart<number> | undefined;
  /** Some transactions of a block, as they are encoded. */
  encodeTransactions(transactions: BlockPart<Uint8Array>): Uint8Array;
  /** @returns undefined if the bytes are anything else */
  decodeTransactions(bytes: Uint8Array): BlockPart<Uint8Array> | undefined;
}
