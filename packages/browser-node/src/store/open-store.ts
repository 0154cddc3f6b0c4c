import { MemoryStore } from '@vision-light/protocol';
import type { BrowserStore } from './browser-store.js';
import { databaseName, IndexedDbStore } from './indexed-db-store.js';
import { SingleWriterStore } from './single-writer-store.js';
import { requestWriteLock } from './write-lock.js';

/** What decides which store a node gets. */
export interface StoreChoice {
  readonly storage: 'indexeddb' | 'memory';
  /** 64 hex digits. */
  readonly networkId: string;
  /** Called once if another tab keeps this network's headers and bodies. */
  readonly onBusy: () => void;
}

/** The store of a node in a browser; it begins to open at once. */
export function openStore({ storage, networkId, onBusy }: StoreChoice): BrowserStore {
  if (storage === 'memory') return Object.assign(new MemoryStore(), { isPersistent: false });
  return new SingleWriterStore(
    new IndexedDbStore(networkId),
    requestWriteLock(databaseName(networkId)),
    onBusy,
  );
}
