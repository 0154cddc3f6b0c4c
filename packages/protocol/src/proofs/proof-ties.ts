/**
 * Which headers tie a block to what a verifier knows, see `tx-proof.ts`: the path to the root of a checkpoint for a block at
 * or below it, the headers above it for a later one, and where there is no checkpoint the headers up to the tip.
 *
 * The root of a checkpoint is over all headers below. They are hashed when the first proof needs it, one subtree in each
 * step, and the hashes of subtrees stay (`header-commitment.ts`): a million headers take seconds once.
 */
import { defined } from '../assert.js';
import { ByteWriter } from '../bytes/byte-writer.js';
import { areEqual } from '../bytes/compare-bytes.js';
import type { ProofFault } from '../chain/proof/proof-fault.js';
import type { HeaderCommitment } from '../checkpoints/header-commitment.js';
import type { Provable } from '../io/proof-notice.js';
import { PROOF_CONFIRMATIONS, PROOF_HEADERS_MAX } from '../limits.js';
import type { HeaderTree } from '../tree/header-tree.js';

/** What is asked of a tie. */
export interface TieWish {
  readonly confirmations: number;
  /** Height; see `ProveCommand`. */
  readonly checkpoint: number | undefined;
}

/** A tie, or why there is none. */
export type Tie = Pick<Provable, 'tie' | 'anchor' | 'headers' | 'path'> | ProofFault;

interface Waiting {
  readonly hash: Uint8Array;
  readonly height: number;
  readonly checkpoint: number;
  readonly done: (tie: Tie) => void;
}

/** Finds ties; see the head of this file. */
export class ProofTies {
  readonly #waiting: Waiting[] = [];

  /**
   * @param commitment  of the tree's best chain, which checkpoints are made of too
   * @param verifiedFrom  height from which on all headers are verified
   */
  constructor(
    readonly tree: HeaderTree,
    readonly commitment: HeaderCommitment,
    readonly verifiedFrom: () => number,
  ) {}

  /** Whether headers are left to be hashed. */
  get isHashing(): boolean {
    return this.#waiting.length > 0;
  }

  /** @param hash  of a block of the best chain @param done  is called once, at once or later */
  request(hash: Uint8Array, height: number, wish: TieWish, done: (tie: Tie) => void): void {
    const { tree } = this;
    const { confirmations, checkpoint = this.#ownCheckpoint(height) } = wish;
    const has = tree.tipHeight - height + 1;
    if (has < confirmations) done('PROOF_UNCONFIRMED');
    else if (checkpoint === undefined) done(this.#links(height));
    else if (checkpoint > tree.tipHeight) done('PROOF_WRONG_CHECKPOINT');
    else if (height > checkpoint)
      done(this.#work(height, checkpoint, Math.max(confirmations, Math.min(has, PROOF_CONFIRMATIONS))));
    else if (!this.#isWhole) done('PROOF_HEADERS_UNKNOWN');
    else this.#waiting.push({ hash, height, checkpoint, done });
  }

  /** Hashes one subtree, or answers what waits if there is none left to be hashed. */
  advance(): void {
    const [first] = this.#waiting;
    if (first === undefined) return;
    const fault = this.#faultOf(first);
    // What was hashed of another branch is hashed anew.
    if (fault === undefined && this.commitment.prepare(first.checkpoint + 1)) return;
    this.#waiting.shift();
    first.done(fault ?? this.#root(first));
  }

  /** Whether every header down to genesis is verified, and in the tree. */
  get #isWhole(): boolean {
    return this.verifiedFrom() === 0 && this.tree.baseHeight === 0;
  }

  /** While a proof waited, the tree may have begun anew at a later header, and the best chain may have changed. */
  #faultOf({ hash, height, checkpoint }: Waiting): ProofFault | undefined {
    const { tree } = this;
    if (!this.#isWhole) return 'PROOF_HEADERS_UNKNOWN';
    const slot = tree.at(height);
    if (slot === undefined || !areEqual(tree.hash(slot), hash)) return 'PROOF_NOT_IN_CHAIN';
    return checkpoint > tree.tipHeight ? 'PROOF_WRONG_CHECKPOINT' : undefined;
  }

  /** That with which the tree began, for the blocks above it that are near. */
  #ownCheckpoint(height: number): number | undefined {
    const { baseHeight } = this.tree;
    return baseHeight > 0 && height > baseHeight && height - baseHeight <= PROOF_HEADERS_MAX
      ? baseHeight
      : undefined;
  }

  #links(height: number): Tie {
    const { tree } = this;
    if (tree.family.areLinksWeak) return 'PROOF_LINKS_WEAK';
    const anchor = tree.tipHeight;
    const headers = this.#headers(height, anchor);
    return typeof headers === 'string' ? headers : { tie: 'links', anchor, headers, path: new Uint8Array(0) };
  }

  #work(height: number, anchor: number, confirmations: number): Tie {
    const last = height + confirmations - 1;
    const headers = this.#headers(anchor + 1, last);
    if (typeof headers === 'string') return headers;
    return { tie: 'work', anchor, headers, path: this.tree.hash(this.#slot(last)).slice() };
  }

  #root({ height, checkpoint: anchor }: Waiting): Tie {
    const first = height - (this.tree.family.isRootRepeated && height > 0 ? 1 : 0);
    const headers = this.#headers(first, height);
    if (typeof headers === 'string') return headers;
    const path = new ByteWriter();
    for (let at = first; at <= height; at++)
      for (const hash of this.commitment.path(at, anchor + 1)) path.raw(hash);
    return { tie: 'root', anchor, headers, path: path.bytes() };
  }

  #headers(first: number, last: number): Uint8Array | ProofFault {
    const { tree } = this;
    if (last - first + 1 > PROOF_HEADERS_MAX) return 'PROOF_TOO_FAR';
    if (first < Math.max(this.verifiedFrom(), tree.baseHeight)) return 'PROOF_HEADERS_UNKNOWN';
    const writer = new ByteWriter();
    for (let at = first; at <= last; at++) writer.raw(tree.family.headerBytes(tree.record(this.#slot(at))));
    return writer.bytes();
  }

  #slot(height: number): number {
    return defined(this.tree.at(height), 'the best chain has every height up to its tip');
  }
}
