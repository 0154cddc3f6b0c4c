/**
 * In which block each transaction is: an index of the bodies that a node keeps, for nodes that are always on.
 *
 * A block is indexed when its body comes. What was there before is found by a walk along the best chain from genesis, once
 * after each start: a block that is indexed has a record of its own, so the walk reads bodies only of those that are not.
 * So nothing is lost by a crash between a body and its index. A transaction may be in blocks of several branches: all are
 * remembered, up to TX_INDEX_BLOCKS_MAX, and only one on the best chain is named. A reorganisation therefore changes nothing
 * in the index.
 *
 * Memory: one body and its ids, hashes of TX_INDEX_WAITING_MAX blocks and of TX_INDEX_BATCH from the walk,
 * TX_INDEX_LOOKUPS_MAX look-ups. Disk: about 100 bytes for each
 * transaction of a body that is kept, so less than the bodies. One request to build it and one to look something up are under
 * way at a time.
 */
import { defined } from '../assert.js';
import type { BlockSync } from '../blocks/block-sync.js';
import { areEqual } from '../bytes/compare-bytes.js';
import { bytesToHex } from '../bytes/hex.js';
import { putRecord, type StorageRecord, select } from '../io/storage.js';
import type { StoragePort } from '../io/storage-port.js';
import {
  FOLLOWED_SCAN_MAX,
  TX_INDEX_BATCH,
  TX_INDEX_BLOCKS_MAX,
  TX_INDEX_LOOKUPS_MAX,
  TX_INDEX_WAITING_MAX,
} from '../limits.js';
import type { Part } from '../peer/part.js';
import { findOnChain } from '../tree/find-on-chain.js';
import type { HeaderTree } from '../tree/header-tree.js';
import type { TxBlocks } from './proof-requests.js';

/** What it takes of the node around it. */
export interface TxIndexContext {
  /** Says which blocks are on the best chain: only these are named and walked. */
  readonly tree: HeaderTree;
  /** Keeps the index, in the table `txBlocks`. */
  readonly storage: StoragePort;
  /** Has the bodies that are indexed. */
  readonly blocks: BlockSync;
}

interface Lookup {
  readonly id: Uint8Array;
  readonly found: (block: Uint8Array | undefined) => void;
}

const nothing = new Uint8Array(0);

/** See the head of this file. */
export class TxIndex implements TxBlocks, Part {
  readonly name = 'txIndex';
  /** Hashes of blocks whose bodies have come. */
  readonly #waiting = new Map<string, Uint8Array>();
  readonly #lookups: Lookup[] = [];
  /** The next height of the walk. */
  #height = 0;
  #isBuilding = false;
  #isLooking = false;
  /** The store takes nothing: it is tried again with the next body. */
  #isFailing = false;

  /** @param context  of the one node that the index is of */
  constructor(readonly context: TxIndexContext) {}

  find(id: Uint8Array, found: (block: Uint8Array | undefined) => void): void {
    if (this.#lookups.length >= TX_INDEX_LOOKUPS_MAX) {
      found(undefined);
      return;
    }
    this.#lookups.push({ id: id.slice(), found });
    this.#look();
  }

  bodyAccepted(slot: number): void {
    const { tree } = this.context;
    this.#isFailing = false;
    const hash = tree.hash(slot).slice();
    if (this.#waiting.size < TX_INDEX_WAITING_MAX) this.#waiting.set(bytesToHex(hash), hash);
    else this.#height = Math.min(this.#height, tree.height(slot));
  }

  storeEmptied(): void {
    this.#height = 0;
  }

  chainReplaced(): void {
    this.#height = 0;
  }

  advance(): void {
    if (this.#mayBuild) this.#build();
  }

  nextWake({ now }: { readonly now: number }): number | undefined {
    const hasMore = this.#waiting.size > 0 || this.#height <= this.context.tree.tipHeight;
    return hasMore && this.#mayBuild ? now : undefined;
  }

  /** Not before it is known which bodies are kept. */
  get #mayBuild(): boolean {
    return !this.#isBuilding && !this.#isFailing && this.context.blocks.stored.isListed;
  }

  #isHere(hash: Uint8Array): boolean {
    return this.context.blocks.whereabouts(hash) === 'here';
  }

  #look(): void {
    const lookup = this.#isLooking ? undefined : this.#lookups.shift();
    if (lookup === undefined) return;
    this.#isLooking = true;
    const answer = (value: Uint8Array): void => {
      this.#isLooking = false;
      lookup.found(this.#blocksOf(value).find((hash) => this.#isOnBestChain(hash)));
      this.#look();
    };
    this.context.storage.read([select('txBlocks', lookup.id)], {
      done: ([record]) => answer(record?.value ?? nothing),
      failed: () => answer(nothing),
    });
  }

  #build(): void {
    const [first] = this.#waiting;
    if (first !== undefined) {
      this.#waiting.delete(first[0]);
      this.#index(first[1]);
      return;
    }
    this.#walk();
  }

  /** Looks up which of the next blocks of the best chain are indexed. */
  #walk(): void {
    const { tree, storage } = this.context;
    const hashes: Uint8Array[] = [];
    const end = Math.min(tree.tipHeight, this.#height + FOLLOWED_SCAN_MAX);
    while (this.#height <= end && hashes.length < TX_INDEX_BATCH) {
      const slot = tree.at(this.#height++);
      const hash = slot === undefined ? undefined : tree.hash(slot);
      if (hash !== undefined && this.#isHere(hash)) hashes.push(hash.slice());
    }
    if (hashes.length === 0) return;
    this.#isBuilding = true;
    storage.read(
      hashes.map((hash) => select('txBlocks', hash)),
      {
        done: (records) => {
          this.#isBuilding = false;
          const indexed = new Set(records.map(keyOf));
          for (const hash of hashes)
            if (!indexed.has(bytesToHex(hash))) this.#waiting.set(bytesToHex(hash), hash);
        },
        failed: () => this.#failed(),
      },
    );
  }

  #failed(): void {
    this.#isBuilding = false;
    this.#isFailing = true;
    this.#height = 0;
  }

  #index(hash: Uint8Array): void {
    if (!this.#isHere(hash)) return;
    this.#isBuilding = true;
    this.context.blocks.read(hash, (body) => {
      const transactions = body && this.context.tree.family.splitBody(body);
      if (transactions === undefined) this.#isBuilding = false;
      else
        this.#write(
          hash,
          transactions.map(({ id }) => id.slice()),
          0,
        );
    });
  }

  /** Adds the block to some of its transactions, and then to the others; the record of the block comes last. */
  #write(hash: Uint8Array, ids: readonly Uint8Array[], from: number): void {
    const { storage } = this.context;
    const failed = (): void => this.#failed();
    const part = ids.slice(from, from + TX_INDEX_BATCH);
    const write = (records: readonly StorageRecord[]): void => {
      const known = new Map(records.map((record) => [keyOf(record), record.value]));
      const isLast = from + part.length >= ids.length;
      const changes = part.map((id) =>
        putRecord('txBlocks', id, this.#with(hash, known.get(bytesToHex(id)) ?? nothing)),
      );
      if (isLast) changes.push(putRecord('txBlocks', hash, nothing));
      const done = (): void => {
        if (isLast) this.#isBuilding = false;
        else this.#write(hash, ids, from + part.length);
      };
      storage.write(changes, { done, failed });
    };
    if (part.length === 0) write([]);
    else
      storage.read(
        part.map((id) => select('txBlocks', id)),
        { done: write, failed },
      );
  }

  /** The hashes of a record with one more, which comes first; of too many, one off the best chain goes, or the oldest. */
  #with(hash: Uint8Array, value: Uint8Array): Uint8Array {
    const others = this.#blocksOf(value).filter((each) => !areEqual(each, hash));
    const best = others.filter((each) => this.#isOnBestChain(each));
    const kept = [hash, ...best, ...others.filter((each) => !best.includes(each))].slice(
      0,
      TX_INDEX_BLOCKS_MAX,
    );
    const record = new Uint8Array(32 * kept.length);
    for (const [i, each] of kept.entries()) record.set(each, 32 * i);
    return record;
  }

  #blocksOf(value: Uint8Array): Uint8Array[] {
    const count = Math.min(Math.floor(value.length / 32), TX_INDEX_BLOCKS_MAX);
    return Array.from({ length: count }, (_, i) => value.slice(32 * i, 32 * (i + 1)));
  }

  #isOnBestChain(hash: Uint8Array): boolean {
    return findOnChain(this.context.tree, hash) !== undefined;
  }
}

function keyOf({ key }: StorageRecord): string {
  return bytesToHex(
    defined(key instanceof Uint8Array ? key : undefined, 'the keys of this table are hashes'),
  );
}
