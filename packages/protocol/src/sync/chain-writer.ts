/**
 * Keeps the stored chain in step with the best chain: one write under way, full chunks at once, a few new headers after
 * STORE_DELAY_MS. Each write leaves a chain on disk that is valid by itself, so a page killed between two writes loses
 * the last second and nothing else.
 */

import { CHUNK_HEADERS, type StoreFault } from '../io/stored-chain.js';
import { CHUNKS_PER_WRITE_MAX, STORE_DELAY_MS, STORE_RETRY_MS } from '../limits.js';
import type { Outbox } from '../peer/outbox.js';
import type { HeaderTree } from '../tree/header-tree.js';
import { chunkOf, encodeTip, GrowingChunk } from './chunk-codec.js';

/** Decides what is written when; the bytes are those of `chunk-codec.ts`. */
export class ChainWriter {
  /** Height up to which disk and best chain agree, and how far the disk goes. */
  #agreed = 0;
  #storedTip = 0;
  #mustTruncate = false;
  /** True if what is stored could not be read: the first write replaces it, but nothing is written for that alone. */
  #isDiskUnknown = false;
  /** The chunk that was written last, so that a new header does not cost the encoding of all before it. */
  #last: { readonly index: number; readonly chunk: GrowingChunk } | undefined;
  #underWay: { readonly write: number; readonly tip: number } | undefined;
  /** A reorg below a write that is under way. */
  #reorgedTo: number | undefined;
  #dirtySince: number | undefined;
  #retryAt = 0;
  #nextWrite = 1;
  #reported: StoreFault | undefined;

  constructor(
    readonly tree: HeaderTree,
    readonly outbox: Outbox,
  ) {}

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

  /** The best chain changed above `ancestorHeight`. */
  changed(ancestorHeight: number, now: number): void {
    this.#dirtySince ??= now;
    if (this.#underWay !== undefined)
      this.#reorgedTo = Math.min(this.#reorgedTo ?? ancestorHeight, ancestorHeight);
    this.#agreed = Math.min(this.#agreed, ancestorHeight);
    if (
      this.#last !== undefined &&
      ancestorHeight < this.#last.index * CHUNK_HEADERS + this.#last.chunk.count
    )
      this.#last = undefined;
  }

  /** Height up to which the best chain is on disk. */
  get storedHeight(): number {
    return this.#agreed;
  }

  /** True when everything is on disk, or the disk does not take it. */
  get isSettled(): boolean {
    return this.#underWay === undefined && (!this.#isDirty || this.#retryAt > 0);
  }

  get #isDirty(): boolean {
    return this.#mustTruncate || this.#agreed < this.tree.tipHeight || this.#storedTip > this.tree.tipHeight;
  }

  /** Writes if it is time; `isUrgent` does not wait for more headers. */
  advance(now: number, isUrgent: boolean): void {
    if (this.#underWay !== undefined || !this.#isDirty || now < this.#retryAt) return;
    const hasFullChunk = chunkOf(this.tree.tipHeight + 1) > chunkOf(this.#agreed + 1);
    const isDue = this.#dirtySince !== undefined && now >= this.#dirtySince + STORE_DELAY_MS;
    if (isUrgent || isDue || hasFullChunk) this.#write(now);
  }

  stored(write: number, now: number): void {
    if (this.#underWay?.write !== write) return;
    const { tip } = this.#underWay;
    this.#underWay = undefined;
    this.#storedTip = tip;
    this.#agreed = Math.min(tip, this.#reorgedTo ?? tip);
    this.#reorgedTo = undefined;
    this.#mustTruncate = false;
    this.#isDiskUnknown = false;
    this.#reported = undefined;
    this.#retryAt = 0;
    this.#dirtySince = this.#isDirty ? now : undefined;
  }

  /** @returns whether this kind of fault is news */
  failed(code: StoreFault, now: number): boolean {
    this.#underWay = undefined;
    this.#reorgedTo = undefined;
    this.#mustTruncate = true;
    this.#retryAt = now + STORE_RETRY_MS;
    const isNews = this.#reported !== code;
    this.#reported = code;
    return isNews;
  }

  nextWake(): number | undefined {
    if (this.#underWay !== undefined || !this.#isDirty) return undefined;
    return Math.max(this.#retryAt, (this.#dirtySince ?? 0) + STORE_DELAY_MS);
  }

  /** Whole chunks from the first that differs on; a chain that changed below what is stored is cut there. */
  #write(now: number): void {
    const { tree } = this;
    const first = Math.min(chunkOf(this.#agreed + 1), Math.max(0, chunkOf(tree.tipHeight)));
    const isRewrite = this.#mustTruncate || this.#isDiskUnknown || this.#storedTip > this.#agreed;
    const put = [];
    let height = first * CHUNK_HEADERS;
    for (let index = first; index < first + CHUNKS_PER_WRITE_MAX && height < tree.tipHeight; index++) {
      const chunk = this.#chunkAt(index);
      put.push({ index, bytes: chunk.bytes() });
      height += chunk.count;
    }
    const tip = encodeTip(height, tree.hash(tree.at(height) as number));
    const write = this.#nextWrite++;
    this.#underWay = { write, tip: height };
    this.#dirtySince = now;
    this.outbox.push({
      type: 'store',
      write,
      change: { removeFrom: isRewrite ? first : undefined, put, tip },
    });
  }

  /** The chunk of that number as the best chain has it now. */
  #chunkAt(index: number): GrowingChunk {
    const { tree } = this;
    const before = index * CHUNK_HEADERS;
    const chunk =
      this.#last?.index === index
        ? this.#last.chunk
        : new GrowingChunk(tree.family, tree.hash(tree.at(before) as number));
    chunk.append(tree.batch(before + chunk.count + 1, CHUNK_HEADERS - chunk.count));
    this.#last = { index, chunk };
    return chunk;
  }
}
