/** Merkle trees over transaction hashes: that of the mainnet (vision.md §6) and that of the devnet (vision-devnet.md). */
import { blake3 } from '@noble/hashes/blake3.js';
import { areEqual } from '../../bytes/compare-bytes.js';
import { writeU32 } from '../../bytes/integers.js';

/** One step from a leaf to the root. */
export interface MerkleStep {
  /** 32 bytes. */
  readonly hash: Uint8Array;
  readonly siblingIs: 'left' | 'right';
}

const leafDomain = Uint8Array.of(0);
const nodeDomain = Uint8Array.of(1);
const rootDomain = Uint8Array.of(2);

function hashOf(...parts: readonly Uint8Array[]): Uint8Array {
  const hasher = blake3.create();
  for (const part of parts) hasher.update(part);
  return hasher.digest();
}

/**
 * Root of the mainnet's tree: an odd node is paired with itself, nothing is separated, no leaves give zeros.
 *
 * The number of leaves is not committed: [a, b, c] and [a, b, c, c] have one root.
 */
export function mainnetMerkleRoot(leaves: readonly Uint8Array[]): Uint8Array {
  return mainnetMerkleTree(leaves).root;
}

/**
 * {@link mainnetMerkleRoot}, and whether the list could be longer than the one that was meant: two neighbours that are
 * paired, in whatever level, are equal, so a list without the second one has the same root.
 */
export function mainnetMerkleTree(leaves: readonly Uint8Array[]): { root: Uint8Array; isMutated: boolean } {
  let isMutated = false;
  let level = leaves;
  if (level.length === 0) return { root: new Uint8Array(32), isMutated };
  for (; level.length > 1; level = mainnetParents(level)) isMutated ||= hasTwins(level);
  return { root: new Uint8Array(level[0] as Uint8Array), isMutated };
}

function hasTwins(level: readonly Uint8Array[]): boolean {
  return level.some((node, i) => i % 2 === 1 && areEqual(node, level[i - 1] as Uint8Array));
}

/** Steps from the leaf at `index` to {@link mainnetMerkleRoot}. @throws {RangeError} if there is no such leaf */
export function mainnetMerklePath(leaves: readonly Uint8Array[], index: number): MerkleStep[] {
  if (!(index in leaves)) throw new RangeError(`index: ${index} of ${leaves.length} leaves`);
  const path: MerkleStep[] = [];
  let level = leaves;
  for (let at = index; level.length > 1; at >>= 1) {
    const isLeft = at % 2 === 0;
    // The last of an odd level is its own sibling.
    const sibling = isLeft ? (level[at + 1] ?? level[at]) : level[at - 1];
    path.push({ hash: sibling as Uint8Array, siblingIs: isLeft ? 'right' : 'left' });
    level = mainnetParents(level);
  }
  return path;
}

/** Root that a path leads to from a leaf. */
export function followMainnetPath(leaf: Uint8Array, path: readonly MerkleStep[]): Uint8Array {
  return path.reduce(
    (node, step) => (step.siblingIs === 'left' ? hashOf(step.hash, node) : hashOf(node, step.hash)),
    leaf,
  );
}

function mainnetParents(level: readonly Uint8Array[]): Uint8Array[] {
  const parents: Uint8Array[] = [];
  for (let i = 0; i < level.length; i += 2) {
    const left = level[i] as Uint8Array;
    parents.push(hashOf(left, level[i + 1] ?? left));
  }
  return parents;
}

/** Root over receipts: leaves are BLAKE3(transaction hash ∥ 1 or 0), the tree is the mainnet's. */
export function receiptsRoot(txHashes: readonly Uint8Array[], succeeded: readonly boolean[]): Uint8Array {
  if (txHashes.length !== succeeded.length) {
    throw new RangeError(`succeeded: ${succeeded.length} entries for ${txHashes.length} transactions`);
  }
  return mainnetMerkleRoot(txHashes.map((hash, i) => hashOf(hash, Uint8Array.of(succeeded[i] ? 1 : 0))));
}

/**
 * Root of the devnet's tree: leaves, nodes and root hash in domains of their own, an odd node moves up unchanged, and
 * the root commits to the number of leaves. No leaves give zeros.
 */
export function devnetMerkleRoot(txHashes: readonly Uint8Array[]): Uint8Array {
  if (txHashes.length === 0) return new Uint8Array(32);
  let level = txHashes.map((hash) => hashOf(leafDomain, hash));
  while (level.length > 1) {
    const parents: Uint8Array[] = [];
    for (let i = 0; i < level.length; i += 2) {
      const left = level[i] as Uint8Array;
      const right = level[i + 1];
      parents.push(right === undefined ? left : hashOf(nodeDomain, left, right));
    }
    level = parents;
  }
  const count = new Uint8Array(4);
  writeU32(count, 0, txHashes.length);
  return hashOf(rootDomain, count, level[0] as Uint8Array);
}
