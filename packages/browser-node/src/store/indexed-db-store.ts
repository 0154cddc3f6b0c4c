import {
  type BodyChange,
  type NodeStore,
  type StoreChange,
  type StoredChain,
  StoreError,
} from '@vision-light/protocol';
import { deleteDB, openDB } from 'idb';
import { listBodyKeys, readBodyRecord, removeBodyKeys, writeBodyRecords } from './body-records.js';
import { readChain, writeChain } from './header-records.js';
import { assertShape, type NodeDatabase, SCHEMA_VERSION, upgradeDatabase } from './node-database.js';
import { type StoreActivity, storeFaultOf } from './store-fault-of.js';

/** Milliseconds for opening; Safari is known never to answer at times. Then the node goes on from memory. */
const OPEN_TIMEOUT_MS = 10_000;

/**
 * Headers and bodies in IndexedDB: one database a network, each change one transaction.
 *
 * Nothing read from it is trusted. A database of another shape, or whose headers cannot be read, is emptied: `load` then
 * rejects with STORE_CORRUPT once, and the store is usable and empty afterwards. A body that cannot be read costs itself
 * alone: `readBody` rejects with STORE_CORRUPT once, and then there is none under this hash. Where even the list of
 * bodies cannot be read, all of them go, and the headers stay.
 *
 * Transactions are relaxed: after a power failure the last ones may be missing, but none is there in part.
 */
export class IndexedDbStore implements NodeStore {
  readonly #name: string;
  #database: Promise<NodeDatabase> | undefined;
  #isClosed = false;

  /**
   * Begins to open the database at once, so that it is ready when `load` is called.
   *
   * @param networkId  64 hex digits; names the database
   */
  constructor(networkId: string) {
    this.#name = databaseName(networkId);
    // Whoever reads or writes hears of a failure.
    this.#open().catch(() => {});
  }

  async load(): Promise<StoredChain> {
    try {
      return await readChain(await this.#open());
    } catch (error) {
      const fault = faultOf(error, 'reading');
      if (fault.code === 'STORE_CORRUPT') await this.#reset();
      throw fault;
    }
  }

  async write(change: StoreChange): Promise<void> {
    try {
      await writeChain(await this.#open(), change);
    } catch (error) {
      throw faultOf(error, 'writing');
    }
  }

  /** Reads keys alone. Those that are no hashes are passed over, and removed. */
  async listBodies(): Promise<Uint8Array[]> {
    try {
      const { hashes, strays } = await listBodyKeys(await this.#open());
      if (strays.length > 0) await this.#tidy((database) => removeBodyKeys(database, strays));
      return hashes;
    } catch (error) {
      const fault = faultOf(error, 'reading');
      if (fault.code === 'STORE_CORRUPT') await this.#tidy((database) => database.clear('bodies'));
      throw fault;
    }
  }

  async readBody(hash: Uint8Array): Promise<Uint8Array | undefined> {
    try {
      return await readBodyRecord(await this.#open(), hash);
    } catch (error) {
      const fault = faultOf(error, 'reading');
      if (fault.code === 'STORE_CORRUPT')
        await this.#tidy((database) => writeBodyRecords(database, { put: [], remove: [hash] }));
      throw fault;
    }
  }

  async writeBodies(change: BodyChange): Promise<void> {
    try {
      await writeBodyRecords(await this.#open(), change);
    } catch (error) {
      throw faultOf(error, 'writing');
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const database = await this.#database?.catch(() => undefined);
    database?.close();
  }

  #open(): Promise<NodeDatabase> {
    if (this.#isClosed)
      return Promise.reject(new StoreError('STORE_FAILED', new Error('the store is closed')));
    this.#database ??= this.#openAnew().catch((error: unknown) => {
      // Another attempt, later, starts from the beginning.
      this.#database = undefined;
      throw error;
    });
    return this.#database;
  }

  async #openAnew(): Promise<NodeDatabase> {
    if (typeof indexedDB === 'undefined') throw new StoreError('STORE_DENIED');
    const database = await this.#connect();
    try {
      assertShape(database);
    } catch (error) {
      database.close();
      throw error;
    }
    return database;
  }

  /** Opens the database, creating it if need be, or rejects with a StoreError. Never waits for another tab. */
  #connect(): Promise<NodeDatabase> {
    return new Promise((resolve, reject) => {
      let isGivenUp = false;
      const giveUp = (reason: string): void => {
        isGivenUp = true;
        reject(new StoreError('STORE_FAILED', new Error(reason)));
      };
      const timer = setTimeout(() => giveUp('the browser does not open the database'), OPEN_TIMEOUT_MS);
      openDB(this.#name, SCHEMA_VERSION, {
        upgrade: upgradeDatabase,
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

  /** Removes what was found damaged. Where even this fails, the next use says so. */
  async #tidy(remove: (database: NodeDatabase) => Promise<void>): Promise<void> {
    await this.#open()
      .then(remove)
      .catch(() => {});
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

/** Deletes a database, but does not wait for a tab that keeps it open. */
function deleteDatabase(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    deleteDB(name, { blocked: () => resolve() }).then(resolve, reject);
  });
}

function faultOf(error: unknown, activity: StoreActivity): StoreError {
  return error instanceof StoreError ? error : new StoreError(storeFaultOf(error, activity), error);
}
