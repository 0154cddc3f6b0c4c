import {
  type KeyOf,
  type StorageChange,
  type StorageRecord,
  type StorageSelection,
  StoreError,
  type TableName,
} from '@vision-light/protocol';
import { type BrowserStore, FencedError, type LosableStore } from './browser-store.js';
import type { WriteLock } from './write-lock.js';

/** What a {@link SingleWriterStore} reports. */
export interface SingleWriterEvents {
  /** Another writer was met. */
  busy(): void;
  /** Another writer has taken this one's place. */
  fenced(): void;
  /** What was read and written is not known to be in the store: all of it is to be written again. */
  emptied(): void;
}

/**
 * A store that several tabs read and one tab writes. Where another tab is the writer, the changes of this one are
 * dropped: its node goes on from memory, and the writer verifies the same chain. What is read is the writer's: a body
 * that was dropped here is there only once the writer has it too. When the writer goes, this tab takes over. It does not
 * know what the other one has left, so it writes everything again.
 *
 * A writer that hangs may lose the lock to another tab. What it still tries to write is refused by the store, whose fence the
 * other one has raised; then it is a reader as well.
 *
 * A store that is denied, or that a later release uses, has no writer here: every change fails, whichever tab has the
 * lock, and no other tab is blamed. The lock of a store that a later release uses is given back, for that release.
 */
export class SingleWriterStore implements BrowserStore {
  readonly #store: LosableStore;
  readonly #lock: WriteLock;
  readonly #events: SingleWriterEvents;
  /** What is read waits for it: nothing can be written by the former writer afterwards. */
  readonly #claimed: Promise<void>;
  #isWriter: Promise<boolean>;
  #isBusy = false;
  #isDenied = false;
  #isOutdated = false;
  #isClosed = false;

  /** @param isTheft  whether the lock was taken away from another tab, which may go on writing until it is refused */
  constructor(store: LosableStore, lock: WriteLock, events: SingleWriterEvents, isTheft = false) {
    this.#store = store;
    // If it cannot be claimed, reading fails as well, or the first write claims it.
    this.#claimed = isTheft ? store.claim().catch(() => {}) : Promise.resolve();
    this.#lock = lock;
    this.#events = events;
    this.#isWriter = lock.isWriter;
    store.onLost = (isOutdated) => {
      if (isOutdated) {
        this.#isOutdated = true;
        lock.release();
      }
      events.emptied();
    };
    void lock.lost.then(() => this.#fence());
    void lock.takenLate.then(() => {
      this.#isWriter = Promise.resolve(true);
      this.#isBusy = false;
      events.emptied();
    });
  }

  get isPersistent(): boolean {
    return !(this.#isBusy || this.#isDenied || this.#isOutdated);
  }

  /** Reading needs no lock, so that a reload does not wait for the former page to end. */
  async read(selections: readonly StorageSelection[]): Promise<StorageRecord[]> {
    await this.#claimed;
    return this.#noticeDenial(this.#store.read(selections));
  }

  async list<Table extends TableName>(table: Table): Promise<KeyOf<Table>[]> {
    await this.#claimed;
    return this.#noticeDenial(this.#store.list(table));
  }

  async write(changes: readonly StorageChange[]): Promise<void> {
    const hasRight = this.#isDenied || this.#isOutdated || (await this.#isWriter);
    // It may have become outdated while it waited.
    if (hasRight || this.#isOutdated) {
      try {
        return await this.#noticeDenial(this.#store.write(changes));
      } catch (error) {
        if (!(error instanceof FencedError)) throw error;
        this.#fence();
        return;
      }
    }
    // What closing cut short is nobody's fault.
    if (this.#isBusy || this.#isClosed) return;
    this.#isBusy = true;
    this.#events.busy();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#store.close();
    this.#lock.release();
  }

  #fence(): void {
    if (this.#isBusy || this.#isClosed) return;
    this.#isWriter = Promise.resolve(false);
    this.#isBusy = true;
    this.#events.fenced();
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
