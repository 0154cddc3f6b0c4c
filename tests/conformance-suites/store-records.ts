/** What the suite of stores writes, and how it compares: records of any table, and keys of any kind. */
import {
  bytesToHex,
  type KeyOf,
  type StorageChange,
  type StorageRecord,
  type Store,
  storageTables,
  type TableName,
} from '@vision-light/protocol';
import { deleteRecord, putRecord, select } from '../../packages/protocol/src/io/storage.js';

type Key = KeyOf<TableName>;

export const tables: readonly TableName[] = Object.keys(storageTables).filter(
  (name): name is TableName => name in storageTables,
);

/** Bytes that differ from seed to seed. */
export function bytesOf(seed: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (seed * 31 + i * 7) & 0xff);
}

/** A hash that no other seed below 2^16 has. */
export function hashOf(seed: number): Uint8Array {
  const hash = bytesOf(seed, 32);
  new DataView(hash.buffer).setUint16(30, seed);
  return hash;
}

/** A key of a table that no other seed below 2^16 has. */
export function keyOf(table: TableName, seed: number): Key {
  switch (storageTables[table].key) {
    case 'index':
      return seed;
    case 'hash':
      return hashOf(seed);
    case 'name':
      // The one name that databases are full of is among them.
      return seed === 0 ? 'tip' : `name-${seed}`;
  }
}

/** A record that differs from those of other seeds in key and value. */
export function recordOf(table: TableName, seed: number, length = 100): StorageRecord {
  return { table, key: keyOf(table, seed), value: bytesOf(seed, length) };
}

/** Changes that put these records. */
export function puts(records: readonly StorageRecord[]): StorageChange[] {
  return records.map(({ table, key, value }) => putRecord(table, key, value));
}

/** Changes that delete these records. */
export function deletes(records: readonly StorageRecord[]): StorageChange[] {
  return records.map(({ table, key }) => deleteRecord(table, key));
}

/** Reads the records under these keys. */
export function readAt(store: Store, records: readonly StorageRecord[]): Promise<StorageRecord[]> {
  return store.read(records.map(({ table, key }) => select(table, key)));
}

const textOf = (key: Key): string => (key instanceof Uint8Array ? bytesToHex(key) : String(key));

/** Compared byte by byte: as text, megabytes would take long. */
function isSame(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** That these are the records, in this order. */
export function assertRecords(actual: readonly StorageRecord[], expected: readonly StorageRecord[]): void {
  const said = (record: StorageRecord | undefined): string =>
    record === undefined
      ? 'none'
      : `${record.table} ${textOf(record.key)}: ${record.value.length} bytes (${record.value.subarray(0, 20).join()} …)`;
  for (let i = 0; i < Math.max(actual.length, expected.length); i++) {
    const [a, b] = [actual[i], expected[i]];
    const isEqual =
      a !== undefined &&
      b !== undefined &&
      a.table === b.table &&
      textOf(a.key) === textOf(b.key) &&
      isSame(a.value, b.value);
    if (!isEqual) throw new Error(`record ${i} is ${said(a)}, not ${said(b)}`);
  }
}

/** That these are the keys; in this order if the table has one. */
export function assertKeys(table: TableName, actual: readonly Key[], expected: readonly Key[]): void {
  const isOrdered = storageTables[table].key === 'index';
  const text = (keys: readonly Key[]): string => {
    const texts = keys.map(textOf);
    return (isOrdered ? texts : texts.sort()).join('\n');
  };
  if (text(actual) !== text(expected))
    throw new Error(`the keys of ${table} are\n${text(actual)}\nnot\n${text(expected)}`);
}

/** That a store holds these records of a table, and no other. */
export async function assertTable(
  store: Store,
  table: TableName,
  expected: readonly StorageRecord[],
): Promise<void> {
  assertKeys(
    table,
    await store.list(table),
    expected.map(({ key }) => key),
  );
  assertRecords(await readAt(store, expected), expected);
}

/** The error that a promise rejects with. */
export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}
