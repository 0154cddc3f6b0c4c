/**
 * The headers of the tree by slot number, in runs: parent, height and chainwork of a header follow from where it lies in
 * its run, and its hash lies in the next record. So a header of a long branch costs its record and a fraction of a byte.
 *
 * A branch begins with a run of 8 slots, and each run that continues a full one is twice as large, up to 512: a side
 * branch of one header takes about 500 bytes besides its record, and there are never more than 8 slots to a header.
 * Slots and the bytes behind them stay as they are while a header is in the tree. After it was removed they do so until
 * the next header is added; then another header may take the slot.
 *
 * Slots are those that were given out. Reads cast instead of asserting that: with assertions in the layout before this one the
 * validation of Bitcoin headers took 1.20 times as long.
 */
import { assert } from '../assert.js';
import { readU32 } from '../bytes/integers.js';
import type { HeaderRules } from '../chain/chain-family.js';
import { hashKey } from './hash-index.js';
import { HeaderRun } from './header-run.js';
import { sumWork } from './sum-work.js';

const HASH_BYTES = 32;
/** Slots of a block, all of one run. */
const BLOCK_BITS = 3;
const RUN_SLOTS_MIN = 1 << BLOCK_BITS;
/** Bounds how many headers are looked at for the chainwork of one; the other way, a run takes 400 bytes. */
const RUN_SLOTS_MAX = 512;

/** What must be known of a family to keep its headers. */
type RowRules = Pick<HeaderRules, 'recordBytes' | 'parentOffset' | 'time' | 'work'>;

/** Storage of the tree by slot number. */
export class HeaderRows {
  readonly #rules: RowRules;
  readonly recordBytes: number;
  readonly #parentOffset: number;
  /** The run of each block. */
  readonly #runs: HeaderRun[] = [];
  /** First slots of runs to be used again, by their size. */
  readonly #free = new Map<number, number[]>();
  /** Runs without headers, whose bytes can still be read. */
  #emptied: HeaderRun[] = [];
  /** How many runs hang on a header, by its slot. */
  readonly #branches = new Map<number, number>();
  #count = 0;
  /** The last header whose chainwork was summed up: who asks for many goes from one to the next. */
  #askedSlot = -1;
  #askedChainwork = 0n;

  constructor(rules: RowRules) {
    this.#rules = rules;
    this.recordBytes = rules.recordBytes;
    this.#parentOffset = rules.parentOffset;
  }

  /** Headers held. */
  get count(): number {
    return this.#count;
  }

  /**
   * Puts headers `from` … `to` − 1 of a batch on top of one, as many as one run has room for.
   *
   * @returns the slot of the last one that was added, at least one
   */
  append(records: Uint8Array, hashes: Uint8Array, from: number, to: number, parent: number): number {
    this.#release();
    let run = this.#run(parent);
    if (parent !== run.lastSlot) run = this.#branch(parent, RUN_SLOTS_MIN);
    else if (run.count === run.size) run = this.#branch(parent, 2 * run.size);
    return this.#fill(run, records, hashes, from, to);
  }

  /**
   * Puts the first of `count` headers of a batch where there is no parent, as many as one run has room for.
   *
   * @param chainwork  work before the first of them
   * @returns the slot of the last one that was added
   */
  appendRoot(
    records: Uint8Array,
    hashes: Uint8Array,
    count: number,
    height: number,
    chainwork: bigint,
  ): number {
    this.#release();
    let size = RUN_SLOTS_MIN;
    while (size < Math.min(count, RUN_SLOTS_MAX)) size *= 2;
    return this.#fill(this.#begin(size, height, -1, chainwork), records, hashes, 0, count);
  }

  /** Makes a header the parent of one that had none. */
  adopt(parent: number, slot: number): void {
    const run = this.#run(slot);
    assert(run.parent < 0 && run.firstSlot === slot, 'a header without a parent begins a run');
    run.parent = parent;
    this.#countBranch(parent, 1);
  }

  /** Removes a header that has no child. */
  remove(slot: number): void {
    const run = this.#run(slot);
    assert(slot === run.lastSlot && !this.hasChild(slot), 'what others hang on stays');
    run.chainwork -= this.#rules.work(run.bytes, this.#byteOf(run, slot));
    run.count--;
    this.#count--;
    if (run.count > 0) return;
    this.#countBranch(run.parent, -1);
    this.#emptied.push(run);
  }

  /** Slot of the parent; −1 for none. */
  parent(slot: number): number {
    const run = this.#run(slot);
    return slot === run.firstSlot ? run.parent : slot - 1;
  }

  height(slot: number): number {
    const run = this.#run(slot);
    return run.firstHeight + slot - run.firstSlot;
  }

  time(slot: number): number {
    const run = this.#run(slot);
    return this.#rules.time(run.bytes, this.#byteOf(run, slot));
  }

  hasChild(slot: number): boolean {
    return slot < this.#run(slot).lastSlot || this.#branches.has(slot);
  }

  /** At the end of a run it is at hand; elsewhere the work of at most half of its headers is summed up. */
  chainwork(slot: number): bigint {
    const run = this.#run(slot);
    const { firstSlot, lastSlot } = run;
    if (slot === lastSlot) return run.chainwork;
    let from = lastSlot;
    let known = run.chainwork;
    if (slot - firstSlot < lastSlot - slot) {
      from = firstSlot - 1;
      known = run.chainworkBefore;
    }
    const asked = this.#askedSlot;
    if (asked >= 0 && this.#run(asked) === run && Math.abs(slot - asked) < Math.abs(slot - from)) {
      from = asked;
      known = this.#askedChainwork;
    }
    if (from < slot) known += sumWork(this.#rules, run.bytes, from + 1 - firstSlot, slot + 1 - firstSlot);
    else known -= sumWork(this.#rules, run.bytes, slot + 1 - firstSlot, from + 1 - firstSlot);
    this.#askedSlot = slot;
    this.#askedChainwork = known;
    return known;
  }

  /** A view. */
  record(slot: number): Uint8Array {
    const run = this.#run(slot);
    const at = this.#byteOf(run, slot);
    return run.bytes.subarray(at, at + this.recordBytes);
  }

  /** 32 bits of a record, little-endian, for which no view is made. */
  word(slot: number, offset: number): number {
    const run = this.#run(slot);
    return readU32(run.bytes, this.#byteOf(run, slot) + offset);
  }

  /** A view. */
  hash(slot: number): Uint8Array {
    const run = this.#run(slot);
    const at = this.#hashAt(run, slot);
    return run.bytes.subarray(at, at + HASH_BYTES);
  }

  /** Whether a slot has the hash that begins at byte `from`. */
  hasHash(slot: number, hashes: Uint8Array, from: number): boolean {
    const run = this.#run(slot);
    const { bytes } = run;
    const at = this.#hashAt(run, slot);
    for (let i = 0; i < HASH_BYTES; i++) if (bytes[at + i] !== hashes[from + i]) return false;
    return true;
  }

  /** The key under which a slot is indexed; equals {@link hashKey} of its hash. */
  key(slot: number): number {
    const run = this.#run(slot);
    return hashKey(run.bytes, this.#hashAt(run, slot));
  }

  #run(slot: number): HeaderRun {
    return this.#runs[slot >> BLOCK_BITS] as HeaderRun;
  }

  #byteOf(run: HeaderRun, slot: number): number {
    return (slot - run.firstSlot) * this.recordBytes;
  }

  /** It is the parent field of the next record. */
  #hashAt(run: HeaderRun, slot: number): number {
    return (slot + 1 - run.firstSlot) * this.recordBytes + this.#parentOffset;
  }

  #fill(run: HeaderRun, records: Uint8Array, hashes: Uint8Array, from: number, to: number): number {
    const end = Math.min(to, from + run.size - run.count);
    run.append(this.#rules, records, hashes, from, end);
    this.#count += end - from;
    run.chainwork += sumWork(this.#rules, records, from, end);
    return run.lastSlot;
  }

  #branch(parent: number, size: number): HeaderRun {
    this.#countBranch(parent, 1);
    const height = this.height(parent) + 1;
    return this.#begin(Math.min(size, RUN_SLOTS_MAX), height, parent, this.chainwork(parent));
  }

  #begin(size: number, height: number, parent: number, chainwork: bigint): HeaderRun {
    const firstSlot = this.#free.get(size)?.pop() ?? this.#runs.length << BLOCK_BITS;
    const run = new HeaderRun(firstSlot, size, height, parent, chainwork);
    for (let slot = firstSlot; slot < firstSlot + size; slot += RUN_SLOTS_MIN)
      this.#runs[slot >> BLOCK_BITS] = run;
    return run;
  }

  #countBranch(slot: number, by: number): void {
    const count = (this.#branches.get(slot) ?? 0) + by;
    if (count === 0) this.#branches.delete(slot);
    else this.#branches.set(slot, count);
  }

  /** Before a header is added: what was removed is forgotten, and what was summed up, since slots are used again. */
  #release(): void {
    this.#askedSlot = -1;
    if (this.#emptied.length === 0) return;
    for (const run of this.#emptied) {
      run.bytes = new Uint8Array(0);
      const free = this.#free.get(run.size) ?? [];
      free.push(run.firstSlot);
      this.#free.set(run.size, free);
    }
    this.#emptied = [];
  }
}
