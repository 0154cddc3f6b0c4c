/** What tests write into a store, and read back: the chain and the bodies in their own terms. */
import { readRecord, type Store } from '@vision-light/protocol';
import {
  type ChainUpdate,
  chainOf,
  chainSelections,
  changesOf,
  type StoredChain,
  type StoredPiece,
} from '../packages/protocol/src/headers/storage/stored-chain.js';
import { deleteRecord, putRecord } from '../packages/protocol/src/io/storage.js';

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
export interface WholeChain extends StoredChain {
  readonly segments: readonly StoredPiece[];
}

export async function loadChain(store: Store): Promise<WholeChain> {
  const records = await store.read([...chainSelections, { table: 'segments', from: 0 }]);
  const segments = records.flatMap(({ table, key, value }) =>
    table === 'segments' && typeof key === 'number' ? [{ index: key, bytes: value }] : [],
  );
  return { ...chainOf(records), segments };
}

export function writeChain(store: Store, change: ChainUpdate): Promise<void> {
  return store.write(changesOf(change));
}

/** Writes a chain into an empty store. */
export function writeWhole(store: Store, chain: WholeChain): Promise<void> {
  return writeChain(store, { ...chain, tip: chain.tip ?? new Uint8Array(0) });
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
