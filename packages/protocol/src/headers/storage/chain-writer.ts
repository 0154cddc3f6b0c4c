/**
 * Keeps the stored chain in step with the best chain: one write in flight, whole segments at once while headers stream in,
 * and what is too short for a segment in the journal after STORE_DELAY_MS or at rest. Each write leaves a chain on disk
 * that is valid by itself, so a page killed at any moment loses the last second and nothing else.
 *
 * Where the stored chain does not begin with genesis, the segment below it is written as soon as the tree reaches down to
 * where that begins, together with what the stored chain begins with then.
 *
 * Memory: the bytes of one write (SEGMENT_BYTES_PER_WRITE and at most one segment more), what `received-batches.ts` keeps,
 * and 60 bytes for each segment.
 */
import { defined } from '../../assert.js';
import type { EventTime } from '../../io/event.js';
import type { StorageFailure } from '../../io/storage.js';
import type { StoragePort } from '../../io/storage-port.js';
import { SEGMENT_BYTES_PER_WRITE, STORE_DELAY_MS, STORE_RETRY_MS } from '../../limits.js';
import type { Part } from '../../peer/part.js';
import type { HeaderTree } from '../../tree/header-tree.js';
import type { TreeBase } from '../../tree/tree-base.js';
import { packBatches } from './batch-list.js';
import {
  encodeBase,
  encodeTable,
  encodeTip,
  nothingAbove,
  type SegmentEntry,
  type StoredState,
} from './chain-records.js';
import { packHeaders, packSegment } from './pack-headers.js';
import { ReceivedBatches } from './received-batches.js';
import {
  type ChainBottom,
  type ChainLayout,
  changesOf,
  heightBefore,
  type StoredPiece,
  segmentOf,
} from './stored-chain.js';
import { keptState, stateAbove, stateUpTo } from './stored-state.js';

/** A write that is under way. */
interface Write {
  /** What is on disk whether it succeeds or not. */
  readonly kept: StoredState;
  /** What is on disk once it has succeeded. */
  readonly next: StoredState;
  /** What the stored chain begins with then, if that changes. */
  readonly base: TreeBase | undefined;
  /** True if it was meant for a chain that is none any more: then the disk holds more than that. */
  readonly isStale: boolean;
}

/** Decides what is written when; see the head of this file. */
export class ChainWriter implements Part {
  readonly name = 'chainWriter';
  #stored: StoredState;
  /** True until what is stored is loaded. */
  #isLoading = true;
  /** True if the disk may hold more than that, which the next write removes. */
  #mustCut = false;
  /** True if there is to be a write for that, even where no header is to be written. */
  #isCutDue = false;
  /** True if the disk may not say what the chain begins with. */
  #mustWriteBase = true;
  /** True if the disk may say that the chain begins with another header than genesis. */
  #hasOtherBase = false;
  readonly #received: ReceivedBatches;
  #inFlight: Write | undefined;
  /** A reorg below a write that is under way. */
  #reorgedTo: number | undefined;
  #dirtySince: number | undefined;
  #retryAt = 0;

  /** @param storeFailed  called with each write that fails */
  constructor(
    readonly tree: HeaderTree,
    readonly storage: StoragePort,
    readonly layout: ChainLayout,
    readonly bottom: ChainBottom,
    readonly storeFailed: (failure: StorageFailure) => void,
    /** While headers stream in, more of them follow at once; at rest there is nothing to wait for. */
    readonly isAtRest: () => boolean = () => false,
    /** Called with each write that the store has taken. */
    readonly storeWorks: () => void = () => {},
  ) {
    this.#stored = this.nothing;
    this.#received = new ReceivedBatches(layout.batchHeaders);
  }

  /** What the disk holds if it holds nothing above what the chain begins with. */
  get nothing(): StoredState {
    return nothingAbove(this.layout, this.bottom);
  }

  /**
   * What the disk holds, after loading, and after some of it was found to be damaged.
   *
   * @param mustCut  true if it may hold more than that: what follows, or another chain
   */
  loaded(stored: StoredState, mustCut: boolean, now: number): void {
    this.#forget(stored);
    this.#isLoading = false;
    this.#mustCut ||= mustCut;
    this.#isCutDue ||= mustCut;
    this.#dirtySince = this.#isDirty ? now : undefined;
  }

  /** What is being written was meant for another chain, or for a store that is gone. */
  #forget(stored: StoredState): void {
    if (this.#inFlight !== undefined)
      this.#inFlight = { kept: stored, next: stored, base: undefined, isStale: true };
    this.#reorgedTo = undefined;
    this.#stored = stored;
  }

  /** What is stored is loaded anew, and nothing is written until {@link loaded}. */
  reload(): void {
    this.#isLoading = true;
    this.#mustWriteBase = true;
    this.#forget(this.nothing);
  }

  /** What was read or written may be gone: all of it is written again, in place of whatever is there. */
  storeEmptied(now: number): void {
    this.#forget(this.nothing);
    this.#mustCut = true;
    this.#mustWriteBase = true;
    this.#dirtySince = now;
  }

  /** The segments below what the chain begins with now are of no use any more; what is above stays as it is. */
  beginHigher(): void {
    // A write that is under way may succeed or not.
    const kept = this.#inFlight?.kept ?? this.#stored;
    this.#forget(stateAbove(this.nothing, this.#stored, kept));
    this.beginElsewhere();
  }

  /** What is on disk begins elsewhere, so that none of it is of use: it is replaced. */
  beginElsewhere(): void {
    this.#mustCut = this.#isCutDue = this.#mustWriteBase = this.#hasOtherBase = true;
  }

  /** What is stored was not or could not be read: the first write replaces it. */
  unreadable(): void {
    this.#mustCut = true;
  }

  /** The store has taken something else: what it refused is tried again now. */
  retry(): void {
    this.#retryAt = 0;
  }

  /** The best chain changed above `ancestorHeight`. */
  changed(ancestorHeight: number, now: number): void {
    this.#dirtySince ??= now;
    if (this.#inFlight !== undefined)
      this.#reorgedTo = Math.min(this.#reorgedTo ?? ancestorHeight, ancestorHeight);
    this.#cut(ancestorHeight);
  }

  /**
   * Headers of one answer, all of them verified: there is one encoding for wire and disk, so nothing is encoded again
   * while a chain streams in.
   *
   * @param parentHeight  height of the header before them
   * @param last  hash of the last one
   */
  received(parentHeight: number, count: number, payload: Uint8Array, last: Uint8Array): void {
    this.#received.add(parentHeight, count, payload, last);
  }

  /** Height up to which the best chain is on disk; that of the start while nothing is. */
  get storedHeight(): number {
    const { journal } = this.#stored;
    return journal[journal.length - 1] ?? this.#segmentsEnd;
  }

  /** True when everything is on disk, or the disk does not take it. */
  get isSettled(): boolean {
    return this.#inFlight === undefined && (!this.#isDirty || this.#isBlocked || this.#retryAt > 0);
  }

  get #segmentsEnd(): number {
    return heightBefore(this.layout, this.#stored.segments.length);
  }

  get #isDirty(): boolean {
    return this.#isCutDue || this.storedHeight < this.tree.tipHeight || this.#hasLower;
  }

  /** Number of the lowest segment that is stored. */
  get #lowest(): number {
    return segmentOf(this.layout, this.bottom.base.height + 1);
  }

  /** True if the tree has the whole segment below what is stored, and all that the rules look at for its first header. */
  get #hasLower(): boolean {
    const { baseHeight } = this.tree;
    return baseHeight < this.bottom.base.height && baseHeight <= heightBefore(this.layout, this.#lowest - 1);
  }

  /** True while the headers that are to be written are not in the tree: it reaches down to them soon. */
  get #isBlocked(): boolean {
    return this.#isLoading || this.storedHeight < this.tree.baseHeight;
  }

  /** Writes if it is time. */
  advance({ now }: EventTime): void {
    this.#writeIfDue(now, this.isAtRest());
  }

  /** Writes, whether it is time or not. */
  flush({ now }: EventTime): void {
    this.#writeIfDue(now, true);
  }

  nextWake(): number | undefined {
    if (this.#inFlight !== undefined || !this.#isDirty || this.#isBlocked) return undefined;
    return Math.max(this.#retryAt, (this.#dirtySince ?? 0) + STORE_DELAY_MS);
  }

  #writeIfDue(now: number, isUrgent: boolean): void {
    if (this.#inFlight !== undefined || !this.#isDirty || this.#isBlocked || now < this.#retryAt) return;
    const hasSegment =
      this.#hasLower || this.tree.tipHeight >= this.#segmentsEnd + this.layout.segmentHeaders;
    const isDue = isUrgent || (this.#dirtySince !== undefined && now >= this.#dirtySince + STORE_DELAY_MS);
    if (isDue || hasSegment) this.#write(now, isDue);
  }

  /** Removes from the state what is not of the best chain any more. */
  #cut(height: number): void {
    if (height >= this.storedHeight) return;
    this.#stored = stateUpTo(this.layout, this.#stored, height);
    this.#mustCut = true;
  }

  /**
   * Whole segments as far as there are any and one write takes them; then what is too short for one.
   *
   * @param withRest  false while more headers stream in: the rest may soon be a segment
   */
  #write(now: number, withRest: boolean): void {
    const { tree, layout } = this;
    const kept = keptState(layout, this.#stored, tree.tipHeight);
    const segments = [...kept.segments];
    const put: StoredPiece[] = [];
    let base: TreeBase | undefined;
    if (this.#hasLower) {
      const index = this.#lowest - 1;
      base = tree.baseAt(heightBefore(layout, index));
      this.#put(index, segments, put);
    }
    let height = heightBefore(layout, segments.length);
    for (
      let bytes = 0;
      bytes < SEGMENT_BYTES_PER_WRITE && height + layout.segmentHeaders <= tree.tipHeight;
    ) {
      bytes += this.#put(segments.length, segments, put);
      height = heightBefore(layout, segments.length);
    }
    const journal = [...kept.journal];
    const entries: StoredPiece[] = [];
    height = journal[journal.length - 1] ?? height;
    if (withRest && tree.tipHeight - height < layout.segmentHeaders) {
      for (const batch of packHeaders(tree, layout, this.#received, height, tree.tipHeight)) {
        entries.push({ index: journal.length, bytes: packBatches([batch]) });
        height += batch.count;
        journal.push(height);
      }
    }
    this.#received.forgetTo(heightBefore(layout, segments.length));
    const changesTable = this.#mustCut || put.length > 0;
    const mustWriteBase =
      base !== undefined || (this.#mustWriteBase && (layout.start > 0 || this.#hasOtherBase));
    this.#inFlight = { kept, next: { segments, journal }, base, isStale: false };
    this.#dirtySince = now;
    const update = {
      removeSegmentsFrom: this.#mustCut ? kept.segments.length : undefined,
      segments: put,
      removeJournalFrom:
        this.#mustCut || kept.journal.length < this.#stored.journal.length ? kept.journal.length : undefined,
      journal: entries,
      table: changesTable ? encodeTable(layout, segments) : undefined,
      tip: encodeTip({ height, hash: tree.hash(this.#slotAt(height)) }),
      base: mustWriteBase ? encodeBase(layout, base ?? this.bottom.base) : undefined,
    };
    this.storage.write(changesOf(update), {
      done: (_, at) => this.#written(at),
      failed: (failure, at) => this.#failed(failure, at),
    });
  }

  /** @returns the bytes of the segment */
  #put(index: number, segments: (SegmentEntry | undefined)[], put: StoredPiece[]): number {
    const { bytes, entry } = packSegment(this.tree, this.layout, this.#received, index);
    segments[index] = entry;
    put.push({ index, bytes });
    return bytes.length;
  }

  #written(now: number): void {
    const { next, base, isStale } = defined(this.#inFlight, 'a write is under way');
    if (base !== undefined) this.bottom.base = base;
    this.#mustWriteBase &&= isStale;
    this.#mustCut = isStale;
    this.#isCutDue &&= isStale;
    this.#settle(next);
    this.storeWorks();
    this.#retryAt = 0;
    this.#dirtySince = this.#isDirty ? now : undefined;
  }

  /** It may have been done all the same. */
  #failed(failure: StorageFailure, now: number): void {
    const { kept } = defined(this.#inFlight, 'a write is under way');
    this.#settle(kept);
    this.#mustCut = true;
    this.#isCutDue = true;
    this.#retryAt = now + STORE_RETRY_MS;
    this.storeFailed(failure);
  }

  /** A write is over, and the disk holds this, but for what a reorg made void meanwhile. */
  #settle(stored: StoredState): void {
    this.#inFlight = undefined;
    this.#stored = stored;
    const reorgedTo = this.#reorgedTo;
    this.#reorgedTo = undefined;
    if (reorgedTo !== undefined) this.#cut(reorgedTo);
  }

  /** The header of the best chain at a height. */
  #slotAt(height: number): number {
    return defined(this.tree.at(height), 'the best chain has every height from its base to its tip');
  }
}
