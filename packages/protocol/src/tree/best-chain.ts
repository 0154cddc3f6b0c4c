/**
 * The best chain and the window before it, by height. Headers of one branch lie in slots that follow one another, so only
 * stretches are kept: a new one begins with a reorg, and where something else was stored between two runs of the branch.
 */
import { defined } from '../assert.js';
import type { HeaderBatch } from '../chain/chain-family.js';
import type { HeaderRows } from './header-rows.js';

/** Slots by height. */
export class BestChain {
  /** First heights of the stretches, ascending, and what leads from a height of each to its slot. */
  #starts: number[] = [];
  #shifts: number[] = [];
  #firstHeight: number;
  #tipHeight: number;

  /** Empty until {@link begin}. */
  constructor(
    readonly rows: HeaderRows,
    firstHeight: number,
  ) {
    this.#firstHeight = firstHeight;
    this.#tipHeight = firstHeight - 1;
  }

  /** Height of the first header: of the window, or of the base if there is no window. */
  get firstHeight(): number {
    return this.#firstHeight;
  }

  get tipHeight(): number {
    return this.#tipHeight;
  }

  get length(): number {
    return this.#tipHeight + 1 - this.#firstHeight;
  }

  /** Asked for each header, so there is a cast. */
  get tip(): number {
    return this.#tipHeight + (this.#shifts[this.#shifts.length - 1] as number);
  }

  /** @returns the slot at a height, or −1 where there is none */
  at(height: number): number {
    if (!(height >= this.#firstHeight && height <= this.#tipHeight)) return -1;
    return height + (this.#shifts[this.#stretchOf(height)] as number);
  }

  has(slot: number): boolean {
    return this.at(this.rows.height(slot)) === slot;
  }

  /** Copies of `count` records from a height on. */
  records(fromHeight: number, count: number): Uint8Array {
    const { recordBytes } = this.rows;
    const records = new Uint8Array(count * recordBytes);
    for (let i = 0; i < count; i++)
      records.set(this.rows.record(this.#slotAt(fromHeight + i)), i * recordBytes);
    return records;
  }

  /** Copies of `count` hashes from a height on. */
  hashes(fromHeight: number, count: number): Uint8Array {
    const hashes = new Uint8Array(count * 32);
    for (let i = 0; i < count; i++) hashes.set(this.rows.hash(this.#slotAt(fromHeight + i)), i * 32);
    return hashes;
  }

  /** Stores the headers that it begins with, the first `count` of a batch. */
  begin(batch: HeaderBatch, count: number, chainworkBefore: bigint): void {
    const { records, hashes } = batch;
    const slot = this.rows.appendRoot(records, hashes, count, this.#firstHeight, chainworkBefore);
    this.#push(slot, this.rows.height(slot));
    this.append(records, hashes, this.length, count);
  }

  /** Stores headers `from` … `to` − 1 of a batch on top. */
  append(records: Uint8Array, hashes: Uint8Array, from: number, to: number): void {
    const end = this.#tipHeight + to - from;
    while (this.#tipHeight < end) {
      const slot = this.rows.append(records, hashes, to - (end - this.#tipHeight), to, this.tip);
      this.#push(slot, this.rows.height(slot));
    }
  }

  /** Stores the first `count` headers of a batch, at least one, before all others. */
  prepend(batch: HeaderBatch, count: number, chainworkBefore: bigint): void {
    const lower = new BestChain(this.rows, this.#firstHeight - count);
    lower.begin(batch, count, chainworkBefore);
    this.rows.adopt(lower.tip, this.#slotAt(this.#firstHeight));
    this.#starts = lower.#starts.concat(this.#starts);
    this.#shifts = lower.#shifts.concat(this.#shifts);
    this.#firstHeight = lower.#firstHeight;
  }

  /**
   * Goes over to another branch.
   *
   * @param ancestor  the last header that both have
   * @param branch  slots from there on, lowest height first
   * @returns the slots that it leaves, lowest height first
   */
  switchTo(ancestor: number, branch: readonly number[]): number[] {
    const height = this.rows.height(ancestor);
    const left = Array.from({ length: this.#tipHeight - height }, (_, i) => this.#slotAt(height + 1 + i));
    const stretches = this.#stretchOf(height) + 1;
    this.#starts.length = stretches;
    this.#shifts.length = stretches;
    this.#tipHeight = height;
    for (const slot of branch) this.#push(slot, this.#tipHeight + 1);
    return left;
  }

  #slotAt(height: number): number {
    const slot = this.at(height);
    return defined(slot < 0 ? undefined : slot, 'only heights of the chain are asked for');
  }

  /** Takes in the headers up to a height, in slots that follow one another. */
  #push(lastSlot: number, height: number): void {
    const shift = lastSlot - height;
    if (this.#shifts[this.#shifts.length - 1] !== shift) {
      this.#starts.push(this.#tipHeight + 1);
      this.#shifts.push(shift);
    }
    this.#tipHeight = height;
  }

  /** The last stretch that begins at a height or below. */
  #stretchOf(height: number): number {
    let low = 0;
    let end = this.#starts.length;
    // Most that is asked for is in the last one.
    if ((this.#starts[end - 1] as number) <= height) return end - 1;
    while (end - low > 1) {
      const middle = (low + end) >> 1;
      if ((this.#starts[middle] as number) <= height) low = middle;
      else end = middle;
    }
    return low;
  }
}
