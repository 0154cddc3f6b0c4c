/** The shape of a network's database in IndexedDB: one object store for each table, under the table's name. */
import { formerTables, storageTables, type TableName } from '@vision-light/protocol';
import type { IDBPDatabase, IDBPObjectStore } from 'idb';

/**
 * Records lie under their keys as they are. Binary keys come back as ArrayBuffers; text would take twice the room and a
 * conversion for each hash that is listed.
 */
type Schema = { [Table in TableName]: { key: IDBValidKey; value: Uint8Array } };

/** A network's database, open. */
export type NodeDatabase = IDBPDatabase<Schema>;

/** One table within a transaction. */
export type TableStore<Mode extends IDBTransactionMode> = IDBPObjectStore<
  Schema,
  TableName[],
  TableName,
  Mode
>;

/** Rises with each table that is added: see {@link upgradeDatabase}. */
export const SCHEMA_VERSION = Math.max(...Object.values(storageTables).map(({ since }) => since));

/**
 * Brings an older database to the present shape. This needs no write lock: the browser does it only once every other tab
 * has closed its connection, and a writer of an earlier release gives the lock up with it. One with just the tables of its
 * version is kept, gets those that came later and loses those that are no longer used; whatever else is found is nothing
 * of ours, and removed.
 *
 * @param oldVersion  0 if there is no database yet
 */
export function upgradeDatabase(database: NodeDatabase, oldVersion: number): void {
  const isOurs = storeNames(database) === namesOf([...tablesOf(oldVersion), ...formerTablesOf(oldVersion)]);
  for (const name of [...database.objectStoreNames])
    if (!isOurs || !isTableName(name)) database.deleteObjectStore(name);
  for (const table of tablesOf(SCHEMA_VERSION))
    if (!database.objectStoreNames.contains(table)) database.createObjectStore(table);
}

/** Whether a database of this version holds the tables of this version and nothing else. */
export function hasShape(database: NodeDatabase): boolean {
  return storeNames(database) === namesOf(tablesOf(SCHEMA_VERSION));
}

/** The tables of one version of the shape. */
function tablesOf(version: number): TableName[] {
  return tableNames.filter((table) => storageTables[table].since <= version);
}

/** The tables of one version of the shape that this release does not use. */
function formerTablesOf(version: number): string[] {
  return Object.entries(formerTables).flatMap(([name, { since, until }]) =>
    since <= version && version < until ? [name] : [],
  );
}

/** All tables of this version. */
export const tableNames: TableName[] = Object.keys(storageTables).filter(isTableName);

function isTableName(name: string): name is TableName {
  return name in storageTables;
}

function storeNames(database: NodeDatabase): string {
  return namesOf([...database.objectStoreNames]);
}

function namesOf(names: readonly string[]): string {
  return [...names].sort().join();
}
