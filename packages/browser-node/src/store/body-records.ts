/** Block bodies in IndexedDB: one record a body, each change one transaction. */
import type { BodyChange } from '@vision-light/protocol';
import { assertBytes, type NodeDatabase, ownBytes, writeWholly } from './node-database.js';

const HASH_BYTES = 32;

/** The keys of all bodies: hashes, and whatever else lies there. */
export interface BodyKeys {
  readonly hashes: Uint8Array[];
  /** Keys that are none of ours. */
  readonly strays: IDBValidKey[];
}

/** Reads keys alone; a million of them are 32 MB. */
export async function listBodyKeys(database: NodeDatabase): Promise<BodyKeys> {
  const hashes: Uint8Array[] = [];
  const strays: IDBValidKey[] = [];
  for (const key of await database.getAllKeys('bodies')) {
    if (key instanceof ArrayBuffer && key.byteLength === HASH_BYTES) hashes.push(new Uint8Array(key));
    else strays.push(key);
  }
  return { hashes, strays };
}

/** @throws {StoreError} STORE_CORRUPT for a record that is no bytes */
export async function readBodyRecord(
  database: NodeDatabase,
  hash: Uint8Array,
): Promise<Uint8Array | undefined> {
  const value: unknown = await database.get('bodies', keyOf(hash));
  return value === undefined ? undefined : assertBytes(value);
}

/** One transaction, wholly or not at all. */
export function writeBodyRecords(database: NodeDatabase, { put, remove }: BodyChange): Promise<void> {
  return writeWholly(database, ['bodies'], function* (transaction) {
    const bodies = transaction.objectStore('bodies');
    for (const hash of remove) yield bodies.delete(keyOf(hash));
    for (const { hash, body } of put) yield bodies.put(ownBytes(body), keyOf(hash));
  });
}

/** Removes what lies under keys of whatever kind. */
export function removeBodyKeys(database: NodeDatabase, keys: readonly IDBValidKey[]): Promise<void> {
  return writeWholly(database, ['bodies'], function* (transaction) {
    for (const key of keys) yield transaction.objectStore('bodies').delete(key);
  });
}

/** A copy, whose type says that its buffer is not shared. */
function keyOf(hash: Uint8Array): IDBValidKey {
  return new Uint8Array(hash);
}
