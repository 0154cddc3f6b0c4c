/** Databases as anyone could make and read them, and the records that the tests of stores put there. */
import { databaseName } from '../../packages/browser-node/src/store/indexed-db-store.js';

export const TIP = Uint8Array.of(1, 2, 3);
export const CHANGE = { journal: [{ index: 0, bytes: Uint8Array.of(4, 5) }], tip: TIP };
/** As releases wrote it that kept chunks: format 1, height, hash. */
export const FORMER_TIP = Uint8Array.of(1, 7, ...new Uint8Array(32).fill(3));
export const HASH = new Uint8Array(32).fill(7);
export const OTHER_HASH = new Uint8Array(32).fill(8);
export const BODIES = { put: [{ hash: HASH, body: Uint8Array.of(6, 7, 8) }], remove: [] };
/** What a release of this schema calls its version. */
export const VERSION = 7;

let names = 0;

export function newNetworkId(): string {
  names += 1;
  return `fault ${names} ${Date.now()}`;
}

/** Opens a database as anyone could, and leaves in it what `fill` writes. */
export function prepare(
  name: string,
  version: number,
  upgrade: (database: IDBDatabase) => void,
  fill?: (database: IDBDatabase) => IDBTransaction,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, version);
    request.onupgradeneeded = () => upgrade(request.result);
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const database = request.result;
      const transaction = fill?.(database);
      const done = (): void => {
        database.close();
        resolve();
      };
      if (transaction === undefined) done();
      else transaction.oncomplete = done;
    };
  });
}

/** Version 1, which knew no bodies. */
export function firstSchema(database: IDBDatabase): void {
  database.createObjectStore('chunks');
  database.createObjectStore('meta');
}

/** Version 2, which kept headers in chunks. */
export function chunkSchema(database: IDBDatabase): void {
  firstSchema(database);
  database.createObjectStore('bodies');
}

/** Version 3, which knew no transactions, and nobody to refuse. */
export function segmentSchema(database: IDBDatabase): void {
  for (const name of ['segments', 'journal', 'meta', 'bodies']) database.createObjectStore(name);
}

/** Version 4, which knew no index of transactions, and nothing to watch. */
export function relaySchema(database: IDBDatabase): void {
  segmentSchema(database);
  for (const name of ['discouraged', 'transactions']) database.createObjectStore(name);
}

/** That of this release. */
export function ownSchema(database: IDBDatabase): void {
  relaySchema(database);
  for (const name of ['txBlocks', 'watches', 'filterHashes', 'filters']) database.createObjectStore(name);
}

/** All that a network's database holds, in words; of a hash its first byte. */
export function dumpOf(networkId: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(databaseName(networkId));
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const database = opening.result;
      const words = [`version ${database.version}`];
      const transaction = database.transaction(database.objectStoreNames);
      for (const name of database.objectStoreNames) {
        const walk = transaction.objectStore(name).openCursor();
        walk.onsuccess = () => {
          const { result } = walk;
          if (result === null) return;
          const { key, value } = result;
          const text = key instanceof ArrayBuffer ? `${new Uint8Array(key)[0]}…` : String(key);
          // The fence is a time.
          if (key !== 'fence') words.push(`${name}: ${text} = ${String(value)}`);
          result.continue();
        };
      }
      transaction.onerror = () => reject(transaction.error);
      transaction.oncomplete = () => {
        database.close();
        resolve(words.join('; '));
      };
    };
  });
}

export async function withIndexedDb<T>(value: unknown, body: () => Promise<T>): Promise<T> {
  const own = Object.getOwnPropertyDescriptor(globalThis, 'indexedDB');
  Object.defineProperty(globalThis, 'indexedDB', { configurable: true, value });
  try {
    return await body();
  } finally {
    if (own === undefined) Reflect.deleteProperty(globalThis, 'indexedDB');
    else Object.defineProperty(globalThis, 'indexedDB', own);
  }
}
