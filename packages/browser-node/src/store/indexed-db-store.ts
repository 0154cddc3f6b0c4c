import {
  type KeyOf,
  type StorageChange,
  type StorageRecord,
  type StorageSelection,
  type Store,
  StoreError,
  storageTables,
  type TableName,
} from '@vision-light/protocol';
import { deleteDB, openDB } from 'idb';
import { assertShape, type NodeDatabase, SCHEMA_VERSION, upgradeDatabase } from './node-database.js';
import { type StoreActivity, storeFaultOf } from './store-fault-of.js';
import { listKeys, readRecords, removeKeys, SelectionError, writeRecords } from './table-records.js';

/** Milliseconds for opening; Safari is known never to answer at times. Then the node goes on from memory. */
const OPEN_TIMEOUT_MS = 10_000;

/**
 * A node's tables in IndexedDB: one database a network, each operation one transaction.
 *
 * Nothing read from it is trusted. What is found damaged is removed, as the row of its table says: the whole database,
 * or one record, or all of a table that cannot be listed. The operation that found it rejects with STORE_CORRUPT once,
 * and the store is usable afterwards. A database of another shape is emptied in the same way.
 *
 * Transactions are relaxed: after a power failure the last ones may be missing, but none is there in part.
 */
export class IndexedDbStore implements Store {
  readonly #name: string;
  #database: Promise<NodeDatabase> | undefined;
  #isClosed = false;

  /**
   * Begins to open the database at once, so that it is ready when it is read.
   *
   * @param networkId  64 hex digits; names the database
   */
  constructor(networkId: string) {
    this.#name = databaseName(networkId);
    // Whoever reads or writes hears of a failure.
    this.#open().catch(() => {});
  }

  async read(selections: readonly StorageSelection[]): Promise<StorageRecord[]> {
    try {
      return await readRecords(await this.#open(), selections);
    } catch (error) {
      if (!(error instanceof SelectionError)) throw await this.#readingFault(error);
      throw await this.#readingFault(error.cause, error.selection);
    }
  }

  /** Reads keys alone. Those that the table cannot have are passed over, and removed. */
  async list<Table extends TableName>(table: Table): Promise<KeyOf<Table>[]> {
    try {
      const { keys, strays } = await listKeys(await this.#open(), table);
      if (strays.length > 0) await this.#tidy((database) => removeKeys(database, table, strays));
      return keys;
    } catch (error) {
      throw await this.#readingFault(error, { table });
    }
  }

  async write(changes: readonly StorageChange[]): Promise<void> {
    try {
      await writeRecords(await this.#open(), changes);
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
        blocking: (_current, _blocked, { target }) => {
          if (target instanceof IDBDatabase) target.close();
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

  /**
   * What a read is to reject with, once the damage is removed.
   *
   * @param found  what was read: one record, a range, or all keys of a table; the opening itself if absent
   */
  async #readingFault(
    error: unknown,
    found?: { readonly table: TableName; readonly key?: KeyOf<TableName> },
  ): Promise<StoreError> {
    const fault = faultOf(error, 'reading');
    if (fault.code !== 'STORE_CORRUPT') return fault;
    if (found === undefined || storageTables[found.table].damage === 'store') await this.#reset();
    else {
      const { table, key } = found;
      await this.#tidy((database) =>
        key === undefined ? database.clear(table) : writeRecords(database, [{ kind: 'delete', table, key }]),
      );
    }
    return fault;
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
