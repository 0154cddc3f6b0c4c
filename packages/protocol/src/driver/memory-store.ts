/** A store that forgets: for tests, and for pages that are denied storage. */
import type { StoreChange, StoredChain } from '../io/stored-chain.js';
import type { HeaderStore } from './header-store.js';

/** Keeps copies in memory for as long as it lives; never fails. */
export class MemoryStore implements HeaderStore {
  readonly #chunks = new Map<number, Uint8Array>();
  #tip: Uint8Array | undefined;

  load(): Promise<StoredChain> {
    const chunks = [...this.#chunks]
      .sort(([a], [b]) => a - b)
      .map(([index, bytes]) => ({ index, bytes: bytes.slice() }));
    return Promise.resolve({ chunks, tip: this.#tip?.slice() });
  }

  write(change: StoreChange): Promise<void> {
    const from = change.removeFrom;
    if (from !== undefined)
      for (const index of this.#chunks.keys()) if (index >= from) this.#chunks.delete(index);
    for (const chunk of change.put) this.#chunks.set(chunk.index, chunk.bytes.slice());
    this.#tip = change.tip.slice();
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
