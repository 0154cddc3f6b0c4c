/** What tests write into a store, and read back: the chain and the bodies in their own terms. */
import { readRecord, type Store } from '@vision-light/protocol';
import { deleteRecord, putRecord } from '../packages/protocol/src/io/storage.js';
import {
  type ChainUpdate,
  chainOf,
  chainSelections,
  changesOf,
  type StoredChain,
} from '../packages/protocol/src/io/stored-chain.js';

/** One body under the hash of its header. */
export interface StoredBody {
  readonly hash: Uint8Array;
  readonly body: Uint8Array;
}

/** First what is removed, then what is put. */
export interface BodyChange {
  readonly put: readonly StoredBody[];
  readonly remove: readonly Uint8Array[];
}

/** All that a store holds of the chain. */
export async function loadChain(store: Store): Promise<StoredChain> {
  return chainOf(await store.read(chainSelections));
}

export function writeChain(store: Store, change: ChainUpdate): Promise<void> {
  return store.write(changesOf(change));
}

export function listBodies(store: Store): Promise<Uint8Array[]> {
  return store.list('bodies');
}

export function readBody(store: Store, hash: Uint8Array): Promise<Uint8Array | undefined> {
  return readRecord(store, 'bodies', hash);
}

export function writeBodies(store: Store, { put, remove }: BodyChange): Promise<void> {
  return store.write([
    ...remove.map((hash) => deleteRecord('bodies', hash)),
    ...put.map(({ hash, body }) => putRecord('bodies', hash, body)),
  ]);
}
