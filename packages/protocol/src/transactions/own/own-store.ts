/**
 * Where transactions of this side are kept between two visits: read once, and written one write at a time.
 *
 * Memory: what `own-transactions.ts` holds, and once more while it is written. What the store does not take is written again
 * with the next change, or after STORE_RETRY_MS.
 */
import { bytesToHex } from '../../bytes/hex.js';
import {
  deleteRecord,
  isRecordOf,
  putRecord,
  type StorageChange,
  type StorageFailure,
  select,
} from '../../io/storage.js';
import type { StoragePort } from '../../io/storage-port.js';
import { OWN_TRANSACTIONS_MAX, STORE_RETRY_MS } from '../../limits.js';
import { decodeOwnRecord, encodeOwnRecord, type OwnRecord } from './own-record.js';

/** Whom the store tells. */
export interface OwnStoreListener {
  /** What was kept, once. */
  loaded(records: readonly OwnRecord[]): void;
  /** The store has taken a write, or why it has not. */
  storeAnswered(failure: StorageFailure | undefined): void;
}

/** Keeps transactions of this side; see the head of this file. */
export class OwnStore {
  /** By hex of the id: the record to put, or undefined to delete. */
  #changes = new Map<string, { readonly id: Uint8Array; readonly record: Uint8Array | undefined }>();
  #isWriting = false;
  #retryAt = Number.NEGATIVE_INFINITY;

  constructor(
    readonly storage: StoragePort,
    readonly listener: OwnStoreListener,
  ) {}

  /** False while something is not written that could be. */
  get isSettled(): boolean {
    return !this.#isWriting && (this.#changes.size === 0 || Number.isFinite(this.#retryAt));
  }

  /** Reads what is kept. A store that cannot say it is taken for empty. */
  start(): void {
    const failed = (): void => this.listener.loaded([]);
    this.storage.list('transactions', {
      done: (ids) => {
        const selections = ids.slice(0, OWN_TRANSACTIONS_MAX).map((id) => select('transactions', id));
        // What there is no room for is nothing that this code has written.
        for (const id of ids.slice(OWN_TRANSACTIONS_MAX)) this.remove(id);
        if (selections.length === 0) failed();
        else
          this.storage.read(selections, {
            done: (records) =>
              this.listener.loaded(
                records.flatMap((record) => {
                  const own = isRecordOf(record, 'transactions') ? decodeOwnRecord(record.value) : undefined;
                  if (own === undefined && record.key instanceof Uint8Array) this.remove(record.key);
                  return own ?? [];
                }),
              ),
            failed,
          });
      },
      failed,
    });
  }

  put(id: Uint8Array, record: OwnRecord): void {
    this.#changes.set(bytesToHex(id), { id, record: encodeOwnRecord(record) });
  }

  remove(id: Uint8Array): void {
    this.#changes.set(bytesToHex(id), { id, record: undefined });
  }

  /** Hands the store what there is for it. To be called at the end of a step. */
  advance(now: number): void {
    if (this.#isWriting || this.#changes.size === 0 || now < this.#retryAt) return;
    const changes = this.#changes;
    this.#changes = new Map();
    this.#isWriting = true;
    const list: StorageChange[] = [...changes.values()].map(({ id, record }) =>
      record === undefined ? deleteRecord('transactions', id) : putRecord('transactions', id, record),
    );
    this.storage.write(list, {
      done: () => {
        this.#isWriting = false;
        this.#retryAt = Number.NEGATIVE_INFINITY;
        this.listener.storeAnswered(undefined);
      },
      failed: (failure, at) => {
        this.#isWriting = false;
        this.#retryAt = at + STORE_RETRY_MS;
        for (const [key, change] of changes) if (!this.#changes.has(key)) this.#changes.set(key, change);
        this.listener.storeAnswered(failure);
      },
    });
  }

  nextWake(): number | undefined {
    return this.#changes.size > 0 && !this.#isWriting && Number.isFinite(this.#retryAt)
      ? this.#retryAt
      : undefined;
  }
}
