/**
 * Merkle trees of which only some leaves are known: what else is needed to compute their root, and the root. The hashes
 * that are needed stand in the order in which a walk meets them that goes into the left half of a node first, and only into
 * nodes that have a known leaf below them: the order of Bitcoin's partial trees (BIP37).
 *
 * Where the root does not commit to the number of leaves, neighbours that are equal are refused: a list that ends with
 * leaves twice has the root of the list without them (CVE-2012-2459). With the last leaf among the known ones, every other
 * number of leaves gives another root or equal neighbours, so that the number is proven too.
 *
 * Work and memory: as many nodes as the known leaves have above them.
 */
import { defined } from '../assert.js';
import { areEqual } from '../bytes/compare-bytes.js';
import type { MerkleTree } from './proof-rules.js';

const hashBytes = 32;

/** The nodes of a level over `count` leaves. */
function widthOf(count: number, level: number): number {
  return Math.ceil(count / 2 ** level);
}

/** Levels above the leaves. */
export function depthOf(count: number): number {
  let depth = 0;
  while (2 ** depth < count) depth++;
  return depth;
}

/** What a walk does with what it meets. */
interface Visitor<Node> {
  /** A known leaf. */
  leaf(index: number): Node;
  /** A node that has no known leaf below it. */
  unknown(level: number, index: number): Node;
  /** @param right  undefined if there is none */
  parent(left: Node, right: Node | undefined): Node;
}

/** Walks from the top. @param known  positions of the known leaves, ascending, each once and below `count` */
function walk<Node>(count: number, known: readonly number[], visitor: Visitor<Node>): Node {
  const visit = (level: number, index: number): Node => {
    const first = index * 2 ** level;
    if (!known.some((each) => each >= first && each < first + 2 ** level))
      return visitor.unknown(level, index);
    if (level === 0) return visitor.leaf(index);
    const left = visit(level - 1, 2 * index);
    const hasRight = 2 * index + 1 < widthOf(count, level - 1);
    return visitor.parent(left, hasRight ? visit(level - 1, 2 * index + 1) : undefined);
  };
  return visit(depthOf(count), 0);
}

/** How many hashes a partial tree has beside the known leaves. */
export function hashesNeeded(count: number, known: readonly number[]): number {
  return walk<number>(count, known, {
    leaf: () => 0,
    unknown: () => 1,
    parent: (left, right = 0) => left + right,
  });
}

/** Gives the hash of a node. */
export type NodeSource = (level: number, index: number) => Uint8Array;

/** The hashes that a partial tree has beside the known leaves, one after another. */
export function collectHashes(count: number, known: readonly number[], nodeAt: NodeSource): Uint8Array {
  const found: Uint8Array[] = [];
  walk<undefined>(count, known, {
    leaf: () => undefined,
    unknown: (level, index) => void found.push(nodeAt(level, index)),
    parent: () => undefined,
  });
  const packed = new Uint8Array(hashBytes * found.length);
  found.forEach((hash, i) => {
    packed.set(hash, hashBytes * i);
  });
  return packed;
}

/**
 * The root of a partial tree.
 *
 * @param leaves  the known leaves by position, each below `count`
 * @param hashes  those that are needed beside them, one after another
 * @returns the root, and whether neighbours are equal that must not be; undefined if there are more or fewer hashes than needed
 */
export function partialRoot(
  tree: MerkleTree,
  count: number,
  leaves: ReadonlyMap<number, Uint8Array>,
  hashes: Uint8Array,
): { readonly root: Uint8Array; readonly hasTwins: boolean } | undefined {
  const known = [...leaves.keys()].sort((a, b) => a - b);
  if (hashes.length !== hashBytes * hashesNeeded(count, known)) return undefined;
  let at = 0;
  let hasTwins = false;
  const top = walk<Uint8Array>(count, known, {
    leaf: (index) => defined(leaves.get(index), 'a walk meets known leaves'),
    unknown: () => {
      at += hashBytes;
      return hashes.subarray(at - hashBytes, at);
    },
    parent(left, right) {
      if (right === undefined) return tree.single(left);
      hasTwins ||= !tree.isCountCommitted && areEqual(left, right);
      return tree.join(left, right);
    },
  });
  return { root: tree.root(top, count), hasTwins };
}

/** The nodes of a whole tree. @param leaves  at least one */
export function wholeTree(tree: MerkleTree, leaves: readonly Uint8Array[]): NodeSource {
  const levels: (readonly Uint8Array[])[] = [leaves];
  for (let below = leaves; below.length > 1; ) {
    const level: Uint8Array[] = [];
    for (let i = 0; i < below.length; i += 2) {
      const left = defined(below[i], 'the loop ends with the level');
      const right = below[i + 1];
      level.push(right === undefined ? tree.single(left) : tree.join(left, right));
    }
    levels.push(level);
    below = level;
  }
  return (level, index) => defined(levels[level]?.[index], 'a walk stays within the tree');
}

/**
 * The least number of leaves with which a single leaf has the neighbours that it has with `count` leaves: where nothing
 * shows the number, one number stands for all of those that cannot be told apart.
 */
export function leastCount(count: number, position: number): number {
  const depth = depthOf(count);
  let least = Math.max(position + 1, depth === 0 ? 1 : 2 ** (depth - 1) + 1);
  for (let level = 0; level < depth; level++) {
    const index = Math.floor(position / 2 ** level);
    const hasRight = index % 2 === 0 && index + 1 < widthOf(count, level);
    if (hasRight) least = Math.max(least, (index + 1) * 2 ** level + 1);
  }
  return least;
}
