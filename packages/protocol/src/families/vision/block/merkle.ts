/**
 * Merkle trees over transaction hashes: that of the mainnet (docs/chains/vision.md §6) and that of the devnet
 * (docs/chains/vision-devnet.md §7).
 */
import { Blake3 } from '../../../bytes/blake3.js';
import { copyBytes } from '../../../bytes/copy-bytes.js';
import { writeU32 } from '../../../bytes/integers.js';

/** One step from a leaf to the root. */
export interface MerkleStep {
  /** 32 bytes. */
  readonly hash: Uint8Array;
  readonly siblingIs: 'left' | 'right';
}

const hashBytes = 32;
/** A domain and two hashes. */
const nodeInputBytes = 1 + 2 * hashBytes;

const leafDomain = 0;
const nodeDomain = 1;
const rootDomain = 2;

/** 32 bytes after another. */
export function packed(hashes: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(hashes.length * hashBytes);
  let at = 0;
  for (const hash of hashes) {
    copyBytes(hash, 0, bytes, at, hashBytes);
    at += hashBytes;
  }
  return bytes;
}

/**
 * Root of the mainnet's tree: an odd node is paired with itself, nothing is separated, no leaves give zeros.
 *
 * The number of leaves is not committed: [a, b, c] and [a, b, c, c] have one root.
 */
export function mainnetMerkleRoot(leaves: readonly Uint8Array[]): Uint8Array {
  return mainnetMerkleTree(packed(leaves)).root;
}

/**
 * {@link mainnetMerkleRoot}, and whether the list could be longer than the one that was meant: two neighbours that are
 * paired, in whatever level, are equal, so a list without the second one has the same root.
 *
 * @param leaves  32 bytes after another; each level overwrites the one below
 */
export function mainnetMerkleTree(leaves: Uint8Array): { root: Uint8Array; isMutated: boolean } {
  const hasher = new Blake3(nodeInputBytes);
  let isMutated = false;
  for (let count = leaves.length / hashBytes; count > 1; count = Math.ceil(count / 2)) {
    isMutated ||= hasTwins(leaves, count);
    joinMainnetPairs(hasher, leaves, count);
  }
  return { root: rootOf(leaves), isMutated };
}

/** What is left of a tree at its top; zeros if there are no leaves. */
function rootOf(level: Uint8Array): Uint8Array {
  const root = new Uint8Array(hashBytes);
  root.set(level.subarray(0, hashBytes));
  return root;
}

function hasTwins(level: Uint8Array, count: number): boolean {
  for (let i = 1; i < count; i += 2) if (areSame(level, (i - 1) * hashBytes, i * hashBytes)) return true;
  return false;
}

function areSame(level: Uint8Array, a: number, b: number): boolean {
  for (let i = 0; i < hashBytes; i++) if (level[a + i] !== level[b + i]) return false;
  return true;
}

/** Puts the parents of the first `count` nodes in their place. */
function joinMainnetPairs(hasher: Blake3, level: Uint8Array, count: number): void {
  for (let i = 0; i < count; i += 2) {
    const right = Math.min(i + 1, count - 1);
    copyBytes(level, i * hashBytes, hasher.input, 0, hashBytes);
    copyBytes(level, right * hashBytes, hasher.input, hashBytes, hashBytes);
    hasher.digestInto(2 * hashBytes, level, (i / 2) * hashBytes);
  }
}

/** Steps from the leaf at `index` to {@link mainnetMerkleRoot}. @throws {RangeError} if there is no such leaf */
export function mainnetMerklePath(leaves: readonly Uint8Array[], index: number): MerkleStep[] {
  if (!(index in leaves)) throw new RangeError(`index: ${index} of ${leaves.length} leaves`);
  const hasher = new Blake3(nodeInputBytes);
  const level = packed(leaves);
  const path: MerkleStep[] = [];
  let at = index;
  for (let count = leaves.length; count > 1; count = Math.ceil(count / 2)) {
    const isLeft = at % 2 === 0;
    // The last of an odd level is its own sibling.
    const sibling = isLeft ? Math.min(at + 1, count - 1) : at - 1;
    const hash = level.slice(sibling * hashBytes, (sibling + 1) * hashBytes);
    path.push({ hash, siblingIs: isLeft ? 'right' : 'left' });
    joinMainnetPairs(hasher, level, count);
    at >>= 1;
  }
  return path;
}

/** Root that a path leads to from a leaf. */
export function followMainnetPath(leaf: Uint8Array, path: readonly MerkleStep[]): Uint8Array {
  const hasher = new Blake3(nodeInputBytes);
  const node = Uint8Array.from(leaf);
  for (const step of path) {
    const isRight = step.siblingIs === 'left';
    hasher.input.set(node, isRight ? hashBytes : 0);
    hasher.input.set(step.hash, isRight ? 0 : hashBytes);
    hasher.digestInto(2 * hashBytes, node, 0);
  }
  return node;
}

/** Root over receipts: leaves are BLAKE3(transaction hash ∥ 1 or 0), the tree is the mainnet's. */
export function receiptsRoot(txHashes: readonly Uint8Array[], succeeded: readonly boolean[]): Uint8Array {
  if (txHashes.length !== succeeded.length) {
    throw new RangeError(`succeeded: ${succeeded.length} entries for ${txHashes.length} transactions`);
  }
  const hasher = new Blake3(nodeInputBytes);
  const leaves = packed(txHashes);
  for (const [i, isSuccess] of succeeded.entries()) {
    copyBytes(leaves, i * hashBytes, hasher.input, 0, hashBytes);
    hasher.input[hashBytes] = isSuccess ? 1 : 0;
    hasher.digestInto(hashBytes + 1, leaves, i * hashBytes);
  }
  return mainnetMerkleTree(leaves).root;
}

/**
 * Root of the devnet's tree: leaves, nodes and root hash in domains of their own, an odd node moves up unchanged, and
 * the root commits to the number of leaves. No leaves give zeros.
 */
export function devnetMerkleRoot(txHashes: readonly Uint8Array[]): Uint8Array {
  return devnetMerkleTree(packed(txHashes));
}

/**
 * {@link devnetMerkleRoot} of hashes that are packed.
 *
 * @param txHashes  32 bytes after another; the tree overwrites them
 */
export function devnetMerkleTree(txHashes: Uint8Array): Uint8Array {
  const leafCount = txHashes.length / hashBytes;
  if (leafCount === 0) return new Uint8Array(hashBytes);
  const hasher = new Blake3(nodeInputBytes);
  for (let i = 0; i < leafCount; i++) {
    hasher.input[0] = leafDomain;
    copyBytes(txHashes, i * hashBytes, hasher.input, 1, hashBytes);
    hasher.digestInto(1 + hashBytes, txHashes, i * hashBytes);
  }
  for (let count = leafCount; count > 1; count = Math.ceil(count / 2))
    joinDevnetPairs(hasher, txHashes, count);
  hasher.input[0] = rootDomain;
  writeU32(hasher.input, 1, leafCount);
  copyBytes(txHashes, 0, hasher.input, 5, hashBytes);
  hasher.digestInto(5 + hashBytes, txHashes, 0);
  return rootOf(txHashes);
}

/** Puts the parents of the first `count` nodes in their place. */
function joinDevnetPairs(hasher: Blake3, level: Uint8Array, count: number): void {
  for (let i = 0; i + 1 < count; i += 2) {
    hasher.input[0] = nodeDomain;
    copyBytes(level, i * hashBytes, hasher.input, 1, 2 * hashBytes);
    hasher.digestInto(nodeInputBytes, level, (i / 2) * hashBytes);
  }
  if (count % 2 === 1)
    copyBytes(level, (count - 1) * hashBytes, level, ((count - 1) / 2) * hashBytes, hashBytes);
}
