/**
 * The Merkle tree by which one hash commits to all headers of a chain up to a height: the Merkle Tree Hash of RFC 9162,
 * section 2.1 (that of RFC 6962), with SHA-256. Leaf `i` is the bytes of the header at height `i` (`HeaderBytes`), so the
 * tree for height `h` has `h` + 1 leaves.
 *
 *     leaf    SHA-256(0x00 ∥ header bytes)
 *     node    SHA-256(0x01 ∥ left ∥ right)
 *
 * A leaf cannot pass for a node, and a tree of another size has another root, so neither of Bitcoin's two weaknesses is here.
 *
 * Whoever makes many paths keeps the hashes of whole subtrees of {@link SUBTREE_HEADERS} leaves, so that a path costs the
 * hashes of one subtree, about 8 ms, whatever the length of the chain. Memory: 64 bytes for each subtree, 32 kB for
 * 1,000,000 headers.
 */
import { defined } from '../assert.js';
import { areEqual } from '../bytes/compare-bytes.js';
import { Sha256 } from '../bytes/sha256.js';

/** log2 of {@link SUBTREE_HEADERS}. */
const subtreeLevel = 11;

/** Headers of a subtree whose hash is kept. Arbitrary: hashing as many takes a few milliseconds. */
export const SUBTREE_HEADERS = 2 ** subtreeLevel;

/** Most hashes of a path: enough for 2^48 headers. */
export const PATH_HASHES_MAX = 48;

const leafPrefix = Uint8Array.of(0);
const nodePrefix = Uint8Array.of(1);
const hasher = new Sha256();

/** 32 bytes: the hash of a leaf. @param bytes  the canonical bytes of a header */
export function hashLeaf(bytes: Uint8Array): Uint8Array {
  hasher.update(leafPrefix, 0, 1);
  hasher.update(bytes, 0, bytes.length);
  return digest();
}

/** 32 bytes: the hash of a node. */
function hashNode(left: Uint8Array, right: Uint8Array): Uint8Array {
  hasher.update(nodePrefix, 0, 1);
  hasher.update(left, 0, 32);
  hasher.update(right, 0, 32);
  return digest();
}

function digest(): Uint8Array {
  const hash = new Uint8Array(32);
  hasher.digestInto(hash, 0);
  return hash;
}

/**
 * The root of leaves that come one after the other, lowest height first. It keeps one hash for each bit of their number.
 */
export class RootBuilder {
  /** Hashes of complete subtrees, the largest first; their sizes are the bits of `size`. */
  readonly #peaks: Uint8Array[] = [];
  #size = 0;

  /** How many leaves there are. */
  get size(): number {
    return this.#size;
  }

  /**
   * Adds the next leaf, or the next leaves at once.
   *
   * @param hash  of the leaf, or of a complete subtree of `leaves` of them, where `size` is a multiple of that
   */
  append(hash: Uint8Array, leaves = 1): void {
    let node = hash;
    let count = this.#size / leaves;
    for (; count % 2 === 1; count = (count - 1) / 2)
      node = hashNode(defined(this.#peaks.pop(), 'one for each bit'), node);
    this.#peaks.push(node);
    this.#size += leaves;
  }

  /** 32 bytes; of no leaves the hash of nothing. */
  root(): Uint8Array {
    const last = this.#peaks[this.#peaks.length - 1];
    if (last === undefined) return digest();
    return this.#peaks.slice(0, -1).reduceRight((right, left) => hashNode(left, right), last);
  }
}

/** The headers that a tree stands for. They may change at its upper end, as a best chain does. */
export interface CommittedHeaders {
  /** Canonical bytes of the header at a height. */
  bytes(height: number): Uint8Array;
  /** 32 bytes that commit to the header at a height and all below it. May be a view. */
  hash(height: number): Uint8Array;
}

interface Subtree {
  readonly root: Uint8Array;
  /** Hash of its last header: while that is the same, all of it is. */
  readonly last: Uint8Array;
}

/** Roots and paths of the headers of a chain; see the head of this file. */
export class HeaderCommitment {
  readonly #subtrees: Subtree[] = [];

  /** @param headers  is asked for the bytes of a header each time that it is hashed */
  constructor(readonly headers: CommittedHeaders) {}

  /**
   * Hashes one subtree that is needed for a tree of this size and not kept yet.
   *
   * @returns false if there was none: then a root costs what is above the last whole subtree
   */
  prepare(size: number): boolean {
    for (let i = 0; (i + 1) * SUBTREE_HEADERS <= size; i++) {
      if (this.#kept(i) !== undefined) continue;
      this.#subtree(i);
      return true;
    }
    return false;
  }

  /** 32 bytes: the root over the headers of heights 0 … `size` − 1. */
  root(size: number): Uint8Array {
    return this.#range(0, size);
  }

  /**
   * What proves that a header is under {@link root}.
   *
   * @param index  height of the header, less than `size`
   * @returns hashes of 32 bytes, from the leaf to the root
   * @see RFC 9162, section 2.1.3.1
   */
  path(index: number, size: number): Uint8Array[] {
    if (!(Number.isInteger(index) && index >= 0 && index < size))
      throw new RangeError(`index: ${index} of ${size}`);
    const path: Uint8Array[] = [];
    let from = 0;
    let to = size;
    while (to - from > 1) {
      const middle = from + splitOf(to - from);
      const isLeft = index < middle;
      path.push(isLeft ? this.#range(middle, to) : this.#range(from, middle));
      if (isLeft) to = middle;
      else from = middle;
    }
    return path.reverse();
  }

  /** Hash over heights `from` … `to` − 1, where `from` is a multiple of the least power of two that is not less than their number. */
  #range(from: number, to: number): Uint8Array {
    const builder = new RootBuilder();
    let at = from;
    for (; at + SUBTREE_HEADERS <= to; at += SUBTREE_HEADERS)
      builder.append(this.#subtree(at / SUBTREE_HEADERS), SUBTREE_HEADERS);
    for (; at < to; at++) builder.append(hashLeaf(this.headers.bytes(at)));
    return builder.root();
  }

  #kept(index: number): Uint8Array | undefined {
    const kept = this.#subtrees[index];
    const last = (index + 1) * SUBTREE_HEADERS - 1;
    return kept !== undefined && areEqual(kept.last, this.headers.hash(last)) ? kept.root : undefined;
  }

  #subtree(index: number): Uint8Array {
    const kept = this.#kept(index);
    if (kept !== undefined) return kept;
    const builder = new RootBuilder();
    const from = index * SUBTREE_HEADERS;
    const end = from + SUBTREE_HEADERS;
    for (let height = from; height < end; height++) builder.append(hashLeaf(this.headers.bytes(height)));
    const root = builder.root();
    this.#subtrees[index] = { root, last: this.headers.hash(end - 1).slice() };
    return root;
  }
}

/** Leaves of the left branch of a node over `size` leaves: the largest power of two below it. */
function splitOf(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}

/** How many hashes lead from the leaf at `index` to the root over `size` leaves. @see RFC 9162, section 2.1.3 */
export function pathHashesOf(index: number, size: number): number {
  let hashes = 0;
  let node = index;
  for (let rest = size; rest > 1; hashes++) {
    const split = splitOf(rest);
    if (node < split) rest = split;
    else {
      node -= split;
      rest -= split;
    }
  }
  return hashes;
}

/**
 * Whether a path leads from a leaf to a root.
 *
 * @param leaf  32 bytes, of {@link hashLeaf}
 * @param index  height of the header
 * @param size  headers under the root: its height + 1
 * @param path  hashes of 32 bytes, from the leaf to the root
 * @see RFC 9162, section 2.1.3.2
 */
export function isUnderRoot(
  leaf: Uint8Array,
  index: number,
  size: number,
  path: readonly Uint8Array[],
  root: Uint8Array,
): boolean {
  const isIndex = Number.isSafeInteger(index) && Number.isSafeInteger(size) && index >= 0 && index < size;
  if (!isIndex || path.length > PATH_HASHES_MAX || path.some(({ length }) => length !== 32)) return false;
  let node = index;
  let last = size - 1;
  let hash = leaf;
  for (const sibling of path) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      hash = hashNode(sibling, hash);
      // A node without a right neighbour moves up unchanged until it is a right one.
      while (node % 2 === 0 && node > 0) {
        node /= 2;
        last = Math.floor(last / 2);
      }
    } else hash = hashNode(hash, sibling);
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && areEqual(hash, root);
}
