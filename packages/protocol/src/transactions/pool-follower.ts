/**
 * What blocks do to the mempool: what the best chain has leaves it, with what that contradicts; what a reorganisation
 * disconnects comes back, in the same step if it is in memory and was verified.
 *
 * At the start the bodies of the newest blocks may be read from the store once, one after another: so it is known what they
 * have, and which numbers senders have used. Memory: what `included-transactions.ts` states, and one body that is read.
 */
import { bytesToHex } from '../bytes/hex.js';
import { CheckedBody } from '../chain/checked-body.js';
import { FOLLOWED_BLOCKS } from '../limits.js';
import type { HeaderTree } from '../tree/header-tree.js';
import type { BranchSwitch } from '../tree/insert-result.js';
import { type BlockItem, type BlockPlace, IncludedTransactions } from './included-transactions.js';
import type { Mempool } from './pool/mempool.js';
import type { PoolEntry } from './pool/pool-entry.js';
import type { SignatureVerdict } from './signature-queue.js';
import type { TransactionIntake } from './transaction-intake.js';

/** What the follower needs of the node around it. */
export interface PoolFollowerContext {
  /** Reads the body of a block, if it is kept: at once or later. */
  readonly readBody: (hash: Uint8Array, reader: (body: Uint8Array | undefined) => void) => void;
  /** Monotonic ms of the step that is being taken. */
  readonly now: () => number;
}

/** Whom it tells. */
export interface PoolFollowerListener {
  /** The best chain has these, and the mempool has them no more. */
  included(place: BlockPlace, items: readonly BlockItem[]): void;
  /** A block has left the best chain. */
  disconnected(place: BlockPlace): void;
  /** A transaction has come back into the mempool. */
  cameBack(entry: PoolEntry): void;
}

/** Keeps the mempool in step with the best chain; see the head of this file. */
export class PoolFollower {
  readonly included: IncludedTransactions;

  constructor(
    readonly tree: HeaderTree,
    readonly mempool: Mempool,
    readonly intake: TransactionIntake,
    readonly context: PoolFollowerContext,
    readonly listener: PoolFollowerListener,
  ) {
    this.included = new IncludedTransactions(tree, {
      itemOf: (relayId, view) => this.#itemOf(relayId, view),
      included: (place, items) => {
        // First of all: for what is mined has not been replaced.
        listener.included(place, items);
        for (const { key, tx } of items) mempool.included(key, tx);
      },
      disconnected: (place, items) => this.#disconnected(place, items),
    });
  }

  /** Another branch is the best one. */
  reorganised(reorg: BranchSwitch): void {
    for (const slot of this.included.reorganised(reorg)) this.#read(slot, () => {});
  }

  /** Reads the newest bodies that are kept, newest first. */
  scan(): void {
    const { tree } = this;
    const next = (height: number): void => {
      const slot = tree.at(height);
      if (slot !== undefined && height > tree.tipHeight - FOLLOWED_BLOCKS)
        this.#read(slot, () => next(height - 1));
    };
    next(tree.tipHeight);
  }

  #read(slot: number, done: () => void): void {
    const { tree } = this;
    const hash = tree.hash(slot).slice();
    this.context.readBody(hash, (body) => {
      // Slots may mean something else by now.
      const found = tree.find(hash);
      if (body !== undefined && found !== undefined)
        this.included.bodyAccepted(found, new CheckedBody(tree.family, body));
      done();
    });
  }

  #itemOf(relayId: Uint8Array, view: Uint8Array): BlockItem | undefined {
    const key = bytesToHex(relayId);
    const known = this.mempool.get(key)?.tx;
    if (known !== undefined) return { tx: known, key, isVerified: true };
    const tx = this.tree.family.readTransaction(view.slice());
    return tx && { tx, key, isVerified: tx.signature === undefined };
  }

  #disconnected(place: BlockPlace, items: readonly BlockItem[] | undefined): void {
    const { tree } = this;
    this.listener.disconnected(place);
    for (const item of items ?? []) this.#comeBack(item);
    if (items !== undefined) return;
    const hash = place.hash.slice();
    this.context.readBody(hash, (body) => {
      const slot = tree.find(hash);
      if (body === undefined || (slot !== undefined && tree.isOnBestChain(slot))) return;
      for (const { relayId, bytes } of tree.family.splitBody(body) ?? []) {
        const item = this.#itemOf(relayId, bytes);
        if (item !== undefined) this.#comeBack(item);
      }
    });
  }

  /** A block may have what no peer relays, and what nobody has signed. */
  #comeBack({ tx, key, isVerified }: BlockItem): void {
    if (tx.fault !== undefined || this.included.has(key) || this.mempool.judge(tx) !== undefined) return;
    const add = (verdict: SignatureVerdict): void => {
      const entry = verdict === true ? this.mempool.add(tx, this.context.now()) : undefined;
      if (typeof entry === 'object') this.listener.cameBack(entry);
    };
    if (isVerified) add(true);
    else this.intake.verify(tx, add);
  }
}
