/**
 * All verified headers from a base on, and which chain of them is the best. The base is genesis, or a later header that
 * the caller vouches for (`tree-base.ts`); verified headers may be put below it later.
 *
 * The best chain is the one with the most cumulative work; of two with the same work the one seen first. Headers beside
 * it are kept for a later reorg, {@link SIDE_HEADERS_MAX} of them at most: above that, whole branches are dropped,
 * least chainwork first, leaves before their parents. One branch that is known to be heavier has a place of its own while
 * it comes (`reserveSide`). So memory is bounded, but for that one, by
 * (best chain + window) × (recordBytes + about 10 bytes) + SIDE_HEADERS_MAX × (recordBytes + about 500 bytes), the latter
 * for side branches of a single header each. Headers are added on top up to {@link TREE_HEADERS_MAX}; those that are put
 * below the base are as many as it is high.
 */
import { assert } from '../assert.js';
import { areEqual } from '../bytes/compare-bytes.js';
import type { Ancestry, ChainFamily, HeaderBatch } from '../chain/chain-family.js';
import { SIDE_HEADERS_MAX, TREE_HEADERS_MAX } from '../limits.js';
import type { BestChain } from './best-chain.js';
import { BranchAncestry } from './branch-ancestry.js';
import { type HashIndex, hashKey } from './hash-index.js';
import type { HeaderRows } from './header-rows.js';
import type { AppendedRun, BranchSwitch, CheckedInsertResult, InsertResult } from './insert-result.js';
import { leadsUp } from './leads-up.js';
import type { SideBranches } from './side-branches.js';
import { assumedAt, genesisBase, type TreeBase } from './tree-base.js';
import { treePartsAt } from './tree-parts.js';

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
  #rows: HeaderRows;
  #index: HashIndex;
  /** The window before the base, and the best chain. */
  #best: BestChain;
  readonly #sideHeadersMax: number;
  #side: SideBranches;
  #baseHeight: number;
  /** Height of the lowest header that is verified, or taken on trust as the base that the tree began with. To be read. */
  verifiedFrom: number;
  /** How many headers of the best chain, from genesis on, are not verified: those below, and a base that it began with. To be read. */
  assumedHeaders: number;
  readonly #headersMax: number;
  readonly #dropped: (hash: Uint8Array) => void;

  constructor(
    /** The network: the sizes of its records, what work a header has, and what a base needs below it. */
    readonly family: ChainFamily,
    options: HeaderTreeOptions = {},
  ) {
    this.#headersMax = options.headersMax ?? TREE_HEADERS_MAX;
    this.#dropped = options.dropped ?? (() => {});
    this.#sideHeadersMax = options.sideHeadersMax ?? SIDE_HEADERS_MAX;
    const base = options.base ?? genesisBase(family);
    const parts = treePartsAt(family, base, this.#sideHeadersMax);
    ({ rows: this.#rows, index: this.#index, best: this.#best, side: this.#side } = parts);
    this.#baseHeight = base.height;
    this.verifiedFrom = base.height;
    this.assumedHeaders = assumedAt(base);
  }

  /** Begins anew at a base, with nothing above it: slots mean nothing any more. @throws {RangeError} if it is no base */
  restart(base: TreeBase): void {
    const parts = treePartsAt(this.family, base, this.#sideHeadersMax);
    ({ rows: this.#rows, index: this.#index, best: this.#best, side: this.#side } = parts);
    this.#baseHeight = base.height;
    this.verifiedFrom = base.height;
    this.assumedHeaders = assumedAt(base);
  }

  /** Slot of the last header of the best chain, which has one at least. */
  get tip(): number {
    return this.#best.tip;
  }

  /** Height of the best header. */
  get tipHeight(): number {
    return this.#best.tipHeight;
  }

  /** Height of the base: no header below it is in the tree. It falls when the tree is extended downwards. */
  get baseHeight(): number {
    return this.#baseHeight;
  }

  /** Headers in the tree, its base included. */
  get count(): number {
    return this.#rows.count - (this.baseHeight - this.#best.firstHeight);
  }

  /** Headers beside the best chain. */
  get sideCount(): number {
    return this.#rows.count - this.#best.length;
  }

  /** How many there may be. */
  get sideCountMax(): number {
    return this.#side.countMax;
  }

  /** @returns the slot of the hash that begins at byte `at`, or undefined */
  find(hashes: Uint8Array, at = 0): number | undefined {
    const slot = this.#index.find(hashes, at);
    return slot < 0 ? undefined : slot;
  }

  /** @returns the slot of the best chain at a height, or undefined below the base and above the tip */
  at(height: number): number | undefined {
    const slot = height >= this.#baseHeight && Number.isInteger(height) ? this.#best.at(height) : -1;
    return slot < 0 ? undefined : slot;
  }

  /** Whether the header of a slot is an ancestor of the tip, or the tip. */
  isOnBestChain(slot: number): boolean {
    return this.#best.has(slot);
  }

  /** Height of the header of a slot. */
  height(slot: number): number {
    return this.#rows.height(slot);
  }

  /** Seconds since the Unix epoch, as the header of a slot has it. */
  time(slot: number): number {
    return this.#rows.time(slot);
  }

  /** Work of all headers up to that of a slot, both ends included. */
  chainwork(slot: number): bigint {
    return this.#rows.chainwork(slot);
  }

  /** 32 bytes in internal order; a view. */
  hash(slot: number): Uint8Array {
    return this.#rows.hash(slot);
  }

  /** A view. */
  record(slot: number): Uint8Array {
    return this.#rows.record(slot);
  }

  /** Slot of the parent; −1 for the base. */
  parent(slot: number): number {
    return this.#rows.height(slot) === this.#baseHeight ? -1 : this.#rows.parent(slot);
  }

  /** Record of the parent, of the window for the base; undefined for genesis. A view. */
  parentRecord(slot: number): Uint8Array | undefined {
    const parent = this.#rows.parent(slot);
    return parent < 0 ? undefined : this.#rows.record(parent);
  }

  /** The branch that ends with a header; valid until the tree changes. */
  ancestry(slot: number): Ancestry {
    return new BranchAncestry(this.#rows, this.#best, slot);
  }

  /** Copies of `count` headers of the best chain from a height on, fewer at its end. @throws {RangeError} below the base */
  batch(fromHeight: number, count: number): HeaderBatch {
    if (!(fromHeight >= this.baseHeight)) throw new RangeError(`fromHeight: ${fromHeight} is below the base`);
    const size = Math.max(0, Math.min(count, this.tipHeight + 1 - fromHeight));
    const records = this.#best.records(fromHeight, size);
    return { count: size, records, hashes: this.#best.hashes(fromHeight, size) };
  }

  /** What another tree needs to begin at a height, or at the tip. Copies. @throws {RangeError} outside baseHeight … tipHeight */
  baseAt(height = this.tipHeight): TreeBase {
    const slot = this.at(height);
    if (slot === undefined) throw new RangeError(`height: ${height} is not in the tree`);
    const first = this.family.firstAncestor(height);
    return {
      height,
      hash: this.#rows.hash(slot).slice(),
      chainwork: this.#rows.chainwork(slot),
      records: this.#best.records(first, height - first + 1),
    };
  }

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
   * Makes room beside the best chain for one branch of `count` headers that is known to be heavier; ended by 0.
   *
   * @returns whether the whole tree has room for them
   */
  reserveSide(count: number): boolean {
    this.#side.reserved = count;
    this.#evict();
    return this.#rows.count + count <= this.#headersMax;
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
    const count = Math.min(to - from, this.#headersMax - this.#rows.count);
    assert(!family.claimsHashes, 'the hash of a record is no claim');
    if (count <= 0) return { firstHeight, lastSlot: tip, count: 0 };
    const parent = family.parent(records.subarray(from * family.recordBytes));
    assert(areEqual(parent, this.hash(tip)), 'a run continues the best chain');
    this.#best.append(records, hashes, from, from + count);
    for (let i = 0; i < count; i++)
      this.#index.add(this.#best.at(firstHeight + i), hashKey(hashes, (from + i) * 32));
    return { firstHeight, lastSlot: this.tip, count };
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
   * @param assumed  how many of them, the first ones, are not verified: a window and the header after it, which may be the base
   * @returns false, and nothing is changed, if the batch does not lead to the base, is not what the window says, or does
   *   not have the work that the base says
   */
  extendDown(batch: HeaderBatch, chainworkBefore: bigint, assumed = 0): boolean {
    const first = this.verifiedFrom - batch.count;
    if (!leadsUp(this.#rows, this.family, this.#best, batch, this.verifiedFrom, chainworkBefore))
      return false;
    const below = this.#best.firstHeight - first;
    if (below > 0) this.#best.prepend(batch, below, chainworkBefore);
    this.verifiedFrom = first + assumed;
    this.assumedHeaders = this.verifiedFrom;
    const lowest = Math.max(first, this.verifiedFrom - 1);
    const { family } = this;
    while (
      this.#baseHeight > lowest &&
      family.firstAncestor(this.#baseHeight - 1) >= this.#best.firstHeight
    ) {
      this.#baseHeight--;
      const slot = this.#best.at(this.#baseHeight);
      this.#index.add(slot, this.#rows.key(slot));
    }
    return true;
  }

  /** A record commits to all that a hash does, so two records under one hash are an equivocation. */
  #known(records: Uint8Array, hashes: Uint8Array, index: number): CheckedInsertResult | undefined {
    const slot = this.find(hashes, index * 32);
    if (slot === undefined) return undefined;
    const { recordBytes } = this.family;
    const record = records.subarray(index * recordBytes, (index + 1) * recordBytes);
    if (areEqual(this.#rows.record(slot), record)) return { kind: 'duplicate', slot };
    return { kind: 'rejected', code: 'HEADER_EQUIVOCATION', detail: 'the first verified header stays' };
  }

  #add(records: Uint8Array, hashes: Uint8Array, index: number, parent: number): CheckedInsertResult {
    if (this.#rows.count >= this.#headersMax) {
      return { kind: 'rejected', code: 'TREE_FULL', detail: `${this.#headersMax} headers` };
    }
    const key = hashKey(hashes, index * 32);
    const { tip } = this;
    if (parent === tip) {
      this.#best.append(records, hashes, index, index + 1);
      this.#index.add(this.tip, key);
      return { kind: 'extended', slot: this.tip };
    }
    const slot = this.#rows.append(records, hashes, index, index + 1, parent);
    this.#index.add(slot, key);
    this.#side.delete(parent);
    if (this.chainwork(slot) > this.chainwork(tip)) {
      const reorg = this.#switchTo(slot);
      this.#evict();
      return { kind: 'reorganised', slot, reorg };
    }
    this.#side.add(slot);
    // A branch that is dropped to make room may be this one; the parent then has no child any more.
    this.#evict();
    if (this.#side.has(slot)) return { kind: 'accepted', slot };
    return { kind: 'rejected', code: 'TREE_FULL', detail: `${this.sideCountMax} beside the best chain` };
  }

  #switchTo(slot: number): BranchSwitch {
    const connected: number[] = [];
    let ancestor = slot;
    while (!this.isOnBestChain(ancestor)) {
      connected.push(ancestor);
      ancestor = this.#rows.parent(ancestor);
    }
    connected.reverse();
    const old = this.tip;
    const disconnected = this.#best.switchTo(ancestor, connected);
    this.#side.add(old);
    return { ancestor, disconnected, connected };
  }

  #evict(): void {
    const drop = (slot: number): void => {
      this.#dropped(this.#rows.hash(slot));
      this.#index.remove(slot, this.#rows.key(slot));
      this.#rows.remove(slot);
    };
    this.#side.dropWeakest(this.sideCount, (slot) => this.isOnBestChain(slot), drop);
  }
}
