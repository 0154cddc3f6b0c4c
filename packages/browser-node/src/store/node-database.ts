/** The shape of a network's database in IndexedDB, and how it is written. */
import { StoreError } from '@vision-light/protocol';
import type { DBSchema, IDBPDatabase, IDBPTransaction } from 'idb';

interface Schema extends DBSchema {
  /** Packed chunks of headers under their index. */
  chunks: { key: number; value: Uint8Array };
  /** The tip pointer, under 'tip'. */
  meta: { key: string; value: Uint8Array };
  /**
   * Block bodies under their hash, 32 bytes. Binary keys come back as ArrayBuffers; text would take twice the room and a
   * conversion for each hash that is listed.
   */
  bodies: { key: IDBValidKey; value: Uint8Array };
}

type StoreName = 'chunks' | 'meta' | 'bodies';

/** A network's database, open. */
export type NodeDatabase = IDBPDatabase<Schema>;

/** Rises when what the database holds changes its shape: see {@link upgradeDatabase}. */
export const SCHEMA_VERSION = 2;

/**
 * Brings an older database to the present shape. Version 1 held headers alone, in the same way: they are kept. Whatever
 * else is found is nothing of ours, and removed.
 */
export function upgradeDatabase(database: NodeDatabase): void {
  if (storeNames(database) !== 'chunks,meta') {
    for (const name of database.objectStoreNames) database.deleteObjectStore(name);
    database.createObjectStore('chunks');
    database.createObjectStore('meta');
  }
  database.createObjectStore('bodies');
}

/** @throws {StoreError} STORE_CORRUPT for a database of this version, but of another shape */
export function assertShape(database: NodeDatabase): void {
  const names = storeNames(database);
  if (names !== 'bodies,chunks,meta')
    throw new StoreError('STORE_CORRUPT', new Error(`the database holds other things: ${names}`));
}

function storeNames(database: NodeDatabase): string {
  return [...database.objectStoreNames].sort().join();
}

/** What a writer asks of a transaction. */
export type WriteTransaction<Names extends StoreName> = IDBPTransaction<Schema, Names[], 'readwrite'>;

/**
 * One transaction, wholly or not at all. It is relaxed: a power failure can take the last ones, but never a part.
 *
 * @param ask  yields its requests, one after the other, without waiting for them
 */
export async function writeWholly<Names extends StoreName>(
  database: NodeDatabase,
  names: Names[],
  ask: (transaction: WriteTransaction<Names>) => Iterable<Promise<unknown>>,
): Promise<void> {
  const transaction = database.transaction(names, 'readwrite', { durability: 'relaxed' });
  const requests: Promise<unknown>[] = [transaction.done];
  try {
    for (const request of ask(transaction)) requests.push(request);
  } catch (error) {
    // What was asked for before would be written otherwise.
    transaction.abort();
    await Promise.allSettled(requests);
    throw error;
  }
  await Promise.all(requests);
}

/** @throws {StoreError} STORE_CORRUPT for any other value */
export function assertBytes(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new StoreError('STORE_CORRUPT', new Error('a record is no bytes'));
}

/**
 * Bytes to put. IndexedDB stores the whole buffer behind a view; so a part of a larger one is copied out, and only that:
 * a body of megabytes that has its buffer to itself goes as it is.
 */
export function ownBytes(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice();
}
