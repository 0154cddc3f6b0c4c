/**
 * Verifies the headers of one stored segment by every rule, on a tree of its own that begins with the header before the
 * segment. Of a family whose hashing takes long a sample is hashed (`hash-sample.ts`).
 *
 * Memory: the headers of the segment, and its bytes.
 */
import { areEqual } from '../../bytes/compare-bytes.js';
import type { ChainFamily } from '../../chain/chain-family.js';
import type { Outbox } from '../../peer/outbox.js';
import { HeaderTree } from '../../tree/header-tree.js';
import type { TreeBase } from '../../tree/tree-base.js';
import type { BatchOutcome } from '../batch-request.js';
import { HeldHeaders } from '../held-headers.js';
import { Verifier } from '../verifier.js';
import type { HashSample } from './hash-sample.js';
import type { OpenSegment } from './open-segment.js';

/** Nobody needs to know what goes into a tree that is looked at once. */
const noListener = { inserted: (): void => {}, appended: (): void => {}, equivocated: (): void => {} };

/** One segment on its way through the rules. */
export class SegmentCheck {
  /** Holds what is verified. */
  readonly tree: HeaderTree;
  readonly #verifier: Verifier;
  #next = 0;
  /** True while a batch is being verified. */
  isBusy = false;

  /**
   * @param base  the header before the segment
   * @param index  number of the segment
   */
  constructor(
    readonly segment: OpenSegment,
    readonly index: number,
    base: TreeBase,
    family: ChainFamily,
    outbox: Outbox,
    nextJob: () => number,
    /** Which headers are hashed again where that takes long; undefined for headers that were never hashed here. */
    readonly sample: HashSample | undefined,
    jobsMax = 1,
  ) {
    this.tree = new HeaderTree(family, { base });
    this.#verifier = new Verifier(this.tree, new HeldHeaders(), outbox, noListener, jobsMax, nextJob);
  }

  /**
   * @param done  called once, when the next batch is verified; `undefined` while others follow, else the verdict, and what is
   *   wrong with a header if that is what it is
   */
  verifyNext(
    wallTime: number,
    done: (isGood: boolean | undefined, fault?: BatchOutcome['fault']) => void,
  ): void {
    const { tree, segment, sample } = this;
    const batch = segment.batches[this.#next++];
    const from = tree.tipHeight;
    if (batch === undefined || !areEqual(batch.parent, tree.hash(tree.tip))) {
      done(false);
      return;
    }
    const { parent, count, payload: content } = batch;
    this.isBusy = true;
    this.#verifier.submit(
      {
        source: 'disk',
        parent,
        count,
        content,
        isAllOrNothing: true,
        done: ({ fault }) => {
          this.isBusy = false;
          const isGood = fault === undefined && tree.tipHeight === from + count;
          if (isGood && this.#next < segment.batches.length) done(undefined);
          else done(isGood && this.#isEndGood(), fault);
        },
        ...(sample !== undefined && tree.family.claimsHashes
          ? { plan: () => sample.rangesOf(from, count) }
          : {}),
      },
      wallTime,
    );
  }

  /** The answer to a `verifyPow`; one that is not of this check is passed over. */
  powVerified(job: number, hashes: Uint8Array | undefined, wallTime: number): void {
    this.#verifier.powVerified(job, hashes, wallTime);
  }

  #isEndGood(): boolean {
    const { tree, segment } = this;
    const { lastHash, chainwork } = segment.entry;
    return areEqual(lastHash, tree.hash(tree.tip)) && chainwork === tree.chainwork(tree.tip);
  }
}
