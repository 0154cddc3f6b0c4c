/**
 * What proofs rest on in Bitcoin: the txid, double SHA-256 of a transaction without its witnesses, under the Merkle root of
 * a header (docs/chains/bitcoin.md §8).
 *
 * Leaves and nodes are hashed alike. So a transaction of 64 bytes could be a node, and a node two hashes of such a
 * transaction: a proof could go one level too deep. Therefore none of that size is taken, and the coinbase is shown beside
 * the transaction: it is a leaf, so its path says how deep the tree is. To make one that is a node too takes 2^224 hashes.
 *
 * @see "Leaf-node weakness in Bitcoin Merkle tree design" (S. Lerner, 2018), Bitcoin Core `IsBlockMutated`
 */
import { ByteReader } from '../../../bytes/byte-reader.js';
import { Sha256 } from '../../../bytes/sha256.js';
import type { CommittedTransaction, MerkleTree, ProofRules } from '../../../chain/proof/proof-rules.js';
import { meetsTarget, type TargetTable } from '../header/compact-target.js';
import { bitsOf, offsets } from '../header/record.js';
import { parseTransaction, sha256d } from '../transaction/transaction.js';

/** Two hashes. */
const nodeBytes = 64;
/** Most weight of a block, of which each byte that a txid covers takes four. @see BIP141 */
const committedBytesMax = 4_000_000 / 4;
/** The least weight of a transaction is 240. @see Bitcoin Core `MIN_TRANSACTION_WEIGHT` */
const leavesMax = Math.floor(4_000_000 / 240);

/** One for all: a tree of thousands of nodes is hashed in half the time. */
const hasher = new Sha256();

function join(left: Uint8Array, right: Uint8Array): Uint8Array {
  hasher.update(left, 0, 32);
  hasher.update(right, 0, 32);
  return hasher.doubleDigest();
}

/** The tree of Bitcoin. */
export const merkleTree: MerkleTree = {
  isCountCommitted: false,
  leavesMax,
  leaf: (id) => id,
  join,
  single: (node) => join(node, node),
  root: (top) => top,
};

/** The rules of proofs of a Bitcoin network. */
export function proofRules(targets: TargetTable): ProofRules {
  return {
    tree: merkleTree,
    committedBytesMax,
    hasCoinbase: true,
    txRoot: (record) => record.subarray(offsets.merkleRoot, offsets.merkleRoot + 32),
    readCommitted,
    isProven(record) {
      const facts = targets.facts(bitsOf(record));
      return facts !== undefined && meetsTarget(sha256d(record), 0, facts.words);
    },
  };
}

function readCommitted(bytes: Uint8Array): CommittedTransaction | undefined {
  const reader = new ByteReader(bytes);
  const { hasWitness, isCoinbase } = parseTransaction(reader);
  if (!reader.isDone || hasWitness) return undefined;
  return { id: sha256d(bytes), isCoinbase, isNodeSized: bytes.length === nodeBytes };
}
