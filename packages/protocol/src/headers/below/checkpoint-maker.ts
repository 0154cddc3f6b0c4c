/**
 * Makes checkpoints of the chain that this node has verified down to genesis, and keeps the tree of hashes that they and
 * inclusion paths are made of. What has to be hashed first is hashed a part in each step, so that no step takes long.
 *
 * Memory: CHECKPOINT_CALLS_MAX calls that wait.
 */
import { defined } from '../../assert.js';
import { HeaderCommitment } from '../../checkpoints/header-commitment.js';
import type { CheckpointResult } from '../../io/notice.js';
import { CHECKPOINT_CALLS_MAX, CHECKPOINT_DEPTH, CHECKPOINT_SPAN } from '../../limits.js';
import type { Part } from '../../peer/part.js';
import type { HeaderTree } from '../../tree/header-tree.js';

interface Call {
  readonly height: number;
  readonly answer: (result: CheckpointResult) => void;
}

/** The commitment to the best chain of a tree, which must reach down to genesis when it is used. */
export function commitmentOf(tree: HeaderTree): HeaderCommitment {
  const slotAt = (height: number): number => defined(tree.at(height), 'the tree reaches down to genesis');
  return new HeaderCommitment({
    bytes: (height) => tree.family.headerBytes(tree.record(slotAt(height))),
    hash: (height) => tree.hash(slotAt(height)),
  });
}

/** Answers those who ask for a checkpoint, one after the other. */
export class CheckpointMaker implements Part {
  readonly name = 'checkpointMaker';
  #calls: Call[] = [];

  constructor(
    readonly tree: HeaderTree,
    readonly commitment: HeaderCommitment,
    /** Whether everything is verified down to genesis. */
    readonly isWhole: () => boolean,
  ) {}

  /** @param height  of its header; one that is deep enough if undefined */
  make(height: number | undefined, answer: (result: CheckpointResult) => void): void {
    const wanted = height ?? this.#heightBelowTip();
    if (this.#calls.length >= CHECKPOINT_CALLS_MAX) answer({ ok: false, code: 'CHECKPOINT_BUSY' });
    else if (wanted === undefined || !this.#canMake(wanted))
      answer({ ok: false, code: 'CHECKPOINT_UNAVAILABLE' });
    else this.#calls.push({ height: wanted, answer });
  }

  advance(): void {
    const [call] = this.#calls;
    if (call === undefined) return;
    const { height, answer } = call;
    const canMake = this.#canMake(height);
    if (canMake && this.commitment.prepare(height + 1)) return;
    this.#calls.shift();
    if (canMake) answer({ ok: true, base: this.tree.baseAt(height), root: this.commitment.root(height + 1) });
    else answer({ ok: false, code: 'CHECKPOINT_UNAVAILABLE' });
  }

  nextWake({ now }: { readonly now: number }): number | undefined {
    return this.#calls.length > 0 ? now : undefined;
  }

  #canMake(height: number): boolean {
    return this.isWhole() && height <= this.tree.tipHeight;
  }

  /** The highest that is deep enough, among those near it whose window is the shortest. */
  #heightBelowTip(): number | undefined {
    const { family, tipHeight } = this.tree;
    const highest = tipHeight - CHECKPOINT_DEPTH;
    if (highest < 0) return undefined;
    let best = highest;
    let shortest = Number.POSITIVE_INFINITY;
    for (let height = highest; height > highest - CHECKPOINT_SPAN && height >= 0; height--) {
      const length = height - family.firstAncestor(height);
      // Near genesis there are few ancestors, and checkpoints there are of little use.
      if (length < shortest && height > CHECKPOINT_DEPTH) [best, shortest] = [height, length];
    }
    return best;
  }
}
