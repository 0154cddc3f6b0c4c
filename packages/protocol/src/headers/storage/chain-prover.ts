/**
 * Verifies in the background what the tree does not reach down to after a reload: one stored segment after the other,
 * newest first, each with the window of ancestors that the segment below it has, and hands it to the tree. At the end
 * everything down to the first header is verified, and all that the loader took on trust is proven.
 *
 * It does not hold up a sync: while one is under way, it verifies one batch each PROVE_INTERVAL_MS. A header that the
 * application asks for and that is not in the tree yet has its segment verified first.
 *
 * What the table of segments says is proven by what rests on it: a segment must end with the hash and the chainwork that
 * the table says, and begin at those of the one below. A fault drops that segment and all above it, since they rest on it.
 *
 * Memory: two segments, and one of them as a tree. What waits for a header is the application's own.
 */
import type { HeaderBatch, HeaderInfo } from '../../chain/chain-family.js';
import type { EventTime } from '../../io/event.js';
import { select } from '../../io/storage.js';
import type { StoragePort } from '../../io/storage-port.js';
import { PROVE_INTERVAL_MS, STORE_RETRY_MS } from '../../limits.js';
import type { Outbox } from '../../peer/outbox.js';
import type { Part } from '../../peer/part.js';
import type { HeaderTree } from '../../tree/header-tree.js';
import { batchOf, type TreeBase } from '../../tree/tree-base.js';
import type { BatchHasher } from '../batch-hasher.js';
import type { SegmentEntry } from './chain-records.js';
import { HashSample } from './hash-sample.js';
import { type OpenSegment, openSegment, windowAt } from './open-segment.js';
import { SegmentCheck } from './segment-check.js';
import { type ChainLayout, heightBefore, segmentOf } from './stored-chain.js';

/** What the prover asks of the node around it. */
export interface ProverListener {
  /** A stored segment is damaged; of all that is stored these are left. */
  damaged(left: readonly SegmentEntry[]): void;
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
  #segments: readonly SegmentEntry[] = [];
  /** Segments that are not in the tree yet; the topmost of them is the next. */
  #unproven = 0;
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
    /** The header before the first segment. */
    readonly start: TreeBase,
    readonly nextJob: () => number,
    readonly random: () => number,
    readonly listener: ProverListener,
  ) {
    this.#sample = new HashSample(0, 0, random);
  }

  /** True until everything down to the start is verified. */
  get isProving(): boolean {
    return this.#isReloading || this.tree.baseHeight > this.start.height;
  }

  /** Height from which on every header is verified; the base is taken on trust unless the chain begins with it. */
  get verifiedFrom(): number {
    const { baseHeight } = this.tree;
    return baseHeight > this.start.height ? baseHeight + 1 : baseHeight;
  }

  /** Whether a chain that leaves ours at a height, or below all that is verified, will be known better soon. */
  mayKnowMore(fork: number | undefined): boolean {
    return this.#isReloading || (fork === undefined && this.isProving);
  }

  /** The stored chain is loaded. @param newest  bytes of the last segment, if there is one */
  loaded(segments: readonly SegmentEntry[], newest: Uint8Array | undefined): void {
    this.#stop();
    this.#isReloading = false;
    this.#segments = segments;
    this.#unproven = this.isProving ? segments.length : 0;
    this.#sample = new HashSample(this.start.height, this.tree.baseHeight, this.random);
    if (newest !== undefined && this.#unproven > 0)
      this.#newest = openSegment(this.layout, segments, segments.length - 1, newest, this.start.hash);
  }

  /** Answers with the header of the best chain at a height, at once or when its segment is verified. */
  find(height: number, answer: (header: HeaderInfo | undefined) => void): void {
    const { tree, start } = this;
    if (height <= start.height) {
      const record = start.records.subarray(-tree.family.recordBytes);
      answer(height === start.height ? tree.family.describe(record, start.hash, height) : undefined);
      return;
    }
    this.#lookups.push({ height, answer });
    this.#answerLookups(tree, !this.isProving);
  }

  /** The chain is loaded anew. */
  chainReplaced(): void {
    this.#stop();
    this.#isReloading = true;
    this.#unproven = 0;
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
    if (!this.isProving || this.#isPreparing || this.#check?.isBusy === true || this.#unproven === 0)
      return undefined;
    if (now < this.#retryAt) return this.#retryAt;
    return this.listener.isAtRest() ? now : this.#steppedAt + PROVE_INTERVAL_MS;
  }

  #mayStep(now: number): boolean {
    if (this.#unproven === 0 || this.#isPreparing || this.#check?.isBusy === true || now < this.#retryAt)
      return false;
    return this.listener.isAtRest() || now >= this.#steppedAt + PROVE_INTERVAL_MS;
  }

  /** Reads the segment that is to be verified next, and the one below it. */
  #prepare(): void {
    const [lookup] = this.#lookups;
    const wanted = lookup === undefined ? undefined : segmentOf(this.layout, lookup.height);
    const index = Math.min(wanted ?? Number.POSITIVE_INFINITY, this.#unproven - 1);
    this.#isPreparing = true;
    const known = index === this.#unproven - 1 ? this.#newest : undefined;
    if (known !== undefined) this.#openBelow(known, index);
    else this.#read(index, (segment) => this.#openBelow(segment, index));
  }

  #openBelow(segment: OpenSegment, index: number): void {
    if (index === this.#unproven - 1) this.#newest = segment;
    if (index === 0) {
      this.#begin(segment, index, this.start, undefined);
      return;
    }
    this.#read(index - 1, (below) => {
      const { family } = this.tree;
      const height = heightBefore(this.layout, index);
      const { lastHash: hash, chainwork } = below.entry;
      const run = this.#run;
      windowAt(family, this.hasher, below, below.batches.length, height, hash, (records) => {
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
          : openSegment(this.layout, this.#segments, index, bytes, this.start.hash);
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
      if (isGood) this.#proven(check);
      else this.#fail(check.index);
    });
  }

  /** A segment is good. */
  #proven(check: SegmentCheck): void {
    this.#check = undefined;
    this.#answerLookups(check.tree);
    if (check.index !== this.#unproven - 1) return;
    if (!this.#extend(check)) {
      this.#fail(check.index);
      return;
    }
    this.#unproven--;
    this.#newest = this.#below;
    this.#below = undefined;
    this.#answerLookups(this.tree, !this.isProving);
  }

  /** Hands the headers of a segment to the tree, as far as they are below its base. */
  #extend({ tree: segment, index }: SegmentCheck): boolean {
    const { tree, start } = this;
    const before = heightBefore(this.layout, index);
    const batch = segment.batch(before + 1, Math.min(segment.tipHeight, tree.baseHeight - 1) - before);
    if (index === 0) {
      const { batch: whole, chainworkBefore } = withStart(tree, start, batch);
      return tree.extendDown(whole, chainworkBefore);
    }
    return batch.count === 0 || tree.extendDown(batch, segment.chainwork(segment.at(before) ?? segment.tip));
  }

  #fail(index: number): void {
    const left = this.#segments.slice(0, index);
    this.#stop();
    this.#unproven = 0;
    this.listener.damaged(left);
  }

  /** @param isFinal  true if nothing more will be known */
  #answerLookups(tree: HeaderTree, isFinal = false): void {
    const waiting = this.#lookups;
    this.#lookups = [];
    for (const lookup of waiting) {
      const slot = isVerified(tree, lookup.height, this.start.height) ? tree.at(lookup.height) : undefined;
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

/** Whether a header of the tree is verified: not its base, unless that is where the chain begins. */
function isVerified({ baseHeight }: HeaderTree, height: number, start: number): boolean {
  return height > baseHeight || baseHeight === start;
}

/** The first headers of a chain with the header that it begins with, and the window before that. */
function withStart(
  { family }: HeaderTree,
  start: TreeBase,
  above: HeaderBatch,
): { batch: HeaderBatch; chainworkBefore: bigint } {
  const { count, records, hashes } = batchOf(family, start);
  let chainworkBefore = start.chainwork;
  for (let i = 0; i < count; i++) chainworkBefore -= family.work(records, i * family.recordBytes);
  const batch = {
    count: count + above.count,
    records: joined(records, above.records),
    hashes: joined(hashes, above.hashes),
  };
  return { batch, chainworkBefore };
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
