/**
 * What a chain family says of proofs that a block has a transaction: what its root commits to, in which tree, and what that
 * is worth. Nothing here trusts what it is given: all of it may be of whoever made the proof.
 */
import type { VisionXJob } from '../pow-job.js';

/** The tree under a root. All hashes are of 32 bytes, in internal byte order. */
export interface MerkleTree {
  /** Whether the root commits to the number of leaves. If not, the last leaf has to show it, and twins are refused. */
  readonly isCountCommitted: boolean;
  /** Most leaves of a block. */
  readonly leavesMax: number;
  /** The leaf of a transaction, by its id. */
  leaf(id: Uint8Array): Uint8Array;
  join(left: Uint8Array, right: Uint8Array): Uint8Array;
  /** What stands above a node that has no neighbour on its right. */
  single(node: Uint8Array): Uint8Array;
  /** The root over the top of a tree of `count` leaves. */
  root(top: Uint8Array, count: number): Uint8Array;
}

/** What is said of a transaction's committed bytes. */
export interface CommittedTransaction {
  /** 32 bytes, internal order. */
  readonly id: Uint8Array;
  /** True if it makes new coins: only the first transaction of a block can. */
  readonly isCoinbase: boolean;
  /** True if its bytes could also be two hashes: then neither its place in the tree nor the depth of the tree is certain. */
  readonly isNodeSized: boolean;
}

/** Another way to compute VisionX than the one that is built in: the digest of an input. */
export type VisionXKernel = (params: VisionXJob['params'], input: VisionXJob['inputs'][number]) => Uint8Array;

/** What a family says of proofs. */
export interface ProofRules {
  readonly tree: MerkleTree;
  /** Most committed bytes of one transaction. */
  readonly committedBytesMax: number;
  /** Whether every block begins with a coinbase, which shows how deep the tree is. */
  readonly hasCoinbase: boolean;
  /** The root of a header; a view of the record. */
  txRoot(record: Uint8Array): Uint8Array;
  /**
   * Reads the bytes that an id is the hash of, see `TransactionRules.committedBytes`.
   *
   * @returns undefined if they are not those of one transaction
   */
  readCommitted(bytes: Uint8Array): CommittedTransaction | undefined;
  /**
   * Whether a header, which was held to all other rules, has done its work. Costs as much as the family's hash does.
   *
   * @returns undefined if it takes VisionX, and there is none
   */
  isProven(record: Uint8Array, kernel?: VisionXKernel): boolean | undefined;
}
