import {
  type KeyOf,
  type StorageChange,
  type StorageRecord,
  type StorageSelection,
  type Store,
  StoreError,
  type TableName,
} from '@vision-light/protocol';
import type { BrowserStore } from './browser-store.js';
import type { WriteLock } from './write-lock.js';

/**
 * A store that several tabs read and one tab writes. Where another tab is the writer, the changes of this one are
 * dropped: its node goes on from memory, and the writer verifies the same chain. What is read is the writer's: a body
 * that was dropped here is there only once the writer has it too.
 *
 * A store that is denied has no writer: every change fails, whichever tab has the lock, and no other tab is blamed.
 */
export class SingleWriterStore implements BrowserStore {
  readonly #store: Store;
  readonly #lock: WriteLock;
  readonly #onBusy: () => void;
  #isBusy = false;
  #isDenied = false;
  #isClosed = false;

  /** @param onBusy  called once, when another writer is met */
  constructor(store: Store, lock: WriteLock, onBusy: () => void) {
    this.#store = store;
    this.#lock = lock;
    this.#onBusy = onBusy;
  }

  get isPersistent(): boolean {
    return !this.#isBusy && !this.#isDenied;
  }

  /** Reading needs no lock, so that a reload does not wait for the former page to end. */
  read(selections: readonly StorageSelection[]): Promise<StorageRecord[]> {
    return this.#noticeDenial(this.#store.read(selections));
  }

  list<Table extends TableName>(table: Table): Promise<KeyOf<Table>[]> {
    return this.#noticeDenial(this.#store.list(table));
  }

  async write(changes: readonly StorageChange[]): Promise<void> {
    if (this.#isDenied || (await this.#lock.isWriter)) return this.#noticeDenial(this.#store.write(changes));
    // What closing cut short is nobody's fault.
    if (this.#isBusy || this.#isClosed) return;
    this.#isBusy = true;
    this.#onBusy();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#store.close();
    this.#lock.release();
  }

  async #noticeDenial<T>(activity: Promise<T>): Promise<T> {
    try {
      const result = await activity;
      this.#isDenied = false;
      return result;
    } catch (error) {
      this.#isDenied = error instanceof StoreError && error.code === 'STORE_DENIED';
      throw error;
    }
  }
}
