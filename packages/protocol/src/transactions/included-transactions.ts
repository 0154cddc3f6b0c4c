/**
 * The transactions of the newest blocks: which of them the best chain has, what a reorganisation brings back, and the
 * highest number that each sender has used.
 *
 * A block is known here once its body came, on the best chain or beside it. What it has is applied when it is on the best
 * chain, in any order of blocks, and taken back when it leaves it.
 *
 * Memory: FOLLOWED_BLOCKS blocks, whose transactions take TX_INCLUDED_BYTES_MAX bytes together (those of the oldest go
 * first), and the numbers of TX_ACCOUNTS_MAX senders.
 */
import { bytesToHex } from '../bytes/hex.js';
import type { CheckedBody } from '../chain/checked-body.js';
import type { Transaction } from '../chain/transaction-rules.js';
import { FOLLOWED_BLOCKS, TX_ACCOUNTS_MAX, TX_INCLUDED_BYTES_MAX } from '../limits.js';
import type { HeaderTree } from '../tree/header-tree.js';
import type { BranchSwitch } from '../tree/insert-result.js';

/** A transaction of a block. */
export interface BlockItem {
  readonly tx: Transaction;
  /** Hex of its relay id. */
  readonly key: string;
  /** Its signature was verified, or has none that a light node could verify. */
  readonly isVerified: boolean;
}

/** Where a block with transactions is. */
export interface BlockPlace {
  readonly height: number;
  /** 32 bytes. */
  readonly hash: Uint8Array;
}

interface Block extends BlockPlace {
  /** Undefined once their bytes had to go. */
  items: readonly BlockItem[] | undefined;
  bytes: number;
  isApplied: boolean;
}

/** What is told of blocks, and what is asked. */
export interface IncludedListener {
  /** A transaction of a body; undefined for one that cannot be read. `bytes` is a view of the body. */
  itemOf(relayId: Uint8Array, bytes: Uint8Array): BlockItem | undefined;
  /** The best chain has these, in block order. */
  included(place: BlockPlace, items: readonly BlockItem[]): void;
  /** A block has left the best chain; `items` is undefined if they must be read from its body. */
  disconnected(place: BlockPlace, items: readonly BlockItem[] | undefined): void;
}

/** Follows the newest blocks; see the head of this file. */
export class IncludedTransactions {
  /** By hash, oldest arrival first. */
  readonly #blocks = new Map<string, Block>();
  /** The one that was used least lately comes first. */
  readonly #used = new Map<string, bigint>();
  /** Relay ids of what is kept and on the best chain. */
  readonly #keys = new Set<string>();
  #bytes = 0;

  constructor(
    readonly tree: HeaderTree,
    readonly listener: IncludedListener,
  ) {}

  /** Of the transactions that are kept. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Blocks that are known here. */
  get blocks(): number {
    return this.#blocks.size;
  }

  /** Senders whose numbers are remembered. */
  get accounts(): number {
    return this.#used.size;
  }

  /** Whether one of the newest blocks of the best chain has a transaction, as far as they are kept. */
  has(key: string): boolean {
    return this.#keys.has(key);
  }

  /** The highest number of a sender that a block of the best chain is known to have. */
  usedNumber(account: string): bigint | undefined {
    return this.#used.get(account);
  }

  /** All transactions that are kept, of the newest block first. */
  *items(): Generator<BlockItem> {
    for (const { items } of [...this.#blocks.values()].toReversed()) yield* items ?? [];
  }

  /** What a block has, in block order; undefined if it is not known here, or not kept any more. @param hash  32 bytes */
  itemsOf(hash: Uint8Array): readonly BlockItem[] | undefined {
    return this.#blocks.get(bytesToHex(hash))?.items;
  }

  /** Calls with each block of the best chain that is known here, and what it has. */
  each(visit: (place: BlockPlace, items: readonly BlockItem[]) => void): void {
    for (const block of this.#blocks.values())
      if (block.isApplied && block.items !== undefined) visit(block, block.items);
  }

  /** A body came that is the one of a verified header. */
  bodyAccepted(slot: number, body: CheckedBody): void {
    const { tree } = this;
    const hash = tree.hash(slot);
    const key = bytesToHex(hash);
    const height = tree.height(slot);
    if (this.#blocks.has(key) || height <= tree.tipHeight - FOLLOWED_BLOCKS) return;
    const items: BlockItem[] = [];
    let bytes = 0;
    for (const { relayId, bytes: view } of body.transactions) {
      const item = this.listener.itemOf(relayId, view);
      if (item === undefined) continue;
      items.push(item);
      bytes += item.tx.bytes.length;
    }
    const block: Block = { height, hash: hash.slice(), items, bytes, isApplied: false };
    this.#blocks.set(key, block);
    this.#bytes += bytes;
    if (tree.isOnBestChain(slot)) this.#apply(block, items);
    this.#forgetOldest();
  }

  /**
   * Another branch is the best one now. Its blocks that are known here follow in the same step.
   *
   * @returns slots of those that are not: their bodies must be read, if they are anywhere
   */
  reorganised({ disconnected, connected }: BranchSwitch): number[] {
    const left: Block[] = [];
    for (const slot of disconnected.toReversed()) {
      const hash = this.tree.hash(slot);
      const block = this.#blocks.get(bytesToHex(hash));
      if (block?.isApplied === true) this.#takeBack(block.items);
      // What it had is not known, so what is remembered of senders may be too high.
      else this.#used.clear();
      if (block !== undefined) block.isApplied = false;
      left.push(
        block ?? {
          hash: hash.slice(),
          height: this.tree.height(slot),
          items: undefined,
          bytes: 0,
          isApplied: false,
        },
      );
    }
    const missing: number[] = [];
    for (const slot of connected) {
      const key = bytesToHex(this.tree.hash(slot));
      const block = this.#blocks.get(key);
      if (block?.items !== undefined) this.#apply(block, block.items);
      else {
        this.#blocks.delete(key);
        missing.push(slot);
      }
    }
    // What comes back must know what the new branch has.
    for (const { height, hash, items } of left.toReversed())
      this.listener.disconnected({ height, hash }, items);
    return missing;
  }

  /** The tree begins anew: which blocks are on the best chain is not known any more. */
  clear(): void {
    this.#blocks.clear();
    this.#used.clear();
    this.#keys.clear();
    this.#bytes = 0;
  }

  #apply(block: Block, items: readonly BlockItem[]): void {
    block.isApplied = true;
    for (const { tx, key } of items) {
      this.#keys.add(key);
      if (tx.sequence === undefined) continue;
      const { account, number } = tx.sequence;
      const known = this.#used.get(account);
      this.#use(account, known !== undefined && known > number ? known : number);
    }
    this.listener.included(block, items);
  }

  #takeBack(items: readonly BlockItem[] | undefined): void {
    if (items === undefined) {
      this.#used.clear();
      return;
    }
    for (const { tx, key } of items) {
      this.#keys.delete(key);
      if (tx.sequence === undefined) continue;
      const { account, number } = tx.sequence;
      const known = this.#used.get(account);
      if (known === undefined || known < number) continue;
      if (number === 0n) this.#used.delete(account);
      else this.#use(account, number - 1n);
    }
  }

  #use(account: string, number: bigint): void {
    this.#used.delete(account);
    this.#used.set(account, number);
    if (this.#used.size <= TX_ACCOUNTS_MAX) return;
    for (const oldest of this.#used.keys()) {
      this.#used.delete(oldest);
      return;
    }
  }

  /** The lowest go first, not those that came first: a node that comes back reads the newest blocks before the others. */
  #forgetOldest(): void {
    if (this.#blocks.size <= FOLLOWED_BLOCKS && this.#bytes <= TX_INCLUDED_BYTES_MAX) return;
    const lowestFirst = [...this.#blocks].sort(([, a], [, b]) => a.height - b.height);
    for (const [key, block] of lowestFirst) {
      if (this.#blocks.size > FOLLOWED_BLOCKS) this.#blocks.delete(key);
      else if (this.#bytes <= TX_INCLUDED_BYTES_MAX) return;
      this.#bytes -= block.bytes;
      if (block.isApplied) for (const item of block.items ?? []) this.#keys.delete(item.key);
      block.items = undefined;
      block.bytes = 0;
    }
  }
}
