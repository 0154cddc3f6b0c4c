/**
 * Keeps the stored chain in step with the best chain: one write in flight, full chunks at once, a few new headers after
 * STORE_DELAY_MS. Each write leaves a chain on disk that is valid by itself, so a page killed between two writes loses
 * the last second and nothing else.
 */

import { defined } from '../assert.js';
import { areEqual } from '../bytes/compare-bytes.js';
import type { EventTime } from '../io/event.js';
import type { StorageFailure, StoreFault } from '../io/storage.js';
import type { StoragePort } from '../io/storage-port.js';
import { CHUNK_HEADERS, changesOf } from '../io/stored-chain.js';
import { CHUNKS_PER_WRITE_MAX, RECEIVED_CHUNKS_MAX, STORE_DELAY_MS, STORE_RETRY_MS } from '../limits.js';
import type { Part } from '../peer/part.js';
import type { HeaderTree } from '../tree/header-tree.js';
import { chunkOf, encodeTip, GrowingChunk, heightBefore, packChunk } from './chunk-codec.js';

/** Decides what is written when; the bytes are those of `chunk-codec.ts`. */
export class ChainWriter implements Part {
  readonly name = 'chainWriter';
  /** Height up to which disk and best chain agree, and how far the disk goes. */
  #agreed: number;
  #storedTip: number;
  #mustTruncate = false;
  /** True if what is stored is not known: the first write replaces it, but nothing is written for that alone. */
  #isDiskUnknown = false;
  /** The chunk that was written last, so that a new header does not cost the encoding of all before it. */
  #last: { readonly index: number; readonly chunk: GrowingChunk } | undefined;
  /** Whole chunks as peers sent them, by number, with the hash that each ends with. */
  readonly #received = new Map<number, { readonly payload: Uint8Array; readonly last: Uint8Array }>();
  /** The write that is under way, and the height that it brings the disk to. */
  #inFlight: { readonly tip: number } | undefined;
  /** A reorg below a write that is under way. */
  #reorgedTo: number | undefined;
  #dirtySince: number | undefined;
  #retryAt = 0;
  #reported: StoreFault | undefined;

  /** @param storeFailed  called when writing begins to fail, and when it fails for another reason than before */
  constructor(
    readonly tree: HeaderTree,
    readonly storage: StoragePort,
    readonly storeFailed: (failure: StorageFailure) => void,
    /** While headers stream in, more of them follow at once; at rest there is nothing to wait for. */
    readonly isAtRest: () => boolean = () => false,
    /** Called with each write that the store has taken. */
    readonly storeWorks: () => void = () => {},
  ) {
    this.#agreed = tree.baseHeight;
    this.#storedTip = tree.baseHeight;
  }

  /** What the disk holds, after loading: `height` headers that agree; more that do not if `mustTruncate`. */
  loaded(height: number, mustTruncate: boolean, now: number): void {
    this.#agreed = height;
    this.#storedTip = height;
    this.#mustTruncate = mustTruncate;
    if (mustTruncate) this.#dirtySince = now;
  }

  /** What is stored could not be read, for a reason that the application knows already. */
  unreadable(code: StoreFault): void {
    this.#isDiskUnknown = true;
    this.#reported = code;
  }

  /** What was read or written may be gone: all of it is written again, in place of whatever is there. */
  storeEmptied(now: number): void {
    this.changed(this.tree.baseHeight, now);
    this.#isDiskUnknown = true;
  }

  /** The best chain changed above `ancestorHeight`. */
  changed(ancestorHeight: number, now: number): void {
    this.#dirtySince ??= now;
    if (this.#inFlight !== undefined)
      this.#reorgedTo = Math.min(this.#reorgedTo ?? ancestorHeight, ancestorHeight);
    this.#agreed = Math.min(this.#agreed, ancestorHeight);
    const last = this.#last;
    if (last !== undefined && ancestorHeight < this.#before(last.index) + last.chunk.count)
      this.#last = undefined;
  }

  /**
   * Headers of one answer, all of them verified. Those that are just a chunk are stored as they came: there is one
   * encoding for wire and disk, so nothing is encoded again while a chain streams in.
   *
   * @param parentHeight  height of the header before them
   * @param last  hash of the last one
   */
  received(parentHeight: number, count: number, payload: Uint8Array, last: Uint8Array): void {
    const isChunk = count === CHUNK_HEADERS && parentHeight % CHUNK_HEADERS === 0;
    // They are written in ascending order, so the first ones are the next ones.
    if (isChunk && this.#received.size < RECEIVED_CHUNKS_MAX)
      this.#received.set(parentHeight / CHUNK_HEADERS, { payload, last });
  }

  /** Height up to which the best chain is on disk. */
  get storedHeight(): number {
    return this.#agreed;
  }

  /** True when everything is on disk, or the disk does not take it. */
  get isSettled(): boolean {
    return this.#inFlight === undefined && (!this.#isDirty || this.#retryAt > 0);
  }

  get #isDirty(): boolean {
    return this.#mustTruncate || this.#agreed < this.tree.tipHeight || this.#storedTip > this.tree.tipHeight;
  }

  /** Writes if it is time. */
  advance({ now }: EventTime): void {
    this.#writeIfDue(now, this.isAtRest());
  }

  /** Writes, whether it is time or not. */
  flush({ now }: EventTime): void {
    this.#writeIfDue(now, true);
  }

  #writeIfDue(now: number, isUrgent: boolean): void {
    if (this.#inFlight !== undefined || !this.#isDirty || now < this.#retryAt) return;
    const hasFullChunk = chunkOf(this.tree.tipHeight + 1) > chunkOf(this.#agreed + 1);
    const isDue = this.#dirtySince !== undefined && now >= this.#dirtySince + STORE_DELAY_MS;
    if (isUrgent || isDue || hasFullChunk) this.#write(now);
  }

  #stored(tip: number, now: number): void {
    this.#inFlight = undefined;
    this.#storedTip = tip;
    this.#agreed = Math.min(tip, this.#reorgedTo ?? tip);
    this.#reorgedTo = undefined;
    this.#mustTruncate = false;
    this.#isDiskUnknown = false;
    this.#reported = undefined;
    this.storeWorks();
    this.#retryAt = 0;
    this.#dirtySince = this.#isDirty ? now : undefined;
  }

  #failed(failure: StorageFailure, now: number): void {
    this.#inFlight = undefined;
    this.#reorgedTo = undefined;
    this.#mustTruncate = true;
    this.#retryAt = now + STORE_RETRY_MS;
    const isNews = this.#reported !== failure.code;
    this.#reported = failure.code;
    if (isNews) this.storeFailed(failure);
  }

  nextWake(): number | undefined {
    if (this.#inFlight !== undefined || !this.#isDirty) return undefined;
    return Math.max(this.#retryAt, (this.#dirtySince ?? 0) + STORE_DELAY_MS);
  }

  /** Whole chunks from the first that differs on; a chain that changed below what is stored is cut there. */
  #write(now: number): void {
    const { tree } = this;
    const lowest = chunkOf(tree.baseHeight + 1);
    const first = Math.min(chunkOf(this.#agreed + 1), Math.max(lowest, chunkOf(tree.tipHeight)));
    const isRewrite = this.#mustTruncate || this.#isDiskUnknown || this.#storedTip > this.#agreed;
    const put = [];
    let height = this.#before(first);
    for (let index = first; index < first + CHUNKS_PER_WRITE_MAX && height < tree.tipHeight; index++) {
      const bytes = this.#receivedAt(index) ?? this.#chunkAt(index).bytes();
      put.push({ index, bytes });
      height = Math.min((index + 1) * CHUNK_HEADERS, tree.tipHeight);
    }
    for (const index of this.#received.keys())
      if (index * CHUNK_HEADERS < height) this.#received.delete(index);
    const tip = encodeTip(height, this.#hashAt(height));
    this.#inFlight = { tip: height };
    this.#dirtySince = now;
    this.storage.write(changesOf({ removeFrom: isRewrite ? first : undefined, put, tip }), {
      done: (_, at) => this.#stored(height, at),
      failed: (failure, at) => this.#failed(failure, at),
    });
  }

  #before(index: number): number {
    return heightBefore(index, this.tree.baseHeight);
  }

  /** The chunk of that number as a peer sent it, if that is what the best chain has there. */
  #receivedAt(index: number): Uint8Array | undefined {
    const { tree } = this;
    const received = this.#received.get(index);
    const end = tree.at((index + 1) * CHUNK_HEADERS);
    if (received === undefined || end === undefined || !areEqual(tree.hash(end), received.last))
      return undefined;
    return packChunk(this.#hashAt(index * CHUNK_HEADERS), CHUNK_HEADERS, received.payload);
  }

  /** The chunk of that number as the best chain has it now. */
  #chunkAt(index: number): GrowingChunk {
    const { tree } = this;
    const before = this.#before(index);
    const chunk =
      this.#last?.index === index ? this.#last.chunk : new GrowingChunk(tree.family, this.#hashAt(before));
    const from = before + chunk.count + 1;
    chunk.append(tree.batch(from, (index + 1) * CHUNK_HEADERS - from + 1));
    this.#last = { index, chunk };
    return chunk;
  }

  /** The hash of a header of the best chain. */
  #hashAt(height: number): Uint8Array {
    return this.tree.hash(defined(this.tree.at(height), 'the best chain has every height up to its tip'));
  }
}
