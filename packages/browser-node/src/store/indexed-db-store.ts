import {
  type KeyOf,
  type StorageChange,
  type StorageRecord,
  type StorageSelection,
  StoreError,
  storageTables,
  type TableName,
} from '@vision-light/protocol';
import { deleteDB, openDB } from 'idb';
import { START_DEADLINE_MS } from '../boundary/start-deadline.js';
import { FencedError, type LosableStore } from './browser-store.js';
import { hasShape, type NodeDatabase, SCHEMA_VERSION, upgradeDatabase } from './node-database.js';
import { type StoreActivity, storeFaultOf } from './store-fault-of.js';
import {
  clearTables,
  countRecords,
  LimitReached,
  listKeys,
  readRecords,
  SelectionError,
  writeRecords,
} from './table-records.js';

/**
 * A browser that clears a site's data also ends the connections that are made meanwhile. That is over within
 * milliseconds, so what goes on for two seconds is another trouble.
 */
const PAUSE_MS = 100;
const REOPENINGS = 20;

/** Tables whose records mean nothing without each other. */
const chainTables = Object.keys(storageTables).filter(
  (table): table is TableName => storageTables[table as TableName].damage === 'store',
);

/**
 * A node's tables in IndexedDB: one database a network, each operation one transaction.
 *
 * Nothing read from it is trusted, and nothing is removed but by a write, which only one tab may do. The operation that
 * finds something damaged rejects with STORE_CORRUPT. The next write removes what the row of its table says, or the whole
 * database if that cannot be opened or has another shape, and `onLost` is called. A single record that cannot be read is
 * left to lie, for whoever needs it puts another in its place.
 *
 * A database of a later version belongs to a later release and is left alone (STORE_NEWER). If a later release upgrades
 * it while it is open here, this store has lost it for good (STORE_UPGRADED). If it is deleted, or the site's data are
 * cleared, the next use makes a new one.
 *
 * Each store that writes has a number, its fence, which lies in the database and is compared in each write. A store that
 * begins to write raises it, so one that wrote before, in a tab that was frozen and has lost its lock meanwhile, is refused.
 * The number is also a time in milliseconds, so that it rises even if the database was cleared in between.
 *
 * Transactions are relaxed: after a power failure the last ones may be missing, but none is there in part.
 */
export class IndexedDbStore implements LosableStore {
  onLost: (isOutdated: boolean) => void = () => {};
  readonly #name: string;
  #database: Promise<NodeDatabase> | undefined;
  /** How often what was written went. A write that was asked for before counts for nothing. */
  #losses = 0;
  /** Called at the next loss: Firefox never answers what is under way on a connection that it ends. */
  readonly #whenLost = new Set<() => void>();
  /** Tables that the next write clears. */
  readonly #damaged = new Set<TableName>();
  /** Undefined before this store begins to write. */
  #fence: Promise<number> | undefined;
  /** Whether this store has counted how much room all records take. */
  #isCounted = false;
  #outdated: 'STORE_NEWER' | 'STORE_UPGRADED' | undefined;
  #isClosed = false;

  /**
   * Begins to open the database at once, so that it is ready when it is read.
   *
   * @param networkId  64 hex digits; names the database
   * @param bytesMax  of records that the database may hold; a write that goes beyond is refused with STORE_QUOTA
   */
  constructor(
    networkId: string,
    readonly bytesMax = Number.POSITIVE_INFINITY,
  ) {
    this.#name = databaseName(networkId);
    // Whoever reads or writes hears of a failure.
    this.#open().catch(() => {});
  }

  async read(selections: readonly StorageSelection[]): Promise<StorageRecord[]> {
    try {
      return await this.#readOnce((database) => readRecords(database, selections));
    } catch (error) {
      if (!(error instanceof SelectionError)) throw faultOf(error, 'reading');
      const fault = faultOf(error.cause, 'reading');
      const isOfChain = storageTables[error.selection.table].damage === 'store';
      if (fault.code === 'STORE_CORRUPT' && isOfChain)
        for (const table of chainTables) this.#damaged.add(table);
      throw fault;
    }
  }

  async list<Table extends TableName>(table: Table): Promise<KeyOf<Table>[]> {
    try {
      return await this.#readOnce((database) => listKeys(database, table));
    } catch (error) {
      const fault = faultOf(error, 'reading');
      if (fault.code === 'STORE_CORRUPT') this.#damaged.add(table);
      throw fault;
    }
  }

  async write(changes: readonly StorageChange[]): Promise<void> {
    const losses = this.#losses;
    try {
      const database = await this.#openRepaired();
      if (losses === this.#losses) await this.#untilLost(this.#writeFenced(database, changes));
    } catch (error) {
      if (error instanceof FencedError) throw error;
      if (!(await this.#hasLostSince(losses))) throw faultOf(error, 'writing');
    }
  }

  async claim(): Promise<void> {
    this.#fence = undefined;
    await this.#raiseFence(await this.#open());
  }

  async #writeFenced(database: NodeDatabase, changes: readonly StorageChange[]): Promise<void> {
    const fence = await this.#raiseFence(database);
    try {
      await writeRecords(database, changes, fence, this.bytesMax);
    } catch (error) {
      if (!(error instanceof LimitReached)) throw error;
      // The count may be missing, or wrong. That is looked into once.
      if (this.#isCounted) throw new StoreError('STORE_QUOTA', error);
      await countRecords(database);
      this.#isCounted = true;
      await this.#writeFenced(database, changes);
    }
  }

  /** Once, before the first write. @returns this store's fence */
  #raiseFence(database: NodeDatabase): Promise<number> {
    this.#fence ??= this.#untilLost(writeRecords(database, [], undefined, this.bytesMax)).catch(
      (error: unknown) => {
        this.#fence = undefined;
        throw error;
      },
    );
    return this.#fence;
  }

  /** A database that is still being opened is closed when it comes; nobody waits for it. */
  async close(): Promise<void> {
    this.#isClosed = true;
    void this.#database?.then(
      (database) => database.close(),
      () => {},
    );
  }

  /** Reads, and once more if the database went meanwhile. */
  async #readOnce<T>(read: (database: NodeDatabase) => Promise<T>): Promise<T> {
    const losses = this.#losses;
    try {
      return await this.#untilLost(read(await this.#open()));
    } catch (error) {
      if (!(await this.#hasLostSince(losses))) throw error;
      return this.#readOnce(read);
    }
  }

  /** @returns what was asked of the present connection; rejects if that is lost before it answers */
  async #untilLost<T>(activity: Promise<T>): Promise<T> {
    let lost = (): void => {};
    const loss = new Promise<never>((_, reject) => {
      lost = () => reject(new Error('the connection was lost'));
    });
    this.#whenLost.add(lost);
    return Promise.race([activity, loss]).finally(() => this.#whenLost.delete(lost));
  }

  /** After a failure. A browser that ends a connection lets what is under way fail first, and says so afterwards. */
  async #hasLostSince(losses: number): Promise<boolean> {
    if (losses === this.#losses) await pause();
    return losses !== this.#losses;
  }

  #open(): Promise<NodeDatabase> {
    if (this.#outdated !== undefined) return Promise.reject(new StoreError(this.#outdated));
    if (this.#isClosed)
      return Promise.reject(new StoreError('STORE_FAILED', new Error('the store is closed')));
    this.#database ??= this.#connect(REOPENINGS).catch((error: unknown) => {
      // Another attempt, later, starts from the beginning.
      this.#database = undefined;
      throw error;
    });
    return this.#database;
  }

  /** To write: removes what was found damaged, and says that it is gone. */
  async #openRepaired(): Promise<NodeDatabase> {
    const database = await this.#open().catch(async (error: unknown) => {
      if (faultOf(error, 'opening').code !== 'STORE_CORRUPT') throw error;
      await deleteDatabase(this.#name);
      this.#lose();
      return this.#open();
    });
    if (this.#damaged.size > 0) {
      await clearTables(database, [...this.#damaged], await this.#fence);
      this.#isCounted = false;
      this.#lose();
    }
    return database;
  }

  /** @param again  how often to try again if the browser ends the connection while it is made */
  async #connect(again: number): Promise<NodeDatabase> {
    try {
      return await this.#connectOnce();
    } catch (error) {
      const { cause } = error as StoreError;
      if (again === 0 || this.#isClosed || !(cause instanceof DOMException && cause.name === 'AbortError'))
        throw error;
      await pause();
      return this.#connect(again - 1);
    }
  }

  /** Opens the database, creating it if need be, or rejects with a StoreError. Never waits for another tab. */
  #connectOnce(): Promise<NodeDatabase> {
    return new Promise((resolve, reject) => {
      if (typeof indexedDB === 'undefined') throw new StoreError('STORE_DENIED');
      let isGivenUp = false;
      const giveUp = (reason: string): void => {
        isGivenUp = true;
        reject(new StoreError('STORE_FAILED', new Error(reason)));
      };
      // Safari is known never to answer at times, and nobody can when a deletion waits for a tab that is frozen.
      const timer = setTimeout(() => giveUp('the browser does not open the database'), START_DEADLINE_MS);
      openDB(this.#name, SCHEMA_VERSION, {
        upgrade: upgradeDatabase,
        blocked: () => giveUp('another tab keeps an older database open'),
        // Another tab deletes or upgrades the database; it must not wait for us.
        blocking: (_current, next, { target }) => {
          if (target instanceof IDBDatabase) target.close();
          this.#gone(next === null ? undefined : 'STORE_UPGRADED');
        },
        // The visitor cleared the site's data, or the browser gave up.
        terminated: () => this.#gone(),
      })
        .finally(() => clearTimeout(timer))
        .then(
          (database) => {
            const isOurs = hasShape(database);
            if (isGivenUp || !isOurs) database.close();
            if (isOurs) resolve(database);
            else reject(new StoreError('STORE_CORRUPT', new Error('the database holds other things')));
          },
          (error: unknown) => {
            const fault = faultOf(error, 'opening');
            if (fault.code === 'STORE_NEWER') this.#gone(fault.code);
            reject(fault);
          },
        );
    });
  }

  /** The connection has ended by somebody else's hand. */
  #gone(outdated?: 'STORE_NEWER' | 'STORE_UPGRADED'): void {
    if (this.#isClosed) return;
    this.#outdated = outdated;
    this.#database = undefined;
    this.#lose();
  }

  #lose(): void {
    this.#isCounted = false;
    this.#damaged.clear();
    this.#losses++;
    for (const lost of this.#whenLost) lost();
    this.onLost(this.#outdated !== undefined);
  }
}

/** Name of a network's database. */
export function databaseName(networkId: string): string {
  return `vision-light ${networkId}`;
}

/** Deletes a database that cannot be used. @throws {StoreError} at once if a tab keeps it open all the same */
function deleteDatabase(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const blocked = (): void =>
      reject(new StoreError('STORE_FAILED', new Error('another tab keeps a damaged database open')));
    deleteDB(name, { blocked }).then(resolve, reject);
  });
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
}

function faultOf(error: unknown, activity: StoreActivity): StoreError {
  return error instanceof StoreError ? error : new StoreError(storeFaultOf(error, activity), error);
}
