import type { HeaderStore, StoreChange, StoredChain } from '@vision-light/protocol';
import type { WriteLock } from './write-lock.js';

/**
 * A store of which several tabs read and one writes. Where another tab is the writer, this one's changes are dropped:
 * its node goes on from memory, and the writer verifies the same chain.
 */
export class SingleWriterStore implements HeaderStore {
  readonly #store: HeaderStore;
  readonly #lock: WriteLock;
  readonly #onBusy: () => void;
  #isBusy = false;

  /** @param onBusy  called once, when another writer is met */
  constructor(store: HeaderStore, lock: WriteLock, onBusy: () => void) {
    this.#store = store;
    this.#lock = lock;
    this.#onBusy = onBusy;
  }

  /** Reading needs no lock, so that a reload does not wait for the former page to end. */
  load(): Promise<StoredChain> {
    return this.#store.load();
  }

  async write(change: StoreChange): Promise<void> {
    if (await this.#lock.isWriter) return this.#store.write(change);
    if (this.#isBusy) return;
    this.#isBusy = true;
    this.#onBusy();
  }

  async close(): Promise<void> {
    await this.#store.close();
    this.#lock.release();
  }
}
