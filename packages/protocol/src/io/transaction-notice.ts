/** What a node tells its application of transactions. */
import type { TransactionCheck } from '../chain/transaction-rules.js';

/** Why a transaction is not taken into the mempool though nothing is wrong with it: nobody is at fault. */
export const poolFaults = {
  TX_DUPLICATE: 'The transaction is known already.',
  TX_NONCE_USED: 'The sender has used this number, or a higher one, in a block.',
  TX_CONFLICT: 'Another transaction uses up the same, and was first.',
  TX_TIP_LOW: 'The transaction offers too little more than the one that it would replace.',
  TX_POOL_FULL: 'The mempool is full of transactions that offer at least as much.',
  TX_CHAIN_TOO_LONG:
    'Too many unconfirmed transactions in a row depend on one another, or are of one sender.',
  TX_UNVERIFIABLE: 'Signatures cannot be verified here.',
  TX_BUSY: 'Too many transactions wait for verification, or too many sent ones are not final yet.',
} as const;

/** A code of {@link poolFaults}. */
export type PoolFault = keyof typeof poolFaults;

/** Why a transaction left the mempool. */
export type RemovalReason =
  /** A block has it. */
  | 'included'
  /** A block has another one that uses up the same, or a later one of the same sender. */
  | 'contradicted'
  /** Another one that offers more took its place. */
  | 'replaced'
  /** Others offer more, and there is no room for all. */
  | 'evicted'
  /** It was there for a day. */
  | 'expired';

/** What became of a transaction that this side sent. Ids are 64 lowercase hex digits (Bitcoin: display order). */
export type SentState =
  /** It is in the mempool here. */
  | { readonly kind: 'pending' }
  /** So many peers have announced it, who had it from others. */
  | { readonly kind: 'seen'; readonly peers: number }
  /** A block of the best chain has it. */
  | { readonly kind: 'included'; readonly height: number; readonly block: string; readonly position: number }
  /** So many blocks of the best chain have it or follow the one that has it; told at each new block, up to CONFIRMATIONS_MAX. */
  | { readonly kind: 'confirmed'; readonly count: number }
  /** The block that had it is not on the best chain any more. */
  | { readonly kind: 'reorgedOut' }
  /** Another transaction uses up the same: it is in a block, or offers more. */
  | { readonly kind: 'replaced'; readonly by: string }
  /** No block had it for a day. */
  | { readonly kind: 'expired' };

/** What a node knows of a transaction, and what it has checked of one in the mempool. */
export type TransactionStatus =
  /** It is in the mempool here, and may never be mined. */
  | { readonly kind: 'pending'; readonly checked: readonly TransactionCheck[] }
  /** A block of the best chain has it, which was held to its verified header. */
  | {
      readonly kind: 'included';
      readonly height: number;
      readonly block: string;
      readonly position: number;
      /** Blocks that have it or follow the one that has it. */
      readonly confirmations: number;
    };

/** One transaction of the mempool, for people. */
export interface MempoolTransaction {
  /** 64 lowercase hex digits (Bitcoin: display order). */
  readonly id: string;
  /** Length of the encoded transaction. */
  readonly bytes: number;
  /** What it offers to a miner, where that can be seen from it alone. */
  readonly tip?: bigint;
}

/** How much the mempool holds. */
export interface MempoolSize {
  /** How many transactions there are, those that are not listed included. */
  readonly count: number;
  /** Of all its transactions. */
  readonly bytes: number;
}

/** What the mempool holds: the newest MEMPOOL_LISTED_MAX transactions, oldest first. */
export interface MempoolInfo extends MempoolSize {
  /** The transactions, as many as are listed. */
  readonly transactions: readonly MempoolTransaction[];
}

/**
 * What has changed in the mempool since the last one, and how much it holds now. At most MEMPOOL_NEWS_MAX of each list are
 * named; `unnamed` is how many more there were.
 */
export interface MempoolChange {
  /** How much is in it now. */
  readonly mempool: MempoolSize;
  /** Those that came. */
  readonly added: readonly MempoolTransaction[];
  /** Those that went, and why. */
  readonly removed: readonly { readonly id: string; readonly reason: RemovalReason }[];
  /** How many more came or went that are not named. */
  readonly unnamed: number;
}

/** Anything that is told of transactions. */
export type TransactionNotice =
  /** Answer to a `sendTransaction` command: its id, or why it was not sent. */
  | { readonly type: 'sent'; readonly ticket: number; readonly id: string }
  | { readonly type: 'sent'; readonly ticket: number; readonly code: string }
  /** News of a transaction that this side sent, in this visit or an earlier one. */
  | { readonly type: 'transaction'; readonly id: string; readonly state: SentState }
  /** Answer to a `mempool` command. */
  | { readonly type: 'mempool'; readonly ticket: number; readonly mempool: MempoolInfo }
  | ({ readonly type: 'transactions' } & MempoolChange);
