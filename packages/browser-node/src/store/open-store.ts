import { MemoryStore } from '@vision-light/protocol';
import type { BrowserStore } from './browser-store.js';
import { databaseName, IndexedDbStore } from './indexed-db-store.js';
import { type SingleWriterEvents, SingleWriterStore } from './single-writer-store.js';
import { requestWriteLock } from './write-lock.js';

/** What decides which store a node gets. */
export interface StoreChoice {
  readonly storage: 'indexeddb' | 'memory';
  /** 64 hex digits. */
  readonly networkId: string;
  /** Whether another tab that has the store is to lose it. */
  readonly isTheft: boolean;
  /** Bytes of records that the database may hold. */
  readonly bytesMax: number;
  readonly events: SingleWriterEvents;
}

/** The store of a node in a browser; it begins to open at once. */
export function openStore({ storage, networkId, isTheft, bytesMax, events }: StoreChoice): BrowserStore {
  if (storage === 'memory') return Object.assign(new MemoryStore(), { isPersistent: false });
  const store = new IndexedDbStore(networkId, bytesMax);
  const lock = requestWriteLock(databaseName(networkId), undefined, isTheft);
  return new SingleWriterStore(store, lock, events, isTheft);
}
