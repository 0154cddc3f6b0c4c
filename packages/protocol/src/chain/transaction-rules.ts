/** What a chain family says of transactions outside of blocks: their form, what they exclude, what they follow. */
import type { SignatureCheck } from './signature-check.js';
import type { TransactionFault } from './transaction-fault.js';

/** One transaction in the encoding of its family, which is the same on the wire, in a body and on disk. */
export interface Transaction {
  /** 32 bytes: what the Merkle tree of a header commits to, and what the application calls it. */
  readonly id: Uint8Array;
  /** 32 bytes: what peers call it when they relay it. It covers as much as the family can cover. */
  readonly relayId: Uint8Array;
  /** As it is encoded; a view of what it was read from. */
  readonly bytes: Uint8Array;
  /** Why peers do not relay it, though a block may have it. */
  readonly fault: TransactionFault | undefined;
  /** Names of what it uses up. Of two transactions that share one, a chain can have one. At least one, none twice. */
  readonly spends: readonly string[];
  /**
   * Whose transaction it is and which one in a row, where the family knows: a sender's transactions are included in this
   * order, without gaps.
   */
  readonly sequence: { readonly account: string; readonly number: bigint } | undefined;
  /** Ids, in hex of the internal byte order, of the transactions that must come before it. They may be in blocks. */
  readonly parents: readonly string[];
  /** What it offers to a miner, where that can be seen from it alone. The more, the better. */
  readonly tip: bigint | undefined;
  /** What must be verified before it is relayed; undefined where a light node can verify nothing. */
  readonly signature: SignatureCheck | undefined;
}

/**
 * What a light node can check of a transaction: its form and size; that it is signed; that the newest blocks and the mempool
 * have no such nonce of its sender, or nothing else that spends the same. Whether its sender has the money nobody can tell
 * without all coins or balances.
 */
export type TransactionCheck = 'form' | 'size' | 'signature' | 'nonce' | 'conflicts';

/** A transaction of a block: its bytes, and its names, which follow from them. */
export interface BlockTransaction {
  /** 32 bytes, as `Transaction.id`. */
  readonly id: Uint8Array;
  /** 32 bytes, as `Transaction.relayId`. */
  readonly relayId: Uint8Array;
  /** What `splitBody` gives is a view of the body. */
  readonly bytes: Uint8Array;
}

/** Transactions alone, and bodies taken apart and put together. */
export interface TransactionRules {
  /** Most bytes of one transaction, alone or in a body. */
  readonly transactionBytesMax: number;
  /** What is checked of a transaction before it is in the mempool. */
  readonly transactionChecks: readonly TransactionCheck[];
  /**
   * Reads one transaction: bytes of anything else, or with something after them, are none. Costs time in proportion to the
   * bytes; all that comes back is bounded by them.
   *
   * @returns undefined if the bytes are no transaction
   */
  readTransaction(bytes: Uint8Array): Transaction | undefined;
  /**
   * The bytes of a transaction that an application gives as an object, where the family has such a form.
   *
   * @throws {TypeError | RangeError} if a member is missing, of another type or out of range
   */
  encodeTransaction?(fields: object): Uint8Array;
  /** The transactions of a body in block order; undefined if the bytes are no body. */
  splitBody(body: Uint8Array): BlockTransaction[] | undefined;
  /**
   * The bytes that the id of a transaction is the hash of: of Bitcoin those without witnesses, of Vision the text that was
   * signed.
   *
   * @returns undefined if the bytes are no transaction
   */
  committedBytes(transaction: Uint8Array): Uint8Array | undefined;
  /** The body of a block with these encoded transactions, in this order. */
  joinBody(transactions: readonly Uint8Array[]): Uint8Array;
}
