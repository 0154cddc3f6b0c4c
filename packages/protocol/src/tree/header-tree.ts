/**
 * All verified headers from a base on, and which chain of them is the best. The base is genesis, or a later header that
 * the caller vouches for (`tree-base.ts`).
 *
 * The best chain is the one with the most cumulative work; of two with the same work the one seen first. Headers beside
 * it are kept for a later reorg, {@link SIDE_HEADERS_MAX} of them at most: above that, whole branches are dropped,
 * least chainwork first, leaves before their parents. So memory is bounded by
 * (best chain + window + SIDE_HEADERS_MAX) × (recordBytes + 32 + about 80 bytes), and by TREE_HEADERS_MAX in all.
 */
import { assert, defined } from '../assert.js';
import { areEqual } from '../bytes/compare-bytes.js';
import type { Ancestry, ChainFamily, HeaderBatch } from '../chain/chain-family.js';
import { SIDE_HEADERS_MAX, TREE_HEADERS_MAX } from '../limits.js';
import { BranchAncestry } from './branch-ancestry.js';
import { HashIndex } from './hash-index.js';
import { HeaderColumns, hashKey } from './header-columns.js';
import type { AppendedRun, BranchSwitch, CheckedInsertResult, InsertResult } from './insert-result.js';
import { countRecords, genesisBase, type TreeBase } from './tree-base.js';

/** Where a tree begins, whom to tell, and bounds to change, for tests. */
export interface HeaderTreeOptions {
  /** The header to begin with; genesis if absent. */
  readonly base?: TreeBase | undefined;
  readonly sideHeadersMax?: number;
  readonly headersMax?: number;
  /** Told of each header that leaves the tree, with a view of its hash. */
  readonly dropped?: (hash: Uint8Array) => void;
}

/** The tree of verified headers of one network; see the head of this file. */
export class HeaderTree {
  #columns: HeaderColumns;
  #index: HashIndex;
  /** Slots of the window before the base and of the best chain, by height from `#firstHeight` on. */
  readonly #best: number[] = [];
  #firstHeight: number;
  #baseHeight: number;
  /** Height of the lowest verified header: that of the base, or below it in the window. */
  #verifiedHeight: number;
  readonly #sideLeaves = new Set<number>();
  readonly #sideHeadersMax: number;
  readonly #headersMax: number;
  readonly #dropped: (hash: Uint8Array) => void;

  constructor(
    readonly family: ChainFamily,
    options: HeaderTreeOptions = {},
  ) {
    this.#sideHeadersMax = options.sideHeadersMax ?? SIDE_HEADERS_MAX;
    this.#headersMax = options.headersMax ?? TREE_HEADERS_MAX;
    this.#dropped = options.dropped ?? (() => {});
    this.#columns = new HeaderColumns(family.recordBytes);
    this.#index = new HashIndex((slot) => this.#columns.key(slot));
    const base = options.base ?? genesisBase(family);
    this.#baseHeight = base.height;
    this.#verifiedHeight = base.height;
    this.#firstHeight = base.height + 1 - countRecords(family, base);
    this.#index.add(this.#addBase(base));
  }

  /**
   * Begins anew at a base, with nothing above it. Slots that were given out before mean nothing any more.
   *
   * @throws {RangeError} if it is no base
   */
  restart(base: TreeBase): void {
    const count = countRecords(this.family, base);
    this.#columns = new HeaderColumns(this.family.recordBytes);
    this.#index = new HashIndex((slot) => this.#columns.key(slot));
    this.#best.length = 0;
    this.#sideLeaves.clear();
    this.#baseHeight = base.height;
    this.#verifiedHeight = base.height;
    this.#firstHeight = base.height + 1 - count;
    this.#index.add(this.#addBase(base));
  }

  /** Fills the first slots with the window and the base; @returns the slot of the base */
  #addBase({ height: baseHeight, hash, chainwork, records }: TreeBase): number {
    const { family } = this;
    const { recordBytes } = family;
    const windowSize = baseHeight - this.#firstHeight;
    const hashes = new Uint8Array((windowSize + 1) * 32);
    hashes.set(hash, windowSize * 32);
    let sum = chainwork;
    for (let i = windowSize; i > 0; i--) {
      const record = records.subarray(i * recordBytes, (i + 1) * recordBytes);
      hashes.set(family.parent(record), (i - 1) * 32);
      sum -= family.work(record);
    }
    let slot = -1;
    for (let i = 0; i <= windowSize; i++) {
      const time = family.time(records, i * recordBytes);
      if (i > 0) sum += family.work(records, i * recordBytes);
      slot = this.#columns.add(records, hashes, i, slot, this.#firstHeight + i, time, sum);
      this.#best.push(slot);
    }
    return slot;
  }

  // Queries

  /** Slot of the last header of the best chain, which has one at least. Asked for each header, so there is a cast. */
  get tip(): number {
    return this.#best[this.#best.length - 1] as number;
  }

  get tipHeight(): number {
    return this.#firstHeight + this.#best.length - 1;
  }

  /** Height of the base: no header below it is in the tree. It falls when the tree is extended downwards. */
  get baseHeight(): number {
    return this.#baseHeight;
  }

  /** Headers in the tree, its base included. */
  get count(): number {
    return this.#columns.count - (this.baseHeight - this.#firstHeight);
  }

  /** Headers beside the best chain. */
  get sideCount(): number {
    return this.#columns.count - this.#best.length;
  }

  /** @returns the slot of the hash that begins at byte `at`, or undefined */
  find(hashes: Uint8Array, at = 0): number | undefined {
    const key = hashKey(hashes, at);
    for (let slot = this.#index.first(key); slot >= 0; slot = this.#index.after(slot)) {
      if (this.#columns.hasHash(slot, hashes, at)) return slot;
    }
    return undefined;
  }

  /** @returns the slot of the best chain at a height, or undefined below the base and above the tip */
  at(height: number): number | undefined {
    return height < this.baseHeight ? undefined : this.#best[height - this.#firstHeight];
  }

  isOnBestChain(slot: number): boolean {
    return this.#best[this.#columns.height(slot) - this.#firstHeight] === slot;
  }

  height(slot: number): number {
    return this.#columns.height(slot);
  }

  time(slot: number): number {
    return this.#columns.time(slot);
  }

  chainwork(slot: number): bigint {
    return this.#columns.chainwork(slot);
  }

  /** 32 bytes in internal order; a view. */
  hash(slot: number): Uint8Array {
    return this.#columns.hash(slot);
  }

  /** A view. */
  record(slot: number): Uint8Array {
    return this.#columns.record(slot);
  }

  /** Slot of the parent; −1 for the base. */
  parent(slot: number): number {
    return this.#columns.height(slot) === this.#baseHeight ? -1 : this.#columns.parent(slot);
  }

  /** Record of the parent, of the window for the base; undefined for genesis. A view. */
  parentRecord(slot: number): Uint8Array | undefined {
    const parent = this.#columns.parent(slot);
    return parent < 0 ? undefined : this.#columns.record(parent);
  }

  /** The branch that ends with a header; valid until the tree changes. */
  ancestry(slot: number): Ancestry {
    return new BranchAncestry(this.#columns, this.#best, this.#firstHeight, slot);
  }

  /**
   * Copies of `count` headers of the best chain from a height on; fewer where the chain ends.
   *
   * @throws {RangeError} below the base
   */
  batch(fromHeight: number, count: number): HeaderBatch {
    if (!(fromHeight >= this.baseHeight)) throw new RangeError(`fromHeight: ${fromHeight} is below the base`);
    const size = Math.max(0, Math.min(count, this.tipHeight + 1 - fromHeight));
    const hashes = new Uint8Array(size * 32);
    const first = fromHeight - this.#firstHeight;
    for (let i = 0; i < size; i++) hashes.set(this.#columns.hash(this.#bestAt(first + i)), i * 32);
    return { count: size, records: this.#records(first, size), hashes };
  }

  /**
   * What another tree needs to begin at a height of the best chain. Copies.
   *
   * @throws {RangeError} outside baseHeight … tipHeight
   */
  baseAt(height: number): TreeBase {
    const slot = this.at(height);
    if (slot === undefined) throw new RangeError(`height: ${height} is not in the tree`);
    const first = this.family.firstAncestor(height);
    return {
      height,
      hash: this.#columns.hash(slot).slice(),
      chainwork: this.#columns.chainwork(slot),
      records: this.#records(first - this.#firstHeight, height - first + 1),
    };
  }

  #bestAt(index: number): number {
    return defined(this.#best[index], 'the chain is as long as its tip is high');
  }

  /** Copies of records of the window and the best chain, from number `first` of them on. */
  #records(first: number, count: number): Uint8Array {
    const { recordBytes } = this.family;
    const records = new Uint8Array(count * recordBytes);
    for (let i = 0; i < count; i++)
      records.set(this.#columns.record(this.#bestAt(first + i)), i * recordBytes);
    return records;
  }

  // Inputs

  /**
   * Checks every rule but the hash, and adds the header. The caller has verified that `hash` is what the proof of work
   * says it is.
   *
   * @param wallTime  Unix seconds
   */
  insert(record: Uint8Array, hash: Uint8Array, wallTime: number): InsertResult {
    const { length } = record;
    // The families look at a record among others, and so not at its end.
    if (length !== this.family.recordBytes)
      return { kind: 'rejected', code: 'HEADER_MALFORMED', detail: `${length} bytes` };
    const known = this.#known(record, hash, 0);
    if (known !== undefined) return known;
    const parentHash = this.family.parent(record);
    const parent = this.find(parentHash);
    if (parent === undefined) return { kind: 'orphan', missing: parentHash.slice() };
    const verdict = this.family.checkHeader(record, this.ancestry(parent), wallTime);
    if (verdict.kind !== 'ok') return verdict;
    return this.#add(record, hash, 0, parent);
  }

  /**
   * Adds a header whose every rule was checked against this parent before.
   *
   * @param records  one after the other, as in a batch; so are the hashes
   * @param parent  slot of the parent
   * @param index  which of them it is
   */
  insertChecked(records: Uint8Array, hashes: Uint8Array, parent: number, index = 0): CheckedInsertResult {
    return this.#known(records, hashes, index) ?? this.#add(records, hashes, index, parent);
  }

  /**
   * Puts headers of a batch on top of the tip whose every rule and hash was checked against it before, and which are
   * linked. Only for a family whose hash commits to the whole record: a child of the tip is then new to the tree, so
   * nothing is looked up.
   *
   * @param from  index of the first of them
   * @param to  index after the last one
   * @returns how many there was room for
   */
  appendRun(batch: HeaderBatch, from: number, to: number): AppendedRun {
    const { family, tip } = this;
    const { records, hashes } = batch;
    const firstHeight = this.tipHeight + 1;
    const count = Math.min(to - from, this.#headersMax - this.#columns.count);
    assert(!family.claimsHashes, 'the hash of a record is no claim');
    if (count <= 0) return { firstHeight, lastSlot: tip, count: 0 };
    const parent = family.parent(records.subarray(from * family.recordBytes));
    assert(areEqual(parent, this.hash(tip)), 'a run continues the best chain');
    let lastSlot = tip;
    for (let i = from; i < from + count; i++) lastSlot = this.#store(records, hashes, i, lastSlot);
    return { firstHeight, lastSlot, count };
  }

  /**
   * Moves the base down over verified headers. The first batch ends just below the base, each further one just below
   * the batch before; they may overlap the window.
   *
   * The new base is the lowest of them whose children the rules can judge by what is known then. What is below it, at
   * most what the rules look at, becomes the window.
   *
   * @param batch  verified headers, linked
   * @param chainworkBefore  chainwork of the header before the first of them; 0 if that is genesis
   * @returns false, and nothing is changed, if the batch does not lead to the base, is not what the window says, or does
   *   not have the work that the base says
   */
  extendDown(batch: HeaderBatch, chainworkBefore: bigint): boolean {
    const { family } = this;
    const { recordBytes } = family;
    const above = this.#bestAt(this.#verifiedHeight - this.#firstHeight);
    const top = this.#verifiedHeight - 1;
    const first = top + 1 - batch.count;
    if (!areEqual(family.parent(this.record(above)), batch.hashes.subarray(-32))) return false;
    const isGenesis = areEqual(batch.hashes.subarray(0, 32), family.genesis.hash);
    if (first < 0 || (first === 0) !== isGenesis) return false;
    for (let height = Math.max(first, this.#firstHeight); height <= top; height++) {
      const at = (height - first) * recordBytes;
      const known = this.#columns.record(this.#bestAt(height - this.#firstHeight));
      if (!areEqual(known, batch.records.subarray(at, at + recordBytes))) return false;
    }
    let chainwork = chainworkBefore;
    for (let i = 0; i < batch.count; i++) chainwork += family.work(batch.records, i * recordBytes);
    if (chainwork + family.work(this.record(above)) !== this.#columns.chainwork(above)) return false;
    this.#prepend(batch, Math.max(0, this.#firstHeight - first), chainworkBefore);
    const oldBase = this.#baseHeight;
    this.#verifiedHeight = first;
    while (this.#baseHeight > first && family.firstAncestor(this.#baseHeight - 1) >= this.#firstHeight)
      this.#baseHeight--;
    for (let height = this.#baseHeight; height < oldBase; height++)
      this.#index.add(this.#bestAt(height - this.#firstHeight));
    return true;
  }

  /** Puts the first headers of a batch before all that are known. */
  #prepend({ records, hashes }: HeaderBatch, count: number, chainworkBefore: bigint): void {
    if (count === 0) return;
    const { family } = this;
    const slots: number[] = [];
    let slot = -1;
    let chainwork = chainworkBefore;
    this.#firstHeight -= count;
    for (let i = 0; i < count; i++) {
      const at = i * family.recordBytes;
      chainwork += family.work(records, at);
      const height = this.#firstHeight + i;
      slot = this.#columns.add(records, hashes, i, slot, height, family.time(records, at), chainwork);
      slots.push(slot);
    }
    this.#columns.adopt(slot, this.#bestAt(0));
    for (const each of this.#best.splice(0)) slots.push(each);
    for (const each of slots) this.#best.push(each);
  }

  /** A record commits to all that a hash does, so two records under one hash are an equivocation. */
  #known(records: Uint8Array, hashes: Uint8Array, index: number): CheckedInsertResult | undefined {
    const slot = this.find(hashes, index * 32);
    if (slot === undefined) return undefined;
    const { recordBytes } = this.family;
    const record = records.subarray(index * recordBytes, (index + 1) * recordBytes);
    if (areEqual(this.#columns.record(slot), record)) return { kind: 'duplicate', slot };
    return { kind: 'rejected', code: 'HEADER_EQUIVOCATION', detail: 'the first verified header stays' };
  }

  #add(records: Uint8Array, hashes: Uint8Array, index: number, parent: number): CheckedInsertResult {
    if (this.#columns.count >= this.#headersMax) {
      return { kind: 'rejected', code: 'TREE_FULL', detail: `${this.#headersMax} headers` };
    }
    const { tip } = this;
    const slot = this.#store(records, hashes, index, parent);
    if (parent === tip) return { kind: 'extended', slot };
    this.#sideLeaves.delete(parent);
    if (this.chainwork(slot) > this.chainwork(tip)) {
      const reorg = this.#switchTo(slot);
      this.#evict();
      return { kind: 'reorganised', slot, reorg };
    }
    this.#sideLeaves.add(slot);
    // A branch that is dropped to make room may be this one; the parent then has no child any more.
    this.#evict();
    if (this.#sideLeaves.has(slot)) return { kind: 'accepted', slot };
    return {
      kind: 'rejected',
      code: 'TREE_FULL',
      detail: `${this.#sideHeadersMax} headers beside the best chain`,
    };
  }

  /** Fills a slot with a header that is not in the tree; on top of the tip it is the new one. */
  #store(records: Uint8Array, hashes: Uint8Array, index: number, parent: number): number {
    const columns = this.#columns;
    const { family } = this;
    const at = index * family.recordBytes;
    const height = columns.height(parent) + 1;
    const chainwork = columns.chainwork(parent) + family.work(records, at);
    const slot = columns.add(records, hashes, index, parent, height, family.time(records, at), chainwork);
    this.#index.add(slot);
    if (parent === this.tip) this.#best.push(slot);
    return slot;
  }

  #switchTo(slot: number): BranchSwitch {
    const columns = this.#columns;
    const connected: number[] = [];
    let ancestor = slot;
    while (!this.isOnBestChain(ancestor)) {
      connected.push(ancestor);
      ancestor = columns.parent(ancestor);
    }
    connected.reverse();
    const disconnected = this.#best.splice(columns.height(ancestor) + 1 - this.#firstHeight);
    for (const at of connected) this.#best.push(at);
    this.#sideLeaves.add(defined(disconnected[disconnected.length - 1], 'a reorg has abandoned a header'));
    return { ancestor, disconnected, connected };
  }

  /** Drops side branches, least chainwork first, until an eighth of the room is free: so the sort is paid seldom. */
  #evict(): void {
    if (this.sideCount <= this.#sideHeadersMax) return;
    const goal = this.#sideHeadersMax - Math.floor(this.#sideHeadersMax / 8);
    const columns = this.#columns;
    const leaves = [...this.#sideLeaves].sort((a, b) => {
      const difference = columns.chainwork(a) - columns.chainwork(b);
      return difference < 0n ? -1 : difference > 0n ? 1 : b - a;
    });
    for (const leaf of leaves) {
      let slot = leaf;
      this.#sideLeaves.delete(leaf);
      while (this.sideCount > goal && columns.childCount(slot) === 0 && !this.isOnBestChain(slot)) {
        const parent = columns.parent(slot);
        this.#dropped(columns.hash(slot));
        this.#index.remove(slot);
        columns.remove(slot);
        slot = parent;
      }
      const isCut = columns.childCount(slot) === 0 && !this.isOnBestChain(slot);
      if (isCut) this.#sideLeaves.add(slot);
      if (this.sideCount <= goal) return;
    }
  }
}
