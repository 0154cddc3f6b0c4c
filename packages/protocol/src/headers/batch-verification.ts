/**
 * One batch on its way into the tree: rules first, then hashing in slices that may finish in any order, then insertion
 * in order. The first bad header ends the batch; those before it count.
 */
import { defined } from '../assert.js';
import { readU32 } from '../bytes/integers.js';
import type { Ancestry, ChainFamily, HeaderBatch } from '../chain/chain-family.js';
import type { HeaderFault } from '../chain/header-fault.js';
import type { PowJob } from '../chain/pow-job.js';
import { BatchAncestry } from './batch-ancestry.js';

/** Indexes `from` … `to` − 1 of a batch. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** Contiguous slices of at most `size` headers. */
export function slices(from: number, to: number, size: number): Range[] {
  const ranges: Range[] = [];
  for (let at = from; at < to; at += size) ranges.push({ from: at, to: Math.min(to, at + size) });
  return ranges;
}

/** The state of one batch between its decoding and its last insertion. */
export class BatchVerification {
  /** Headers that can still be good: those before the first known fault. */
  limit: number;
  /** What is wrong with header `limit`; undefined while nothing is. */
  fault: { readonly code: HeaderFault; readonly detail: string } | undefined;
  /** True if the branch that the batch extends was evicted from the tree meanwhile: nobody's fault. */
  isCut = false;
  /** When headers ahead of the clock are due, by index: from the first such header to the end of the batch. */
  readonly dueAt = new Map<number, number>();

  readonly #family: ChainFamily;
  /** The rules look at times most often. */
  readonly #times: Float64Array;
  #checked: number;
  /** Next range to hand out, and next one to apply. */
  #handedOut = 0;
  #applied = 0;
  readonly #answers = new Map<Range, Uint8Array>();

  /**
   * @param base  the branch that ends before the first header; undefined once it is gone
   * @param start  index of the first header that is not in the tree already
   * @param plan  what to hash, ascending; headers outside of it are taken on trust (stored ones, sampled)
   * @param isProven  whether the rules need not be checked any more
   */
  constructor(
    family: ChainFamily,
    readonly batch: HeaderBatch,
    readonly base: () => Ancestry | undefined,
    readonly start: number,
    readonly plan: readonly Range[],
    isProven = false,
  ) {
    this.#family = family;
    this.#checked = isProven ? batch.count : start;
    this.limit = batch.count;
    if (batch.fault !== undefined) this.fault = { code: batch.fault, detail: 'decoding' };
    const toCheck = batch.count - this.#checked;
    this.#times = new Float64Array(toCheck > 0 ? batch.count : 0);
    const { recordBytes } = this.#family;
    for (let i = 0; i < this.#times.length; i++)
      this.#times[i] = this.#family.time(batch.records, i * recordBytes);
  }

  /** A batch with which nothing is wrong. */
  static proven(family: ChainFamily, batch: HeaderBatch): BatchVerification {
    return new BatchVerification(family, batch, () => undefined, 0, [], true);
  }

  /** A view, made anew for each call: kept ones would outlive many collections. */
  record(index: number): Uint8Array {
    const { recordBytes } = this.#family;
    return this.batch.records.subarray(index * recordBytes, (index + 1) * recordBytes);
  }

  /** 32 bits of a record, little-endian, for which no view is made. */
  word(index: number, offset: number): number {
    return readU32(this.batch.records, index * this.#family.recordBytes + offset);
  }

  time(index: number): number {
    return defined(this.#times[index], 'each header has a time');
  }

  hash(index: number): Uint8Array {
    return this.batch.hashes.subarray(index * 32, (index + 1) * 32);
  }

  /** Checks the rules of the next range and hands out its hashing; undefined if there is none left. */
  nextJob(wallTime: number): { range: Range; work: PowJob } | undefined {
    const planned = this.plan[this.#handedOut];
    if (planned === undefined || planned.from >= this.limit) return undefined;
    this.#handedOut++;
    this.#check(planned.to, wallTime);
    const range = { from: planned.from, to: Math.min(planned.to, this.limit) };
    if (range.from >= range.to) return undefined;
    return { range: planned, work: this.#family.powJob(this.batch, range.from, range.to) };
  }

  /** Takes the hashes of a range that was handed out. */
  answer(range: Range, hashes: Uint8Array): void {
    this.#answers.set(range, hashes);
  }

  /** Applies the answers that are in; @returns the index up to which headers can be inserted now */
  advance(wallTime: number): number {
    for (let range = this.plan[this.#applied]; range !== undefined; range = this.plan[this.#applied]) {
      if (range.from >= this.limit) break;
      const hashes = this.#answers.get(range);
      if (hashes === undefined) return Math.min(range.from, this.#checked);
      this.#answers.delete(range);
      this.#applied++;
      const to = Math.min(range.to, this.limit);
      const proven = this.#family.applyPow(this.batch, range.from, to, hashes);
      const end = range.from + proven;
      if (end < to) this.#failAt(end, this.#family.powFault(this.batch, end), 'proof of work');
    }
    this.#check(this.limit, wallTime);
    return this.limit;
  }

  /** Nothing from `index` on is to be inserted: the branch is gone. */
  cut(index: number): void {
    this.isCut = true;
    this.stop(index);
  }

  /** Nothing from `index` on is to be inserted: the batch counts only as a whole. */
  stop(index: number): void {
    this.limit = Math.min(this.limit, index);
  }

  #check(to: number, wallTime: number): void {
    if (this.#checked >= Math.min(to, this.limit)) return;
    const base = this.base();
    if (base === undefined) {
      this.cut(this.#checked);
      return;
    }
    const { records } = this.batch;
    const { recordBytes } = this.#family;
    const ancestry = new BatchAncestry(base, this);
    for (let i = this.#checked; i < Math.min(to, this.limit); i++) {
      ancestry.length = i;
      const verdict = this.#family.checkHeader(records, ancestry, wallTime, i * recordBytes);
      if (verdict.kind === 'rejected') this.#failAt(i, verdict.code, verdict.detail);
      const inherited = this.dueAt.get(i - 1) ?? 0;
      if (verdict.kind === 'held') this.dueAt.set(i, Math.max(inherited, verdict.dueAt));
      else if (inherited > 0) this.dueAt.set(i, inherited);
      this.#checked = i + 1;
    }
  }

  #failAt(index: number, code: HeaderFault, detail: string): void {
    if (index >= this.limit) return;
    this.limit = index;
    this.fault = { code, detail };
  }
}
