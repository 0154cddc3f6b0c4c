/**
 * Merkle trees of which only some leaves are known: what else is needed to compute their root, and the root. The hashes
 * that are needed stand in the order in which a walk meets them that goes into the left half of a node first, and only into
 * nodes that have a shown leaf below them: the order of Bitcoin's partial trees (BIP37).
 *
 * Where the root does not commit to the number of leaves, neighbours that are equal are refused: a list that ends with
 * leaves twice has the root of the list without them (CVE-2012-2459). If the last leaf is shown, every other number of
 * leaves gives another root or equal neighbours, so that the number is proven too.
 *
 * Work and memory: as many nodes as the shown leaves have above them.
 */
import { defined } from '../../assert.js';
import { areEqual } from '../../bytes/compare-bytes.js';
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
  /** Each node, before what is below it. */
  enter?(hasGoal: boolean): void;
  /** A leaf that the walk goes to. */
  leaf(index: number): Node;
  /** A node that has none of them below it. */
  other(level: number, index: number): Node;
  /** @param right  undefined if there is none */
  parent(left: Node, right: Node | undefined): Node;
}

/** Walks from the top. @param goals  positions of the leaves to go to, each below `count` */
export function walkTree<Node>(count: number, goals: readonly number[], visitor: Visitor<Node>): Node {
  const visit = (level: number, index: number): Node => {
    const first = index * 2 ** level;
    const hasGoal = goals.some((each) => each >= first && each < first + 2 ** level);
    visitor.enter?.(hasGoal);
    if (!hasGoal) return visitor.other(level, index);
    if (level === 0) return visitor.leaf(index);
    const left = visit(level - 1, 2 * index);
    const hasRight = 2 * index + 1 < widthOf(count, level - 1);
    return visitor.parent(left, hasRight ? visit(level - 1, 2 * index + 1) : undefined);
  };
  return visit(depthOf(count), 0);
}

/** What of a tree is shown. */
export interface PartialTree {
  /** Leaves of the whole tree, at least 1. */
  readonly count: number;
  /** Positions of the leaves that are shown. */
  readonly shown: readonly number[];
  /** Positions of those whose hash is known without the proof: all but the last leaf, if that shows their number. */
  readonly known: readonly number[];
}

/** How many hashes a partial tree needs beside the known leaves. */
export function hashesNeeded({ count, shown, known }: PartialTree): number {
  return walkTree<number>(count, shown, {
    leaf: (index) => (known.includes(index) ? 0 : 1),
    other: () => 1,
    parent: (left, right = 0) => left + right,
  });
}

/** Gives the hash of a node of a tree. */
export type NodeSource = (level: number, index: number) => Uint8Array;

/** The hashes that a partial tree needs beside the known leaves, one after another. */
export function collectHashes({ count, shown, known }: PartialTree, nodeAt: NodeSource): Uint8Array {
  const found: Uint8Array[] = [];
  const take = (level: number, index: number): void => void found.push(nodeAt(level, index));
  walkTree<void>(count, shown, {
    leaf: (index) => (known.includes(index) ? undefined : take(0, index)),
    other: take,
    parent: () => undefined,
  });
  const packed = new Uint8Array(hashBytes * found.length);
  for (const [i, hash] of found.entries()) packed.set(hash, hashBytes * i);
  return packed;
}

/** What a partial tree leads to. */
export interface PartialRoot {
  /** 32 bytes. */
  readonly root: Uint8Array;
  /** Whether neighbours are equal that must not be. */
  readonly hasTwins: boolean;
}

/**
 * The root of a partial tree.
 *
 * @param leafAt  hash of a known leaf
 * @param hashes  as {@link collectHashes} gives them, as many as are needed
 */
export function partialRoot(
  tree: MerkleTree,
  { count, shown, known }: PartialTree,
  leafAt: (index: number) => Uint8Array,
  hashes: Uint8Array,
): PartialRoot {
  let at = 0;
  let hasTwins = false;
  const next = (): Uint8Array => {
    at += hashBytes;
    return hashes.subarray(at - hashBytes, at);
  };
  const top = walkTree<Uint8Array>(count, shown, {
    leaf: (index) => (known.includes(index) ? leafAt(index) : next()),
    other: next,
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

/** The nodes of a partial tree whose hash follows from what is shown. @throws {InvariantError} if another one is asked for */
export function partialNodes(
  tree: MerkleTree,
  { count, shown, known }: PartialTree,
  leaves: ReadonlyMap<number, Uint8Array>,
  hashes: Uint8Array,
): NodeSource {
  const nodes = new Map<string, Uint8Array>();
  let at = 0;
  const keep = (level: number, index: number, hash: Uint8Array): Placed => {
    nodes.set(`${level}:${index}`, hash);
    return { level, index, hash };
  };
  const next = (level: number, index: number): Placed => {
    at += hashBytes;
    return keep(level, index, hashes.subarray(at - hashBytes, at));
  };
  walkTree<Placed>(count, shown, {
    leaf: (index) =>
      known.includes(index)
        ? keep(0, index, defined(leaves.get(index), 'a known leaf has a hash'))
        : next(0, index),
    other: next,
    parent: (left, right) =>
      keep(
        left.level + 1,
        left.index / 2,
        right === undefined ? tree.single(left.hash) : tree.join(left.hash, right.hash),
      ),
  });
  return (level, index) => defined(nodes.get(`${level}:${index}`), 'the node is shown');
}

interface Placed {
  readonly level: number;
  readonly index: number;
  readonly hash: Uint8Array;
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
