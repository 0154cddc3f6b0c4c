/** The records of a node's tables in IndexedDB: each operation is one transaction. */
import {
  isKeyOf,
  type KeyOf,
  type StorageChange,
  type StorageRecord,
  type StorageSelection,
  StoreError,
  type TableName,
} from '@vision-light/protocol';
import { unwrap } from 'idb';
import { inTime } from '../boundary/start-deadline.js';
import { FencedError } from './browser-store.js';
import { type NodeDatabase, type TableStore, tableNames } from './node-database.js';

/**
 * Records that one request reads. Chromium cannot answer with more than about 128 MB at once; 64 entries of the journal
 * are at most 48 MB.
 */
const RECORDS_PER_READ = 64;

/** Where the fence lies in `meta`, beside the node's own records: a float of 64 bits, big endian. */
const FENCE_KEY = 'fence';

/** Where `meta` says in the same form how many bytes all records of the node take. */
const SIZE_KEY = 'size';

/** Keys of `meta` that are none of the node's. */
const ownKeys: ReadonlySet<unknown> = new Set([FENCE_KEY, SIZE_KEY]);

/** A record cannot be read; the cause says why. */
export class SelectionError extends Error {
  constructor(
    readonly selection: StorageSelection,
    override readonly cause: unknown,
  ) {
    super('a record cannot be read');
  }
}

/**
 * Reads in one transaction, so that another tab's write is seen wholly or not at all.
 *
 * @throws {SelectionError}
 */
export async function readRecords(
  database: NodeDatabase,
  selections: readonly StorageSelection[],
): Promise<StorageRecord[]> {
  const tables = tablesOf(selections);
  if (tables.length === 0) return [];
  const transaction = database.transaction(tables, 'readonly');
  const records: StorageRecord[] = [];
  for (const selection of selections) {
    try {
      const store = transaction.objectStore(selection.table);
      if ('from' in selection) await readFrom(store, selection, records);
      else await readOne(store, selection, records);
    } catch (error) {
      throw new SelectionError(selection, error);
    }
  }
  return records;
}

async function readOne(
  store: TableStore<'readonly'>,
  { table, key }: Extract<StorageSelection, { key: unknown }>,
  records: StorageRecord[],
): Promise<void> {
  const value: unknown = await answered(store.get(storedKey(key)));
  if (value !== undefined) records.push({ table, key, value: assertBytes(value) });
}

async function readFrom(
  store: TableStore<'readonly'>,
  { table, from }: Extract<StorageSelection, { from: number }>,
  records: StorageRecord[],
): Promise<void> {
  // From 0 on means everything, for what has another kind of key must be found too.
  let range = from === 0 ? undefined : IDBKeyRange.lowerBound(from);
  for (;;) {
    const [keys, values] = await answered(
      Promise.all([store.getAllKeys(range, RECORDS_PER_READ), store.getAll(range, RECORDS_PER_READ)]),
    );
    keys.forEach((key, i) => {
      records.push({ table, key: assertKey(table, key), value: assertBytes(values[i]) });
    });
    if (keys.length < RECORDS_PER_READ) return;
    range = IDBKeyRange.lowerBound(keys.at(-1), true);
  }
}

/** Reads keys alone; a million hashes are 32 MB. Keys that the table cannot have are passed over, and left to lie. */
export async function listKeys<Table extends TableName>(
  database: NodeDatabase,
  table: Table,
): Promise<KeyOf<Table>[]> {
  const keys: KeyOf<Table>[] = [];
  const store = database.transaction(table).objectStore(table);
  for (const stored of await answered(store.getAllKeys())) {
    const key = stored instanceof ArrayBuffer ? new Uint8Array(stored) : stored;
    if (!ownKeys.has(key) && isKeyOf(table, key)) keys.push(key);
  }
  return keys;
}

/** Not for all that is read: a long chain on a slow disk may take its time, as long as something comes. */
function answered<T>(request: Promise<T>): Promise<T> {
  return inTime(request, () => {
    throw new StoreError('STORE_FAILED', new Error('the database does not answer'));
  });
}

/** A write would take more room than there may be, by the count that is kept. */
export class LimitReached extends Error {
  constructor(bytesMax: number) {
    super(`the limit of ${bytesMax} bytes is reached`);
  }
}

/**
 * Writes wholly or not at all. A power failure can take the last writes, but never a part of one.
 *
 * @param fence  of the store that writes; undefined to raise it above that of any other store
 * @param bytesMax  that all records may take, once what is to be written is among them
 * @returns the fence of the store that writes
 * @throws {FencedError} if another store has raised it since; nothing is written then
 * @throws {LimitReached} if there is no room, or how much there is has not been counted; nothing is written then
 */
export async function writeRecords(
  database: NodeDatabase,
  changes: readonly StorageChange[],
  fence: number | undefined,
  bytesMax: number,
): Promise<number> {
  const tables = [...new Set([...tablesOf(changes), 'meta' as const])];
  const transaction = database.transaction(tables, 'readwrite', { durability: 'relaxed' });
  const meta = transaction.objectStore('meta');
  const requests: Promise<unknown>[] = [transaction.done];
  try {
    const [found = 0, size] = await Promise.all([readNumber(meta, FENCE_KEY), readNumber(meta, SIZE_KEY)]);
    const own = fence ?? Math.max(found + 1, Date.now());
    if (found > own) throw new FencedError();
    if (found < own) requests.push(meta.put(bytesOf(own), FENCE_KEY));
    const made = changes.map((change) => makeChange(transaction.objectStore(change.table), change));
    const growth = (await Promise.all(made)).reduce((sum, bytes) => sum + bytes, 0);
    const after = (size ?? Number.POSITIVE_INFINITY) + growth;
    if (growth > 0 && after > bytesMax) throw new LimitReached(bytesMax);
    if (size !== undefined && growth !== 0) requests.push(meta.put(bytesOf(after), SIZE_KEY));
    await Promise.all(requests);
    return own;
  } catch (error) {
    await abort(transaction, requests);
    throw error;
  }
}

/**
 * Makes one change. Its requests follow each other at once, so that what was there is what the change before has left.
 *
 * @returns by how many bytes the records grow
 */
async function makeChange(store: TableStore<'readwrite'>, change: StorageChange): Promise<number> {
  if (change.kind === 'deleteFrom') {
    const range = IDBKeyRange.lowerBound(change.from);
    const [gone] = await Promise.all([perhaps(store.getAll(range)), store.delete(range)]);
    return -(gone ?? []).reduce((sum, value) => sum + sizeOf(value), 0);
  }
  const key = storedKey(change.key);
  const former = perhaps(store.get(key));
  if (change.kind === 'delete') {
    await store.delete(key);
    return -sizeOf(await former);
  }
  await store.put(ownBytes(change.value), key);
  return change.value.length - sizeOf(await former);
}

/** Adds up the bytes of all records, and stores the sum: each write that follows adds its change to it. */
export async function countRecords(database: NodeDatabase): Promise<void> {
  const transaction = database.transaction(tableNames, 'readwrite', { durability: 'relaxed' });
  const requests: Promise<unknown>[] = [transaction.done];
  try {
    let size = 0;
    for (const table of tableNames) {
      const store = transaction.objectStore(table);
      for (const key of await store.getAllKeys())
        if (!ownKeys.has(key)) size += sizeOf(await perhaps(store.get(key)));
    }
    requests.push(transaction.objectStore('meta').put(bytesOf(size), SIZE_KEY));
    await Promise.all(requests);
  } catch (error) {
    await abort(transaction, requests);
    throw error;
  }
}

/** Yields undefined for a value that cannot be read, and keeps that failure from aborting the transaction. */
function perhaps<Value>(request: Promise<Value>): Promise<Value | undefined> {
  (unwrap(request) as IDBRequest).addEventListener('error', (event) => {
    event.preventDefault();
    event.stopPropagation();
  });
  return request.catch(() => undefined);
}

/** Bytes of a value. A node writes nothing but bytes, so any other value was not written by it and counts as none. */
const sizeOf = (value: unknown): number => (value instanceof Uint8Array ? value.length : 0);

async function readNumber(
  meta: { get(key: string): Promise<unknown> },
  key: string,
): Promise<number | undefined> {
  const kept = await meta.get(key);
  const number = kept instanceof Uint8Array && kept.length === 8 ? viewOf(kept).getFloat64(0) : -1;
  return Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}

function bytesOf(number: number): Uint8Array {
  const bytes = new Uint8Array(8);
  viewOf(bytes).setFloat64(0, number);
  return bytes;
}

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Aborts a transaction after a failure: else the browser would write what was requested before it. */
async function abort(transaction: { abort(): void }, requests: readonly Promise<unknown>[]): Promise<void> {
  try {
    transaction.abort();
  } catch {
    // It has ended already.
  }
  await Promise.allSettled(requests);
}

/**
 * Removes all that lies in some tables, under keys of whatever kind. What is left is to be counted. The fence stays.
 *
 * @param fence  of the store that clears; undefined if it has not written yet
 * @throws {FencedError} if another store has raised it since; nothing is removed then
 */
export async function clearTables(
  database: NodeDatabase,
  tables: readonly TableName[],
  fence = Number.POSITIVE_INFINITY,
): Promise<void> {
  const transaction = database.transaction([...new Set([...tables, 'meta' as const])], 'readwrite', {
    durability: 'relaxed',
  });
  const meta = transaction.objectStore('meta');
  const requests: Promise<unknown>[] = [transaction.done];
  try {
    // One that cannot be read is removed like everything else.
    const found = await readNumber({ get: (key) => perhaps(meta.get(key)) }, FENCE_KEY);
    if (found !== undefined && found > fence) throw new FencedError();
    for (const table of tables) requests.push(transaction.objectStore(table).clear());
    if (found !== undefined) requests.push(meta.put(bytesOf(found), FENCE_KEY));
    requests.push(meta.delete(SIZE_KEY));
    await Promise.all(requests);
  } catch (error) {
    await abort(transaction, requests);
    throw error;
  }
}

function tablesOf(items: readonly { readonly table: TableName }[]): TableName[] {
  return [...new Set(items.map(({ table }) => table))];
}

/** A hash is copied: the type of the copy says that its buffer is not shared. */
function storedKey(key: KeyOf<TableName>): IDBValidKey {
  return key instanceof Uint8Array ? new Uint8Array(key) : key;
}

function assertKey<Table extends TableName>(table: Table, key: unknown): KeyOf<Table> {
  if (isKeyOf(table, key)) return key;
  throw new StoreError('STORE_CORRUPT', new Error(`a key of ${table} is ${String(key)}`));
}

function assertBytes(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new StoreError('STORE_CORRUPT', new Error('a record is no bytes'));
}

/**
 * Bytes to put. IndexedDB stores the whole buffer behind a view; so a part of a larger one is copied out, and only that:
 * a body of megabytes that has its buffer to itself goes as it is.
 */
function ownBytes(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice();
}
