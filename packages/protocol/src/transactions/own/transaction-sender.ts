/**
 * Transactions that the application sends: checked as any other, kept for the next visit, and watched until they are final.
 *
 * Memory: what `own-transactions.ts` and `own-store.ts` state.
 */
import { bytesToHex } from '../../bytes/hex.js';
import type { Transaction } from '../../chain/transaction-rules.js';
import type { Command, EventTime } from '../../io/event.js';
import type { StorageFailure } from '../../io/storage.js';
import type { StoragePort } from '../../io/storage-port.js';
import type { PoolFault } from '../../io/transaction-notice.js';
import { MEMPOOL_EXPIRY_MS } from '../../limits.js';
import type { Outbox } from '../../peer/outbox.js';
import type { HeaderTree } from '../../tree/header-tree.js';
import type { Mempool } from '../pool/mempool.js';
import type { PoolEntry } from '../pool/pool-entry.js';
import type { SignatureVerdict } from '../signature-queue.js';
import type { TransactionIntake } from '../transaction-intake.js';
import type { OwnRecord } from './own-record.js';
import { OwnStore } from './own-store.js';
import { OwnTransactions } from './own-transactions.js';

/** Whom it tells. */
export interface SenderListener {
  /** A transaction of this side is in the mempool, or one that is only forwarded. */
  entered(entry: PoolEntry, now: number, isForwarded: boolean): void;
  /** The store has taken transactions, or why it has not. */
  storeAnswered(failure: StorageFailure | undefined): void;
}

/** Sends transactions of this side; see the head of this file. */
export class TransactionSender {
  readonly own: OwnTransactions;
  readonly #store: OwnStore;
  /** What was kept, until the chain is loaded by which it is judged; undefined until it is read. */
  #loaded: readonly OwnRecord[] | undefined;
  #isRestored = false;

  constructor(
    readonly tree: HeaderTree,
    readonly outbox: Outbox,
    storage: StoragePort,
    readonly mempool: Mempool,
    readonly intake: TransactionIntake,
    readonly listener: SenderListener,
  ) {
    this.#store = new OwnStore(storage, {
      loaded: (records) => {
        this.#loaded = records;
      },
      storeAnswered: (failure) => listener.storeAnswered(failure),
    });
    this.own = new OwnTransactions(tree, outbox, {
      changed: (id, record) => this.#store.put(id, record),
      ended: (id) => this.#store.remove(id),
    });
  }

  /** False while something is not written that could be. */
  get isSettled(): boolean {
    return this.#store.isSettled;
  }

  start(): void {
    this.#store.start();
  }

  /** The store is empty: what is watched is written again. */
  storeEmptied(): void {
    this.own.keep();
  }

  /** Checks a transaction and relays it; answers once. @param isOpen  false while the node loads or closes */
  send(
    { bytes, isForwarded = false, ticket }: Extract<Command, { readonly kind: 'sendTransaction' }>,
    isOpen: boolean,
    { now, wallTime }: EventTime,
  ): void {
    const answer = (code: string | undefined, id: Uint8Array): void => {
      const result = code === undefined ? { id: this.tree.family.hashToHex(id) } : { code };
      this.outbox.emit({ type: 'sent', ticket, ...result });
    };
    const tx = this.intake.read(bytes);
    if (typeof tx === 'string') {
      answer(tx, bytes);
      return;
    }
    const hasRoom = isOpen && this.#isRestored && (isForwarded || this.own.hasRoom(tx.bytes.length));
    const refusal = hasRoom ? this.mempool.judge(tx) : 'TX_BUSY';
    const done = (verdict: SignatureVerdict): void => {
      const fault = verdict === true ? this.#enter(tx, now, isForwarded) : faultOf(verdict);
      answer(fault, tx.id);
      if (fault !== undefined || isForwarded) return;
      this.own.add(tx, { bytes: tx.bytes, sentAt: Math.max(0, Math.floor(wallTime)), place: undefined });
    };
    if (refusal !== undefined) answer(refusal, tx.id);
    else if (!this.intake.verify(tx, done)) answer('TX_BUSY', tx.id);
  }

  /** @returns whether what was kept has just come back, and some of it is in no block that is known */
  restore({ now, wallTime }: EventTime): boolean {
    const records = this.#loaded;
    if (this.#isRestored || records === undefined) return false;
    this.#isRestored = true;
    this.#loaded = undefined;
    let isPending = false;
    for (const record of records) {
      // It was verified before it was kept.
      const tx = this.intake.read(record.bytes);
      if (typeof tx === 'string' || !this.own.hasRoom(tx.bytes.length)) continue;
      this.own.add(tx, record);
      const idKey = bytesToHex(tx.id);
      if (!this.own.isPending(idKey)) continue;
      const isOld = wallTime > record.sentAt + MEMPOOL_EXPIRY_MS / 1000;
      if (isOld || this.#enter(tx, now) !== undefined) this.own.end(idKey, { kind: 'expired' });
      else isPending = true;
    }
    return isPending;
  }

  advance(now: number): void {
    this.own.advance();
    this.#store.advance(now);
  }

  nextWake(): number | undefined {
    return this.#store.nextWake();
  }

  #enter(tx: Transaction, now: number, isForwarded = false): PoolFault | undefined {
    const entry = this.mempool.add(tx, now, !isForwarded);
    if (typeof entry === 'string') return entry;
    this.listener.entered(entry, now, isForwarded);
    return undefined;
  }
}

function faultOf(verdict: false | undefined): 'TX_SIGNATURE_INVALID' | 'TX_UNVERIFIABLE' {
  return verdict === undefined ? 'TX_UNVERIFIABLE' : 'TX_SIGNATURE_INVALID';
}
