/** Where a node's chain is kept. One conformance suite holds for every implementation. */
import { type StoreChange, type StoredChain, type StoreFault, storeFaults } from '../io/stored-chain.js';

/** What a store rejects with. */
export class StoreError extends Error {
  override readonly name = 'StoreError';

  constructor(
    readonly code: StoreFault,
    override readonly cause?: unknown,
  ) {
    super(storeFaults[code]);
  }
}

/** A place for one network's chain. Whole changes, or none. */
export interface HeaderStore {
  /** Everything stored, chunks in ascending order. @throws StoreError */
  load(): Promise<StoredChain>;
  /** Writes a change wholly or not at all. @throws StoreError */
  write(change: StoreChange): Promise<void>;
  /** Releases what the store holds open; nothing may be called afterwards. */
  close(): Promise<void>;
}
