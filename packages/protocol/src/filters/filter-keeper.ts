/**
 * The filters that a gateway keeps: the hashes of all, as peers that serve filters agree about them, and the newest filters
 * themselves. Both grow with the chain, one request at a time.
 *
 * Memory: what `filter-hashes.ts` states, a hash for each filter that is kept, and FILTERS_REQUESTED_MAX filters.
 */
import { areEqual } from '../bytes/compare-bytes.js';
import { bytesToHex } from '../bytes/hex.js';
import { deleteRecord, putRecord, type StorageChange, select } from '../io/storage.js';
import type { StoragePort } from '../io/storage-port.js';
import { FILTER_HASHES_MAX, FILTER_RETRY_MS, FILTERS_REQUESTED_MAX } from '../limits.js';
import type { Peer } from '../peer/peer.js';
import type { HeaderTree } from '../tree/header-tree.js';
import type { AgreementContext, FilterAgreement } from './filter-agreement.js';
import { downloadFilters } from './filter-download.js';
import { FilterHashes } from './filter-hashes.js';
import { type FilterRange, rangeOf } from './filter-range.js';

/** What it takes of the node. */
export interface KeeperContext extends AgreementContext {
  /** The chain whose filters are kept. */
  readonly tree: HeaderTree;
  /** Where they are kept. */
  readonly storage: StoragePort;
  /** Monotonic ms of the step that is being taken. */
  now(): number;
  /** Whether the chain grows so fast that filters have to wait. */
  isSyncing(): boolean;
}

/** See the head of this file. */
export class FilterKeeper {
  readonly hashes: FilterHashes;
  /** Heights of the filters that are kept, by hash of the block in hex. */
  readonly #kept = new Map<string, number>();
  /** What was stored, until the chain is there to compare it with. */
  #stored: readonly Uint8Array[] | undefined;
  #isLoaded = false;
  #isBusy = false;
  /** Below this height two peers or more have said the same, in this run. What one said alone is held against others later. */
  #confirmed = 0;
  #retryAt = Number.NEGATIVE_INFINITY;

  /** @param count  how many of the newest filters are kept */
  constructor(
    readonly context: KeeperContext,
    readonly agreement: FilterAgreement,
    readonly count: number,
  ) {
    this.hashes = new FilterHashes(context.rules);
  }

  /** Reads what is stored. The chain need not be loaded yet. */
  start(): void {
    const { storage } = this.context;
    storage.read([{ table: 'filterHashes', from: 0 }], {
      done: (records) => {
        this.#stored = records.map(({ value }) => value.slice());
      },
      failed: () => {
        this.#stored = [];
      },
    });
  }

  /** The chain above a height is another one, or there is more of it. */
  changed(ancestorHeight: number): void {
    this.#truncate(ancestorHeight + 1);
    this.#retryAt = Number.NEGATIVE_INFINITY;
  }

  /** What is stored is of another chain, or gone. */
  restart(): void {
    this.#truncate(0);
    this.#kept.clear();
  }

  /** Whether the filter of a block is kept. */
  has(block: Uint8Array): boolean {
    return this.#kept.has(bytesToHex(block));
  }

  /** Hash of a block's filter; undefined if it is not known, or the block is not on the best chain any more. */
  hashOf(block: Uint8Array, height: number): Uint8Array | undefined {
    return height < this.hashes.count && this.#isAt(height, block)
      ? this.hashes.at(height).slice()
      : undefined;
  }

  /**
   * Reads a filter that is kept. Calls back once. One that has another hash, because it was damaged or because peers have
   * come to agree about another one, is fetched anew: peers take whoever serves it for a liar.
   */
  read(block: Uint8Array, hash: Uint8Array, done: (filter: Uint8Array | undefined) => void): void {
    const { storage, rules } = this.context;
    const taken = (filter: Uint8Array | undefined): void => {
      const isWhole = filter !== undefined && areEqual(rules.filterHash(filter), hash);
      if (!isWhole) this.#kept.delete(bytesToHex(block));
      done(isWhole ? filter : undefined);
    };
    storage.read([select('filters', block)], {
      done: ([record]) => taken(record?.value),
      failed: () => taken(undefined),
    });
  }

  /** Does the next thing, if there is one and nothing is under way. A peer is there, so the chain is loaded. */
  advance(): void {
    const { now, isSyncing, sources } = this.context;
    if (this.#isBusy || now() < this.#retryAt || isSyncing() || sources().length === 0) return;
    this.#retryAt = Number.NEGATIVE_INFINITY;
    if (!this.#isLoaded) this.#load();
    else if (this.hashes.count <= this.context.tree.tipHeight) this.#extend();
    else if (!this.#keep() && sources().length > 1 && this.#confirmed < this.hashes.count) this.#confirm();
  }

  nextWake(): number | undefined {
    // Once it has come, and nobody is there to be asked, only an event can change anything.
    return this.#retryAt > this.context.now() ? this.#retryAt : undefined;
  }

  #load(): void {
    if (this.#stored === undefined) return;
    for (const record of this.#stored)
      if (!this.hashes.load(record, (height) => this.#blockAt(height))) break;
    this.#stored = undefined;
    this.#isBusy = true;
    const loaded = (keys: readonly Uint8Array[]): void => {
      const { tree } = this.context;
      for (const key of keys) {
        const slot = tree.find(key);
        this.#kept.set(bytesToHex(key), slot === undefined ? -1 : tree.height(slot));
      }
      this.#isLoaded = true;
      this.#isBusy = false;
    };
    this.context.storage.list('filters', { done: loaded, failed: () => loaded([]) });
  }

  /** Asks for the hashes of the next blocks. */
  #extend(): void {
    const { tree } = this.context;
    const first = this.hashes.count;
    const run = Math.floor(first / FILTER_HASHES_MAX);
    const last = Math.min(tree.tipHeight, (run + 1) * FILTER_HASHES_MAX - 1);
    const range = rangeOf(tree, first, last);
    if (range === undefined) return;
    this.#isBusy = true;
    this.agreement.find(range, (agreed) => {
      this.#isBusy = false;
      const lastBlock = range.blocks.at(-1);
      // The chain may have changed meanwhile.
      const isCurrent = lastBlock !== undefined && this.hashes.count === first && this.#isAt(last, lastBlock);
      const open = agreed?.hashes.indexOf(undefined) ?? 0;
      if (isCurrent)
        for (const hash of agreed?.hashes.slice(0, open < 0 ? undefined : open) ?? []) this.#push(hash);
      const { count } = this.hashes;
      if (first === this.#confirmed && (agreed?.peers.length ?? 0) > 1) this.#confirmed = count;
      const newest = this.#blockAt(count - 1);
      if (count > first && newest !== undefined)
        this.#write([putRecord('filterHashes', run, this.hashes.record(run, newest))]);
      // Peers differ, or nobody answers: they may do so later.
      if (open >= 0 && isCurrent) this.#retryLater();
    });
  }

  /** Asks all peers for what one alone has said. Where it was wrong, all from there on is asked for anew. */
  #confirm(): void {
    const first = this.#confirmed;
    const last = Math.min(this.hashes.count, first + FILTER_HASHES_MAX) - 1;
    const range = rangeOf(this.context.tree, first, last);
    if (range === undefined) return;
    this.#isBusy = true;
    this.agreement.find(range, (agreed) => {
      this.#isBusy = false;
      const lastBlock = range.blocks.at(-1);
      if (lastBlock === undefined || last >= this.hashes.count || !this.#isAt(last, lastBlock)) return;
      const wrong = agreed?.hashes.findIndex(
        (hash, i) => hash !== undefined && !areEqual(hash, this.hashes.at(first + i)),
      );
      if (wrong !== undefined && wrong >= 0) this.#truncate(first + wrong);
      else if (agreed === undefined || agreed.peers.length < 2) this.#retryLater();
      else this.#confirmed = last + 1;
    });
  }

  #truncate(count: number): void {
    this.hashes.truncate(count);
    this.#confirmed = Math.min(this.#confirmed, count);
  }

  /** Fetches filters of the newest blocks that are not kept yet, and removes what is too old. @returns whether there are any */
  #keep(): boolean {
    const { tree } = this.context;
    const lowest = Math.max(0, tree.tipHeight + 1 - this.count);
    let first = lowest;
    while (first <= tree.tipHeight && this.#keepsAt(first)) first++;
    let last = first - 1;
    while (last < tree.tipHeight && last + 1 < first + FILTERS_REQUESTED_MAX && !this.#keepsAt(last + 1))
      last++;
    const range = rangeOf(tree, first, last);
    if (range === undefined || range.blocks.length === 0) return false;
    this.#isBusy = true;
    const hashes = range.blocks.map((_, i) => this.hashes.at(first + i).slice());
    // Whoever is there now need not have said these hashes, and they may be wrong: so each says its own before it is asked.
    this.agreement.find(range, (agreed) => {
      this.#isBusy = false;
      const lastBlock = range.blocks.at(-1);
      if (lastBlock === undefined || !this.#isAt(last, lastBlock)) return;
      const wrong =
        agreed?.hashes.findIndex((hash, i) => hash !== undefined && !areEqual(hash, hashes[i] ?? hash)) ?? -1;
      if (wrong >= 0) this.#truncate(first + wrong);
      else if (agreed === undefined || agreed.hashes.includes(undefined)) this.#retryLater();
      else this.#download(range, hashes, agreed.peers, lowest);
    });
    return true;
  }

  /** @param peers  that say these hashes @param lowest  height below which no filter is kept */
  #download(range: FilterRange, hashes: readonly Uint8Array[], peers: readonly Peer[], lowest: number): void {
    this.#isBusy = true;
    downloadFilters(this.context, range, hashes, peers, (filters) => {
      this.#isBusy = false;
      if (filters === undefined) {
        this.#retryLater();
        return;
      }
      const changes: StorageChange[] = [];
      for (const [i, filter] of filters.entries()) {
        const block = range.blocks[i];
        if (block === undefined) continue;
        this.#kept.set(bytesToHex(block), range.first + i);
        changes.push(putRecord('filters', block, filter));
      }
      this.#write([...changes, ...this.#removeOld(lowest)]);
    });
  }

  #retryLater(): void {
    this.#retryAt = this.context.now() + FILTER_RETRY_MS;
  }

  #removeOld(lowest: number): StorageChange[] {
    const changes: StorageChange[] = [];
    for (const [key, height] of this.#kept) {
      if (height >= lowest) continue;
      this.#kept.delete(key);
      changes.push(
        deleteRecord(
          'filters',
          Uint8Array.from(key.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)),
        ),
      );
    }
    return changes;
  }

  /** What could not be written is fetched anew after the next start. */
  #write(changes: readonly StorageChange[]): void {
    this.#isBusy = true;
    const done = (): void => {
      this.#isBusy = false;
    };
    this.context.storage.write(changes, { done, failed: done });
  }

  #push(hash: Uint8Array | undefined): void {
    if (hash !== undefined) this.hashes.push(hash);
  }

  #keepsAt(height: number): boolean {
    const block = this.#blockAt(height);
    return block !== undefined && this.has(block);
  }

  #isAt(height: number, block: Uint8Array): boolean {
    const there = this.#blockAt(height);
    return there !== undefined && areEqual(there, block);
  }

  #blockAt(height: number): Uint8Array | undefined {
    const { tree } = this.context;
    const slot = tree.at(height);
    return slot === undefined ? undefined : tree.hash(slot);
  }
}
