/**
 * All verified headers, and which chain of them is the best.
 *
 * The best chain is the one with the most cumulative work; of two with the same work the one seen first. Headers beside
 * it are kept for a later reorg, {@link SIDE_HEADERS_MAX} of them at most: above that, whole branches are dropped,
 * least chainwork first, leaves before their parents. So memory is bounded by
 * (best chain + SIDE_HEADERS_MAX) × (recordBytes + 32 + about 80 bytes), and by TREE_HEADERS_MAX in all.
 */
import { areEqual } from '../bytes/compare-bytes.js';
import type { Ancestry, ChainFamily, HeaderBatch } from '../chain/chain-family.js';
import type { HeaderFault } from '../chain/header-fault.js';
import { SIDE_HEADERS_MAX, TREE_HEADERS_MAX } from '../limits.js';
import { BranchAncestry } from './branch-ancestry.js';
import { HashIndex } from './hash-index.js';
import { HeaderColumns, hashKey } from './header-columns.js';

/** A change of the best chain that abandoned headers. Slots, lowest height first. */
export interface BranchSwitch {
  readonly ancestor: number;
  readonly disconnected: readonly number[];
  readonly connected: readonly number[];
}

/** What adding a header led to. */
export type InsertResult =
  /** In the tree, beside the best chain. */
  | { readonly kind: 'accepted'; readonly slot: number }
  | { readonly kind: 'duplicate'; readonly slot: number }
  /** The new tip, on top of the old one. */
  | { readonly kind: 'extended'; readonly slot: number }
  /** The new tip, on another branch than the old one. `disconnected` may be evicted by the next insertion. */
  | { readonly kind: 'reorganised'; readonly slot: number; readonly reorg: BranchSwitch }
  | { readonly kind: 'orphan'; readonly missing: Uint8Array }
  | { readonly kind: 'held'; readonly dueAt: number }
  | { readonly kind: 'rejected'; readonly code: HeaderFault | 'TREE_FULL'; readonly detail: string };

/** Whom to tell, and bounds to change, for tests. */
export interface HeaderTreeOptions {
  readonly sideHeadersMax?: number;
  readonly headersMax?: number;
  /** Told of each header that leaves the tree, with a view of its hash. */
  readonly dropped?: (hash: Uint8Array) => void;
}

/** The tree of verified headers of one network; see the head of this file. */
export class HeaderTree {
  readonly #columns: HeaderColumns;
  readonly #index: HashIndex;
  /** Slots of the best chain by height. */
  readonly #best: number[] = [];
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
    const { record, hash } = family.genesis;
    const root = this.#columns.add(record, hash, 0, -1, 0, family.time(record), family.work(record));
    this.#index.add(root);
    this.#best.push(root);
  }

  // Queries

  /** Slot of the last header of the best chain. */
  get tip(): number {
    return this.#best[this.#best.length - 1] as number;
  }

  get tipHeight(): number {
    return this.#best.length - 1;
  }

  /** Headers in the tree, genesis included. */
  get count(): number {
    return this.#columns.count;
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

  /** @returns the slot of the best chain at a height, or undefined above the tip */
  at(height: number): number | undefined {
    return this.#best[height];
  }

  isOnBestChain(slot: number): boolean {
    return this.#best[this.#columns.height(slot)] === slot;
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

  /** Slot of the parent; −1 for genesis. */
  parent(slot: number): number {
    return this.#columns.parent(slot);
  }

  /** The branch that ends with a header; valid until the tree changes. */
  ancestry(slot: number): Ancestry {
    return new BranchAncestry(this.#columns, this.#best, 0, slot);
  }

  /** Copies of `count` headers of the best chain from a height on; fewer where the chain ends. */
  batch(fromHeight: number, count: number): HeaderBatch {
    const size = Math.max(0, Math.min(count, this.#best.length - fromHeight));
    const recordBytes = this.family.recordBytes;
    const records = new Uint8Array(size * recordBytes);
    const hashes = new Uint8Array(size * 32);
    for (let i = 0; i < size; i++) {
      const slot = this.#best[fromHeight + i] as number;
      records.set(this.#columns.record(slot), i * recordBytes);
      hashes.set(this.#columns.hash(slot), i * 32);
    }
    return { count: size, records, hashes };
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
  insertChecked(records: Uint8Array, hashes: Uint8Array, parent: number, index = 0): InsertResult {
    return this.#known(records, hashes, index) ?? this.#add(records, hashes, index, parent);
  }

  /** A record commits to all that a hash does, so two records under one hash are an equivocation. */
  #known(records: Uint8Array, hashes: Uint8Array, index: number): InsertResult | undefined {
    const slot = this.find(hashes, index * 32);
    if (slot === undefined) return undefined;
    const { recordBytes } = this.family;
    const record = records.subarray(index * recordBytes, (index + 1) * recordBytes);
    if (areEqual(this.#columns.record(slot), record)) return { kind: 'duplicate', slot };
    return { kind: 'rejected', code: 'HEADER_EQUIVOCATION', detail: 'the first verified header stays' };
  }

  #add(records: Uint8Array, hashes: Uint8Array, index: number, parent: number): InsertResult {
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
      detail: `${this.#sideHeadersMax} headers beside the best chain`,
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
    const disconnected = this.#best.splice(columns.height(ancestor) + 1);
    for (const at of connected) this.#best.push(at);
    this.#sideLeaves.add(disconnected[disconnected.length - 1] as number);
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
