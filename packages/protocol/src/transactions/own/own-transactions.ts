/**
 * Transactions that this side sent: what becomes of each, until it is final.
 *
 * Memory: OWN_TRANSACTIONS_MAX transactions of together OWN_TRANSACTIONS_BYTES_MAX bytes, each with the peers that have
 * announced it.
 */
import { areEqual } from '../../bytes/compare-bytes.js';
import { bytesToHex } from '../../bytes/hex.js';
import type { Transaction } from '../../chain/transaction-rules.js';
import type { RemovalReason, SentState } from '../../io/transaction-notice.js';
import { CONFIRMATIONS_MAX, OWN_TRANSACTIONS_BYTES_MAX, OWN_TRANSACTIONS_MAX } from '../../limits.js';
import type { Outbox } from '../../peer/outbox.js';
import type { Peer } from '../../peer/peer.js';
import type { HeaderTree } from '../../tree/header-tree.js';
import type { BlockItem, BlockPlace } from '../included-transactions.js';
import type { PoolEntry } from '../pool/pool-entry.js';
import type { OwnRecord } from './own-record.js';

/** One that is watched. */
interface Own extends OwnRecord {
  readonly tx: Transaction;
  /** Who has announced it to this node. */
  readonly seenBy: Set<Peer>;
  /** Confirmations that were told last. */
  told: number;
}

/** Whom they are told to, beside the application. */
export interface OwnListener {
  /** It is to be kept for the next visit as it is now. */
  changed(id: Uint8Array, record: OwnRecord): void;
  /** It is final. */
  ended(id: Uint8Array): void;
}

/** All transactions of this side that are not final. */
export class OwnTransactions {
  /** By hex of the id, internal byte order; oldest first. */
  readonly #all = new Map<string, Own>();
  /** The same by hex of the relay id. */
  readonly #byKey = new Map<string, Own>();
  #bytes = 0;
  #tipHeight = -1;

  constructor(
    readonly tree: HeaderTree,
    readonly outbox: Outbox,
    readonly listener: OwnListener,
  ) {}

  get size(): number {
    return this.#all.size;
  }

  /** Of all of them. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether one more of so many bytes may be sent. */
  hasRoom(bytes: number): boolean {
    return this.#all.size < OWN_TRANSACTIONS_MAX && this.#bytes + bytes <= OWN_TRANSACTIONS_BYTES_MAX;
  }

  /** Whether no block of the best chain has one of them. */
  isPending(idKey: string): boolean {
    const own = this.#all.get(idKey);
    return own !== undefined && own.place === undefined;
  }

  /** Begins to watch one. */
  add(tx: Transaction, record: OwnRecord): void {
    const idKey = bytesToHex(tx.id);
    const own: Own = { ...record, tx, seenBy: new Set(), told: 0 };
    this.#all.set(idKey, own);
    this.#byKey.set(bytesToHex(tx.relayId), own);
    this.#bytes += tx.bytes.length;
    if (own.place !== undefined && !this.#isOnBestChain(own.place)) own.place = undefined;
    this.listener.changed(tx.id, own);
    if (own.place === undefined) this.#tell(own, { kind: 'pending' });
    else this.#tellPlace(own, own.place);
  }

  /** Tells the listener of all, as if they had changed. */
  keep(): void {
    for (const own of this.#all.values()) this.listener.changed(own.tx.id, own);
  }

  /** A peer announces a transaction. */
  announced(key: string, peer: Peer): void {
    const own = this.#byKey.get(key);
    if (own === undefined || own.place !== undefined || own.seenBy.has(peer)) return;
    own.seenBy.add(peer);
    this.#tell(own, { kind: 'seen', peers: own.seenBy.size });
  }

  /** A block of the best chain has these. */
  included({ height, hash }: BlockPlace, items: readonly BlockItem[]): void {
    if (this.#all.size === 0) return;
    for (const [position, { tx }] of items.entries()) {
      const own = this.#all.get(bytesToHex(tx.id));
      // A block that is read again says nothing new.
      if (own === undefined || (own.place !== undefined && areEqual(own.place.hash, hash))) continue;
      own.place = { height, hash, position };
      own.told = 0;
      this.#tellPlace(own, own.place);
      this.listener.changed(tx.id, own);
    }
  }

  /** A block has left the best chain. */
  disconnected({ hash }: BlockPlace): void {
    for (const own of this.#all.values()) {
      if (own.place === undefined || !areEqual(own.place.hash, hash)) continue;
      own.place = undefined;
      this.#tell(own, { kind: 'reorgedOut' });
      this.listener.changed(own.tx.id, own);
    }
  }

  /** One has left the mempool. */
  left({ idKey }: PoolEntry, reason: RemovalReason, by: Uint8Array | undefined): void {
    if (reason === 'included') return;
    this.end(
      idKey,
      by === undefined ? { kind: 'expired' } : { kind: 'replaced', by: this.tree.family.hashToHex(by) },
    );
  }

  /** Nothing more becomes of it, and it is not watched any more. */
  end(idKey: string, state: SentState): void {
    const own = this.#all.get(idKey);
    if (own === undefined) return;
    this.#tell(own, state);
    this.#all.delete(idKey);
    this.#byKey.delete(bytesToHex(own.tx.relayId));
    this.#bytes -= own.tx.bytes.length;
    this.listener.ended(own.tx.id);
  }

  /** Tells how many blocks follow, if there is a new one. */
  advance(): void {
    const { tipHeight } = this.tree;
    if (this.#all.size === 0 || tipHeight === this.#tipHeight) return;
    this.#tipHeight = tipHeight;
    for (const [idKey, own] of this.#all) {
      if (own.place === undefined) continue;
      const count = tipHeight - own.place.height + 1;
      if (count === own.told || count < 1) continue;
      own.told = count;
      if (count < CONFIRMATIONS_MAX) this.#tell(own, { kind: 'confirmed', count });
      else this.end(idKey, { kind: 'confirmed', count: CONFIRMATIONS_MAX });
    }
  }

  #isOnBestChain({ height, hash }: { readonly height: number; readonly hash: Uint8Array }): boolean {
    const slot = this.tree.find(hash);
    // Below what is loaded all is as it was.
    return slot === undefined ? height < this.tree.baseHeight : this.tree.isOnBestChain(slot);
  }

  #tellPlace(own: Own, { height, hash, position }: NonNullable<OwnRecord['place']>): void {
    this.#tipHeight = -1;
    const block = this.tree.family.hashToHex(hash);
    this.#tell(own, { kind: 'included', height, block, position });
  }

  #tell({ tx }: Own, state: SentState): void {
    this.outbox.emit({ type: 'transaction', id: this.tree.family.hashToHex(tx.id), state });
  }
}
