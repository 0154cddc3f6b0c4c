/**
 * Verifies in the background what the tree does not reach down to after a reload: one stored segment after the other,
 * newest first, each with the window of ancestors that the segment below it has, and hands it to the tree. At the end
 * everything that is stored is verified, and all that the loader took on trust is proven, but for the header that the stored
 * chain begins with, where that is not genesis: what is below is not here (`headers/below`).
 *
 * It does not hold up a sync: while one is under way, it verifies one batch each PROVE_INTERVAL_MS. A header that the
 * application asks for and that is not in the tree yet has its segment verified first.
 *
 * What the table of segments says is proven by what rests on it: a segment must end with the hash and the chainwork that
 * the table says, and begin at those of the one below. A fault drops that segment and all above it, since they rest on it, unless
 * a checkpoint above vouches for them.
 *
 * Memory: two segments, and one of them as a tree. What waits for a header is the application's own.
 */
import type { HeaderInfo } from '../../chain/chain-family.js';
import type { EventTime } from '../../io/event.js';
import { select } from '../../io/storage.js';
import type { StoragePort } from '../../io/storage-port.js';
import { PROVE_INTERVAL_MS, STORE_RETRY_MS } from '../../limits.js';
import type { Outbox } from '../../peer/outbox.js';
import type { Part } from '../../peer/part.js';
import type { HeaderTree } from '../../tree/header-tree.js';
import { type TreeBase, withBase } from '../../tree/tree-base.js';
import type { BatchHasher } from '../batch-hasher.js';
import type { SegmentEntries } from './chain-records.js';
import { HashSample } from './hash-sample.js';
import { type OpenSegment, openSegment, windowAt } from './open-segment.js';
import { SegmentCheck } from './segment-check.js';
import { type ChainBottom, type ChainLayout, heightBefore, segmentOf } from './stored-chain.js';

/** What the prover asks of the node around it. */
export interface ProverListener {
  /** A stored segment is damaged. @returns the lowest that stays all the same, since `bottom` is the header before it now */
  keepsFrom(segment: number): number | undefined;
  /** A stored segment is damaged; of all that is stored these are left. */
  damaged(left: SegmentEntries): void;
  /** Whether nothing is being verified that matters more. */
  isAtRest(): boolean;
}

interface Lookup {
  readonly height: number;
  readonly answer: (header: HeaderInfo | undefined) => void;
}

/** Brings the base of the tree down to where the stored chain begins; see the head of this file. */
export class ChainProver implements Part {
  readonly name = 'chainProver';
  #segments: SegmentEntries = [];
  /** Number of the lowest segment that is stored. */
  #lowest = 0;
  /** Number of the lowest segment that is in the tree: those below it, down to the lowest, are not. */
  #proven = 0;
  /** That segment, once it is read. */
  #newest: OpenSegment | undefined;
  #check: SegmentCheck | undefined;
  /** The segment below the one that is being verified. */
  #below: OpenSegment | undefined;
  /** True while something is read or hashed on the way to a check. */
  #isPreparing = false;
  #isReloading = false;
  /** Another one whenever what is under way has become void. */
  #run = {};
  #lookups: Lookup[] = [];
  #sample: HashSample;
  #steppedAt = Number.NEGATIVE_INFINITY;
  #retryAt = 0;

  constructor(
    readonly tree: HeaderTree,
    readonly hasher: BatchHasher,
    readonly storage: StoragePort,
    readonly outbox: Outbox,
    readonly layout: ChainLayout,
    /** The header before the lowest segment. */
    readonly bottom: ChainBottom,
    readonly nextJob: () => number,
    readonly random: () => number,
    readonly listener: ProverListener,
  ) {
    this.#sample = new HashSample(0, 0, random);
  }

  /** True until everything that is stored is verified. */
  get isProving(): boolean {
    return this.#isReloading || this.#hasUnproven;
  }

  get #hasUnproven(): boolean {
    return this.#proven > this.#lowest;
  }

  /** Height from which on every header is verified; the base is taken on trust unless the chain begins with it. */
  get verifiedFrom(): number {
    const { baseHeight } = this.tree;
    return this.isProving ? baseHeight + 1 : baseHeight;
  }

  /** Whether a chain that leaves ours at a height, or below all that is verified, will be known better soon. */
  mayKnowMore(fork: number | undefined): boolean {
    return this.#isReloading || (fork === undefined && this.isProving);
  }

  /** The stored chain is loaded. @param newest  bytes of the last segment, if there is one */
  loaded(segments: SegmentEntries, newest: Uint8Array | undefined): void {
    this.#stop();
    const { base } = this.bottom;
    this.#isReloading = false;
    this.#segments = segments;
    this.#lowest = segmentOf(this.layout, base.height + 1);
    this.#proven = this.tree.baseHeight > base.height ? segments.length : this.#lowest;
    this.#sample = new HashSample(base.height, this.tree.baseHeight, this.random);
    if (newest !== undefined && this.#hasUnproven)
      this.#newest = openSegment(this.layout, segments, segments.length - 1, newest, base.hash);
  }

  /** Answers with the header of the best chain at a height, at once or when its segment is verified. */
  find(height: number, answer: (header: HeaderInfo | undefined) => void): void {
    const { tree } = this;
    const { base } = this.bottom;
    if (height === base.height) {
      const record = base.records.subarray(-tree.family.recordBytes);
      answer(tree.family.describe(record, base.hash, height));
      return;
    }
    this.#lookups.push({ height, answer });
    this.#answerLookups(tree, !this.isProving || height < base.height);
  }

  /** The chain is loaded anew. */
  chainReplaced(): void {
    this.#stop();
    this.#isReloading = true;
    this.#proven = this.#lowest;
  }

  #stop(): void {
    this.#run = {};
    this.#check = undefined;
    this.#newest = undefined;
    this.#isPreparing = false;
    this.#retryAt = 0;
  }

  /** The answer to a `verifyPow`; one that is not of this part is passed over. */
  powVerified(job: number, hashes: Uint8Array | undefined, wallTime: number): void {
    this.#check?.powVerified(job, hashes, wallTime);
  }

  advance({ now, wallTime }: EventTime): void {
    if (!this.isProving) {
      if (this.#lookups.length > 0) this.#answerLookups(this.tree, true);
      return;
    }
    while (this.#mayStep(now)) {
      this.#steppedAt = now;
      const check = this.#check;
      if (check === undefined) this.#prepare();
      else this.#verifyNext(check, wallTime);
      // Where nothing is hashed, a batch is done at once: one in each step is enough.
      if (check !== undefined) return;
    }
  }

  nextWake({ now }: EventTime): number | undefined {
    if (!this.#hasUnproven || this.#isPreparing || this.#check?.isBusy === true) return undefined;
    if (now < this.#retryAt) return this.#retryAt;
    return this.listener.isAtRest() ? now : this.#steppedAt + PROVE_INTERVAL_MS;
  }

  #mayStep(now: number): boolean {
    if (!this.#hasUnproven || this.#isPreparing || this.#check?.isBusy === true || now < this.#retryAt)
      return false;
    return this.listener.isAtRest() || now >= this.#steppedAt + PROVE_INTERVAL_MS;
  }

  /** Reads the segment that is to be verified next, and the one below it. */
  #prepare(): void {
    const [lookup] = this.#lookups;
    const wanted = lookup === undefined ? undefined : segmentOf(this.layout, lookup.height);
    const next = this.#proven - 1;
    const index = Math.max(this.#lowest, Math.min(wanted ?? next, next));
    this.#isPreparing = true;
    const known = index === next ? this.#newest : undefined;
    if (known !== undefined) this.#openBelow(known, index);
    else this.#read(index, (segment) => this.#openBelow(segment, index));
  }

  #openBelow(segment: OpenSegment, index: number): void {
    if (index === this.#proven - 1) this.#newest = segment;
    if (index === this.#lowest) {
      this.#begin(segment, index, this.bottom.base, undefined);
      return;
    }
    this.#read(index - 1, (below) => {
      const { family } = this.tree;
      const height = heightBefore(this.layout, index);
      const { lastHash: hash, chainwork } = below.entry;
      const run = this.#run;
      const { base } = this.bottom;
      windowAt(family, this.hasher, below, below.batches.length, height, hash, base, (records) => {
        if (this.#run !== run) return;
        if (records === undefined) this.#fail(index - 1);
        else this.#begin(segment, index, { height, hash, chainwork, records }, below);
      });
    });
  }

  #begin(segment: OpenSegment, index: number, base: TreeBase, below: OpenSegment | undefined): void {
    const { tree, outbox, nextJob } = this;
    this.#isPreparing = false;
    this.#below = below;
    this.#check = new SegmentCheck(segment, index, base, tree.family, outbox, nextJob, this.#sample);
  }

  #read(index: number, then: (segment: OpenSegment) => void): void {
    const run = this.#run;
    const read = (bytes: Uint8Array | undefined): void => {
      if (this.#run !== run) return;
      const segment =
        bytes === undefined
          ? undefined
          : openSegment(this.layout, this.#segments, index, bytes, this.bottom.base.hash);
      if (segment === undefined) this.#fail(index);
      else then(segment);
    };
    this.storage.read([select('segments', index)], {
      done: ([record]) => read(record?.value),
      failed: ({ code }, at) => {
        if (this.#run !== run) return;
        if (code === 'STORE_CORRUPT') {
          read(undefined);
          return;
        }
        this.#isPreparing = false;
        this.#retryAt = at + STORE_RETRY_MS;
      },
    });
  }

  #verifyNext(check: SegmentCheck, wallTime: number): void {
    check.verifyNext(wallTime, (isGood) => {
      if (this.#check !== check || isGood === undefined) return;
      if (isGood) this.#verified(check);
      else this.#fail(check.index);
    });
  }

  /** A segment is good. */
  #verified(check: SegmentCheck): void {
    this.#check = undefined;
    this.#answerLookups(check.tree);
    if (check.index !== this.#proven - 1) return;
    if (!this.#extend(check)) {
      this.#fail(check.index);
      return;
    }
    this.#proven--;
    this.#newest = this.#below;
    this.#below = undefined;
    this.#answerLookups(this.tree, !this.isProving);
  }

  /** Hands the headers of a segment to the tree, as far as they are below its base. */
  #extend({ tree: segment, index }: SegmentCheck): boolean {
    const { tree } = this;
    const before = heightBefore(this.layout, index);
    const batch = segment.batch(before + 1, Math.min(segment.tipHeight, tree.baseHeight - 1) - before);
    if (index === this.#lowest) {
      const { base } = this.bottom;
      const { batch: whole, chainworkBefore } = withBase(tree.family, base, batch);
      return tree.extendDown(whole, chainworkBefore, base.height === 0 ? 0 : whole.count - batch.count);
    }
    return batch.count === 0 || tree.extendDown(batch, segment.chainwork(segment.at(before) ?? segment.tip));
  }

  #fail(index: number): void {
    const left = this.#segments.slice(0, index);
    this.#stop();
    const kept = this.listener.keepsFrom(index);
    if (kept !== undefined) {
      this.#lowest = kept;
      this.#proven = Math.max(this.#proven, kept);
      this.#segments = this.#segments.map((entry, i) => (i < kept ? undefined : entry));
      return;
    }
    this.#proven = this.#lowest;
    this.listener.damaged(left);
  }

  /** @param isFinal  true if nothing more will be known */
  #answerLookups(tree: HeaderTree, isFinal = false): void {
    const waiting = this.#lookups;
    this.#lookups = [];
    for (const lookup of waiting) {
      // The base of a tree is taken on trust while what is below it is stored and not verified.
      const isTrusted = lookup.height > tree.baseHeight || !this.isProving;
      const slot = isTrusted ? tree.at(lookup.height) : undefined;
      const isAbove = lookup.height > this.tree.tipHeight;
      if (slot === undefined && !isFinal && !isAbove) this.#lookups.push(lookup);
      else
        lookup.answer(
          slot === undefined
            ? undefined
            : tree.family.describe(tree.record(slot), tree.hash(slot), lookup.height),
        );
    }
  }
}
