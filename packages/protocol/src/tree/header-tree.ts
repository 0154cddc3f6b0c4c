/**
 * All verified headers from a base on, and which chain of them is the best. The base is genesis, or a later header that
 * the caller vouches for (`tree-base.ts`).
 *
 * The best chain is the one with the most cumulative work; of two with the same work the one seen first. Headers beside
 * it are kept for a later reorg, {@link SIDE_HEADERS_MAX} of them at most: above that, whole branches are dropped,
 * least chainwork first, leaves before their parents. So memory is bounded by
 * (best chain + window + SIDE_HEADERS_MAX) × (recordBytes + 32 + about 80 bytes), and by TREE_HEADERS_MAX in all.
 */
import { defined } from '../assert.js';
import { areEqual } from '../bytes/compare-bytes.js';
import type { Ancestry, ChainFamily, HeaderBatch, HeaderVerdict } from '../chain/chain-family.js';
import { SIDE_HEADERS_MAX, TREE_HEADERS_MAX } from '../limits.js';
import { BranchAncestry } from './branch-ancestry.js';
import { HashIndex } from './hash-index.js';
import { HeaderColumns, hashKey } from './header-columns.js';
import { countRecords, genesisBase, type TreeBase } from './tree-base.js';

/** A change of the best chain that abandoned headers. Slots, lowest height first. */
export interface BranchSwitch {
  readonly ancestor: number;
  readonly disconnected: readonly number[];
  readonly connected: readonly number[];
}

/** A header that is in the tree. */
export type InsertedHeader =
  /** It is new, and beside the best chain. */
  | { readonly kind: 'accepted'; readonly slot: number }
  /** It was in the tree before. */
  | { readonly kind: 'duplicate'; readonly slot: number }
  /** It is the new tip, on top of the old one. */
  | { readonly kind: 'extended'; readonly slot: number }
  /** It is the new tip, on another branch than the old one. `disconnected` may be evicted by the next insertion. */
  | { readonly kind: 'reorganised'; readonly slot: number; readonly reorg: BranchSwitch };

/** What adding a header led to whose rules were checked before. */
export type CheckedInsertResult =
  | InsertedHeader
  | {
      readonly kind: 'rejected';
      readonly code: 'HEADER_EQUIVOCATION' | 'TREE_FULL';
      readonly detail: string;
    };

/** What adding a header led to. */
export type InsertResult =
  | CheckedInsertResult
  | Exclude<HeaderVerdict, { readonly kind: 'ok' }>
  /** Its parent is not in the tree; `missing` is the parent's hash. */
  | { readonly kind: 'orphan'; readonly missing: Uint8Array };

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
  readonly #columns: HeaderColumns;
  readonly #index: HashIndex;
  /** Height of the base: no header below it is in the tree. */
  readonly baseHeight: number;
  /** Slots of the window before the base and of the best chain, by height from `#firstHeight` on. */
  readonly #best: number[] = [];
  readonly #firstHeight: number;
  readonly #sideLeaves = new Set<number>();
  readonly #sideHeadersMax: number;
  readonly #headersMax: number;
  #reservedSide = 0;
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
    this.baseHeight = base.height;
    this.#firstHeight = base.height + 1 - countRecords(family, base);
    this.#index.add(this.#addBase(base));
  }

  /** Fills the first slots with the window and the base; @returns the slot of the base */
  #addBase({ height: baseHeight, hash, chainwork, records }: TreeBase): number {
    const { family } = this;
    const windowSize = baseHeight - this.#firstHeight;
    // A header of the window is not found by its hash, and its work is not asked for.
    const hashes = new Uint8Array((windowSize + 1) * 32);
    hashes.set(hash, windowSize * 32);
    let slot = -1;
    for (let i = 0; i <= windowSize; i++) {
      const time = family.time(records, i * family.recordBytes);
      const work = i === windowSize ? chainwork : 0n;
      slot = this.#columns.add(records, hashes, i, slot, this.#firstHeight + i, time, work);
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

  /** Headers in the tree, its base included. */
  get count(): number {
    return this.#columns.count - (this.baseHeight - this.#firstHeight);
  }

  /** Headers beside the best chain. */
  get sideCount(): number {
    return this.#columns.count - this.#best.length;
  }

  /** How many there may be. */
  get sideCountMax(): number {
    return this.#sideHeadersMax + this.#reservedSide;
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
    return this.#columns.height(slot) === this.baseHeight ? -1 : this.#columns.parent(slot);
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
   * Makes room beside the best chain for one branch that is known to be heavier. The place holds until it is given to
   * another one, or ended by 0; then branches are dropped as usual.
   *
   * @param count  headers of the branch
   * @returns whether the whole tree has room for them
   */
  reserveSide(count: number): boolean {
    this.#reservedSide = count;
    this.#evict();
    return this.#columns.count + count <= this.#headersMax;
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
    const columns = this.#columns;
    const { family } = this;
    const at = index * family.recordBytes;
    const height = columns.height(parent) + 1;
    const chainwork = columns.chainwork(parent) + family.work(records, at);
    const time = family.time(records, at);
    const slot = columns.add(records, hashes, index, parent, height, time, chainwork);
    this.#index.add(slot);
    const tip = this.tip;
    if (parent === tip) {
      this.#best.push(slot);
      return { kind: 'extended', slot };
    }
    this.#sideLeaves.delete(parent);
    if (chainwork > columns.chainwork(tip)) {
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
      detail: `${this.sideCountMax} headers beside the best chain`,
    };
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
    const max = this.sideCountMax;
    if (this.sideCount <= max) return;
    const goal = max - Math.floor(max / 8);
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
