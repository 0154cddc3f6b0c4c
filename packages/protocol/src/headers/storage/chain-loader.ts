/**
 * Reads the stored chain back, so that the tip is there at once whatever its length: of the segments only the newest one is
 * read, and of it and the journal what is needed. The tree begins at a header some thousand headers below the tip,
 * with its window of ancestors before it; that header and its chainwork are taken on trust until `chain-prover.ts` has
 * verified all that is below.
 *
 * Nothing else is trusted: every rule is checked for every header above that base, and the hashing is done again, for all
 * headers where that is cheap, else for a sample (`hash-sample.ts`). A batch counts wholly or not at all. A segment with a
 * fault is dropped with all that is above it, and the one below it is the newest then. A fault in the journal ends the chain
 * before the entry that has it. The rest is fetched anew.
 *
 * Memory: one segment and the journal.
 */
import { areEqual } from '../../bytes/compare-bytes.js';
import { type StorageFailure, select } from '../../io/storage.js';
import type { StoragePort } from '../../io/storage-port.js';
import type { HeaderTree } from '../../tree/header-tree.js';
import type { BatchHasher } from '../batch-hasher.js';
import type { BatchOutcome } from '../batch-request.js';
import type { Verifier } from '../verifier.js';
import { type PackedBatch, unpackBatches } from './batch-list.js';
import {
  decodeTable,
  decodeTip,
  hasNoHeaders,
  noSegments,
  type SegmentEntries,
  type StoredState,
} from './chain-records.js';
import { HashSample } from './hash-sample.js';
import { findBase, type OpenSegment, openSegment } from './open-segment.js';
import { type ChainBottom, type ChainLayout, heightBefore, type StoredChain } from './stored-chain.js';

/** How loading went; the tree holds what was good. */
export interface LoadOutcome {
  /** True if something stored was damaged, foreign or missing. */
  readonly isDamaged: boolean;
  /** True if the disk holds more than `stored` says. */
  readonly hasMore: boolean;
  /** What lies on disk and is a part of the chain. */
  readonly stored: StoredState;
  /** The bytes of the newest segment, if it was read. */
  readonly newest: Uint8Array | undefined;
  /** Why nothing could be read. */
  readonly failure?: StorageFailure;
}

/** A batch that is still to be verified, and what follows from it. */
interface Step {
  readonly batch: PackedBatch;
  /** Number of the journal's entry; undefined for a batch of the segment. */
  readonly entry: number | undefined;
}

/** Loads one stored chain into a tree; see the head of this file. */
export class ChainLoader {
  #segments: SegmentEntries = [];
  readonly #journal: number[] = [];
  #newest: OpenSegment | undefined;
  #steps: Step[] = [];
  #isDamaged = false;
  #hasMore = false;
  #sample: HashSample;
  #wallTime = 0;

  constructor(
    readonly tree: HeaderTree,
    readonly verifier: Verifier,
    readonly hasher: BatchHasher,
    readonly storage: StoragePort,
    readonly layout: ChainLayout,
    /** Where the tree begins if nothing is stored above that. */
    readonly bottom: ChainBottom,
    /** 0 to 1, of which the sample is drawn. */
    readonly random: () => number,
    readonly done: (outcome: LoadOutcome) => void,
  ) {
    this.#sample = new HashSample(0, 0, random);
  }

  /** Loads what was read; `segments` instead of the table if that is known. */
  start(chain: StoredChain, wallTime: number): void {
    this.#wallTime = wallTime;
    const { height } = this.bottom.base;
    this.#segments = noSegments(this.layout, height);
    if (hasNoHeaders(chain)) {
      this.#hasMore = chain.tip !== undefined;
      this.tree.restart(this.bottom.base);
      this.#finish();
      return;
    }
    const segments =
      chain.table === undefined ? this.#segments : decodeTable(this.layout, chain.table, height);
    if (segments === undefined) {
      this.#isDamaged = true;
      this.tree.restart(this.bottom.base);
      this.#finish();
      return;
    }
    this.#segments = segments;
    this.#loadNewest(chain);
  }

  /** As {@link start}, from what is left after damage was found: the segments alone. */
  resume(segments: SegmentEntries, wallTime: number): void {
    this.#wallTime = wallTime;
    this.#segments = segments;
    this.#isDamaged = true;
    this.tree.restart(this.bottom.base);
    this.#loadNewest(undefined);
  }

  #loadNewest(chain: StoredChain | undefined): void {
    const index = this.#segments.length - 1;
    if (this.#segments[index] === undefined) {
      this.#newest = undefined;
      this.tree.restart(this.bottom.base);
      this.#begin(chain);
      return;
    }
    const opened = (bytes: Uint8Array | undefined): void => {
      const segment =
        bytes === undefined
          ? undefined
          : openSegment(this.layout, this.#segments, index, bytes, this.bottom.base.hash);
      if (segment === undefined) this.#dropNewest();
      else this.#findBase(segment, chain);
    };
    this.storage.read([select('segments', index)], {
      done: ([record]) => opened(record?.value),
      failed: (failure) => {
        if (failure.code === 'STORE_CORRUPT') opened(undefined);
        else this.#finish(failure);
      },
    });
  }

  #findBase(segment: OpenSegment, chain: StoredChain | undefined): void {
    const { tree } = this;
    const above = (chain?.journal ?? []).reduce(
      (sum, { bytes }) => sum + (unpackBatches(bytes)?.[0]?.count ?? 0),
      0,
    );
    const wanted = this.layout.loadedHeadersMin - above;
    findBase(tree.family, this.hasher, segment, wanted, this.bottom.base, (found) => {
      if (found === undefined) {
        this.#dropNewest();
        return;
      }
      this.#newest = segment;
      tree.restart(found.base);
      this.#steps = segment.batches.slice(found.next).map((batch) => ({ batch, entry: undefined }));
      this.#begin(chain);
    });
  }

  /** The newest segment and all above it is of no use. */
  #dropNewest(): void {
    this.#isDamaged = true;
    this.#segments = this.#segments.slice(0, -1);
    this.#journal.length = 0;
    this.#loadNewest(undefined);
  }

  /** The tree begins where it should: now what is above. */
  #begin(chain: StoredChain | undefined): void {
    const { tree } = this;
    for (const [entry, { index, bytes }] of (chain?.journal ?? []).entries()) {
      const [batch, ...more] = unpackBatches(bytes) ?? [];
      if (batch === undefined || more.length > 0 || index !== entry) {
        this.#isDamaged = true;
        break;
      }
      this.#steps.push({ batch, entry });
    }
    const count = this.#steps.reduce((sum, { batch }) => sum + batch.count, 0);
    this.#sample = new HashSample(tree.tipHeight, tree.tipHeight + count, this.random);
    this.#next(0, chain);
  }

  /** Verifies one step after the other. One of which nothing is hashed is done at once: so this is a loop. */
  #next(at: number, chain: StoredChain | undefined): void {
    let next = at;
    for (let isDone = true; isDone; next++) {
      const step = this.#steps[next];
      if (step === undefined) {
        this.#compareTip(chain);
        return;
      }
      const following = next + 1;
      let isInCall = true;
      isDone = false;
      this.#verify(step, (isGood) => {
        if (!isGood) this.#failed(step);
        else if (isInCall) isDone = true;
        else this.#next(following, chain);
      });
      isInCall = false;
    }
  }

  #verify({ batch, entry }: Step, done: (isGood: boolean) => void): void {
    const { tree } = this;
    const { parent, count, payload } = batch;
    const from = tree.tipHeight;
    // The batches are one chain; a branch beside it would be valid, and yet not what the disk is taken for.
    if (!areEqual(parent, tree.hash(tree.tip))) {
      done(false);
      return;
    }
    this.verifier.submit(
      {
        source: 'disk',
        parent,
        count,
        content: payload,
        isAllOrNothing: true,
        done: ({ fault, accepted }: BatchOutcome) => {
          const isGood = fault === undefined && accepted === count && tree.tipHeight === from + count;
          if (isGood && entry !== undefined) this.#journal.push(tree.tipHeight);
          done(isGood && this.#isEndGood());
        },
        ...(tree.family.claimsHashes ? { plan: () => this.#sample.rangesOf(from, count) } : {}),
      },
      this.#wallTime,
    );
  }

  /** Whether the newest segment, if the chain is at its end, ends as its entry says. */
  #isEndGood(): boolean {
    const { tree } = this;
    const entry = this.#segments[this.#segments.length - 1];
    if (entry === undefined || tree.tipHeight !== heightBefore(this.layout, this.#segments.length))
      return true;
    return areEqual(entry.lastHash, tree.hash(tree.tip)) && entry.chainwork === tree.chainwork(tree.tip);
  }

  #failed({ entry }: Step): void {
    if (entry === undefined) {
      this.#steps = [];
      this.#dropNewest();
      return;
    }
    this.#isDamaged = true;
    this.#finish();
  }

  #compareTip(chain: StoredChain | undefined): void {
    const { tree } = this;
    const pointer = chain?.tip === undefined ? undefined : decodeTip(chain.tip);
    if (pointer === undefined || !areEqual(pointer.hash, tree.hash(tree.tip))) this.#isDamaged = true;
    this.#finish();
  }

  #finish(failure?: StorageFailure): void {
    this.done({
      isDamaged: this.#isDamaged,
      hasMore: this.#hasMore || this.#isDamaged,
      stored: { segments: this.#segments, journal: this.#journal },
      newest: this.#newest?.bytes,
      ...(failure === undefined ? {} : { failure }),
    });
  }
}
