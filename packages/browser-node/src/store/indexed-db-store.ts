import {
  type HeaderStore,
  type StoreChange,
  type StoredChain,
  type StoredChunk,
  StoreError,
} from '@vision-light/protocol';
import { type DBSchema, deleteDB, type IDBPDatabase, openDB } from 'idb';
import { storeFaultOf } from './store-fault-of.js';

interface Schema extends DBSchema {
  /** Packed chunks of headers under their index. */
  chunks: { key: number; value: Uint8Array };
  /** The tip pointer, under 'tip'. */
  meta: { key: string; value: Uint8Array };
}

type Database = IDBPDatabase<Schema>;

/** Rises when what the stores hold changes its shape; a database of another version is emptied. */
const SCHEMA_VERSION = 1;

/**
 * Chunks that one request reads. Chromium cannot answer with more than about 128 MB at once; 64 chunks are at most 32 MB.
 */
const CHUNKS_PER_READ = 64;

/** Milliseconds for opening; Safari is known never to answer at times. Then the node goes on from memory. */
const OPEN_TIMEOUT_MS = 10_000;

/**
 * A chain in IndexedDB: one database a network, one record a chunk of 2000 headers, each change one transaction.
 *
 * Nothing read from it is trusted. A database of another shape, or one that the browser cannot read, is emptied: `load`
 * then rejects with STORE_CORRUPT once, and the store is usable and empty afterwards.
 *
 * Transactions are relaxed: after a power failure the last ones may be missing, but none is there in part.
 */
export class IndexedDbStore implements HeaderStore {
  readonly #name: string;
  #database: Promise<Database> | undefined;
  #isClosed = false;

  /**
   * Begins to open the database at once, so that it is ready when `load` is called.
   *
   * @param networkId  64 hex digits; names the database
   */
  constructor(networkId: string) {
    this.#name = databaseName(networkId);
    // Whoever calls `load` or `write` hears of a failure.
    this.#open().catch(() => {});
  }

  async load(): Promise<StoredChain> {
    try {
      return await this.#read(await this.#open());
    } catch (error) {
      const fault =
        error instanceof StoreError ? error : new StoreError(storeFaultOf(error, 'reading'), error);
      if (fault.code === 'STORE_CORRUPT') await this.#reset();
      throw fault;
    }
  }

  async write(change: StoreChange): Promise<void> {
    try {
      await writeChange(await this.#open(), change);
    } catch (error) {
      throw error instanceof StoreError ? error : new StoreError(storeFaultOf(error, 'writing'), error);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const database = await this.#database?.catch(() => undefined);
    database?.close();
  }

  #open(): Promise<Database> {
    if (this.#isClosed)
      return Promise.reject(new StoreError('STORE_FAILED', new Error('the store is closed')));
    this.#database ??= this.#openAnew().catch((error: unknown) => {
      // Another attempt, later, starts from the beginning.
      this.#database = undefined;
      throw error;
    });
    return this.#database;
  }

  async #openAnew(): Promise<Database> {
    if (typeof indexedDB === 'undefined') throw new StoreError('STORE_DENIED');
    const database = await this.#connect();
    const names = [...database.objectStoreNames].sort().join();
    if (names === 'chunks,meta') return database;
    database.close();
    throw new StoreError('STORE_CORRUPT', new Error(`the database holds other things: ${names}`));
  }

  /** Opens the database, creating it if need be, or rejects with a StoreError. Never waits for another tab. */
  #connect(): Promise<Database> {
    return new Promise((resolve, reject) => {
      let isGivenUp = false;
      const giveUp = (reason: string): void => {
        isGivenUp = true;
        reject(new StoreError('STORE_FAILED', new Error(reason)));
      };
      const timer = setTimeout(() => giveUp('the browser does not open the database'), OPEN_TIMEOUT_MS);
      openDB<Schema>(this.#name, SCHEMA_VERSION, {
        upgrade: (database) => {
          for (const name of database.objectStoreNames) database.deleteObjectStore(name);
          database.createObjectStore('chunks');
          database.createObjectStore('meta');
        },
        blocked: () => giveUp('another tab keeps an older database open'),
        // Another tab wants to delete or upgrade the database; it must not wait for us.
        blocking: (_current, _blocked, event) => {
          (event.target as IDBDatabase).close();
          this.#database = undefined;
        },
        // The user cleared the site's data, or the browser gave up. What comes next opens a database anew.
        terminated: () => {
          this.#database = undefined;
        },
      })
        .finally(() => clearTimeout(timer))
        .then(
          (database) => {
            if (isGivenUp) database.close();
            else resolve(database);
          },
          (error: unknown) => reject(new StoreError(storeFaultOf(error, 'opening'), error)),
        );
    });
  }

  async #read(database: Database): Promise<StoredChain> {
    // One transaction, so that another tab's write is seen wholly or not at all.
    const transaction = database.transaction(['chunks', 'meta'], 'readonly');
    const store = transaction.objectStore('chunks');
    const tipRead = transaction.objectStore('meta').get('tip');
    const chunks: StoredChunk[] = [];
    let range: IDBKeyRange | undefined;
    for (;;) {
      const [keys, values] = await Promise.all([
        store.getAllKeys(range, CHUNKS_PER_READ),
        store.getAll(range, CHUNKS_PER_READ),
      ]);
      keys.forEach((key, i) => {
        chunks.push({ index: assertIndex(key), bytes: assertBytes(values[i]) });
      });
      if (keys.length < CHUNKS_PER_READ) break;
      range = IDBKeyRange.lowerBound(keys.at(-1), true);
    }
    const tip: unknown = await tipRead;
    return { chunks, tip: tip === undefined ? undefined : assertBytes(tip) };
  }

  /** Deletes the database, so that the next use finds an empty one. */
  async #reset(): Promise<void> {
    const database = await this.#database?.catch(() => undefined);
    this.#database = undefined;
    database?.close();
    // Where even this fails, the next use says so.
    await deleteDatabase(this.#name).catch(() => {});
  }
}

/** Name of a network's database. */
export function databaseName(networkId: string): string {
  return `vision-light ${networkId}`;
}

/** One transaction, wholly or not at all. */
async function writeChange(database: Database, { removeFrom, put, tip }: StoreChange): Promise<void> {
  const transaction = database.transaction(['chunks', 'meta'], 'readwrite', { durability: 'relaxed' });
  const requests: Promise<unknown>[] = [transaction.done];
  try {
    const chunks = transaction.objectStore('chunks');
    if (removeFrom !== undefined) requests.push(chunks.delete(IDBKeyRange.lowerBound(removeFrom)));
    for (const { index, bytes } of put) requests.push(chunks.put(ownBytes(bytes), index));
    requests.push(transaction.objectStore('meta').put(ownBytes(tip), 'tip'));
  } catch (error) {
    // What was asked for before would be written otherwise.
    transaction.abort();
    await Promise.allSettled(requests);
    throw error;
  }
  await Promise.all(requests);
}

/** Deletes a database, but does not wait for a tab that keeps it open. */
function deleteDatabase(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    deleteDB(name, { blocked: () => resolve() }).then(resolve, reject);
  });
}

function assertIndex(key: unknown): number {
  if (typeof key === 'number' && Number.isSafeInteger(key) && key >= 0) return key;
  throw new StoreError('STORE_CORRUPT', new Error(`the index of a chunk is ${String(key)}`));
}

function assertBytes(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new StoreError('STORE_CORRUPT', new Error('a record is no bytes'));
}

/** IndexedDB stores the whole buffer behind a view; so a part of a larger one is copied out. */
function ownBytes(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice();
}
