/** For the effects of each kind, until they are gone. */

import { deleteRecord, putRecord } from '../io/storage.js';
import type { BodyChange } from '../io/stored-bodies.js';
import {
  chainChanges,
  chainOf,
  chainSelections,
  type StoreChange,
  type StoredChain,
} from '../io/stored-chain.js';
import { readRecord, type Store } from './store.js';
/** For an effect. */
export function loadChain(store: Store): Promise<StoredChain> {
  return store.read(chainSelections).then(chainOf);
}

/** For an effect. */
export function writeChain(store: Store, change: StoreChange): Promise<void> {
  return store.write(chainChanges(change));
}

/** For an effect. */
export function listBodies(store: Store): Promise<Uint8Array[]> {
  return store.list('bodies');
}

/** For an effect. */
export function readBody(store: Store, hash: Uint8Array): Promise<Uint8Array | undefined> {
  return readRecord(store, 'bodies', hash);
}

/** For an effect. */
export function writeBodies(store: Store, { put, remove }: BodyChange): Promise<void> {
  return store.write([
    ...remove.map((hash) => deleteRecord('bodies', hash)),
    ...put.map(({ hash, body }) => putRecord('bodies', hash, body)),
  ]);
}
