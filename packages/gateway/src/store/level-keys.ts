/**
 * The keys in LevelDB: a prefix for each table, and behind it an index as u32 BE, a hash, or a name. LevelDB sorts by
 * bytes, so the keys of a table lie together, and indexes ascend.
 *
 * The hashes of bodies are there twice since LevelDB keeps a key beside its value: to go through the keys of bodies
 * unpacks every body. Measured with 400 bodies of 1 MB that can be compressed: 300 to 500 ms, against 4 to 6 ms for the
 * hashes alone.
 */
import {
  type formerTables,
  isKeyOf,
  type KeyOf,
  storageTables,
  type TableName,
} from '@vision-light/protocol';

/** Where one table lies; each prefix is one byte. */
interface Layout {
  readonly prefix: number;
  /** Under this prefix each key lies once more, with no value, if the values are large. */
  readonly listPrefix?: number;
}

/** Never changed for a table that is there: databases hold these bytes. */
const layouts: Readonly<Record<TableName, Layout>> = {
  segments: { prefix: 0x73 },
  journal: { prefix: 0x6a },
  meta: { prefix: 0x74 },
  bodies: { prefix: 0x62, listPrefix: 0x68 },
  discouraged: { prefix: 0x64 },
  transactions: { prefix: 0x78 },
  txBlocks: { prefix: 0x69 },
  watches: { prefix: 0x77 },
  filterHashes: { prefix: 0x71 },
  filters: { prefix: 0x66, listPrefix: 0x6c },
};

/** Tables of older releases: prefix, and an index as u32 BE. */
const formerLayouts: Readonly<Record<keyof typeof formerTables, Layout>> = {
  chunks: { prefix: 0x63 },
};

/** The name whose key is the prefix alone: databases are older than other names. */
const UNNAMED = 'tip';

/** A range of keys in LevelDB; others than ours can lie in it. */
export interface KeyRange {
  readonly gte: Uint8Array;
  readonly lt: Uint8Array;
}

/** Where records of older releases lie. */
export const formerRanges: readonly KeyRange[] = Object.values(formerLayouts).map(({ prefix }) => ({
  gte: Uint8Array.of(prefix),
  lt: Uint8Array.of(prefix + 1),
}));

/** Whether a key in one of {@link formerRanges} is that of a record; others than ours can lie there. */
export function isFormerKey(bytes: Uint8Array): boolean {
  return bytes.length === 5;
}

/** Where a record lies. */
export function recordKey(table: TableName, key: KeyOf<TableName>): Uint8Array {
  return prefixed(layouts[table].prefix, key);
}

/** What says that there is a record under this key, for tables that are listed so. */
export function listedKey(table: TableName, key: KeyOf<TableName>): Uint8Array | undefined {
  const { listPrefix } = layouts[table];
  return listPrefix === undefined ? undefined : prefixed(listPrefix, key);
}

/** The records of a table with an order, from an index on. */
export function rangeFrom(table: TableName, from: number): KeyRange {
  const { prefix } = layouts[table];
  return { gte: prefixed(prefix, from), lt: Uint8Array.of(prefix + 1) };
}

/** All that says which keys a table has. */
export function listRange(table: TableName): KeyRange {
  const { prefix, listPrefix = prefix } = layouts[table];
  return { gte: Uint8Array.of(listPrefix), lt: Uint8Array.of(listPrefix + 1) };
}

/** @returns the table's key in a key of LevelDB, a copy, or undefined for one that is none of ours */
export function keyIn<Table extends TableName>(table: Table, bytes: Uint8Array): KeyOf<Table> | undefined {
  const key = decode(storageTables[table].key, bytes.subarray(1));
  return isKeyOf(table, key) ? key : undefined;
}

function decode(kind: 'index' | 'hash' | 'name', bytes: Uint8Array): unknown {
  switch (kind) {
    case 'index':
      return bytes.length === 4 ? new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) : undefined;
    case 'hash':
      return Uint8Array.from(bytes);
    case 'name':
      return bytes.length === 0 ? UNNAMED : String.fromCharCode(...bytes);
  }
}

function prefixed(prefix: number, key: KeyOf<TableName>): Uint8Array {
  const bytes = suffixOf(key);
  const whole = new Uint8Array(1 + bytes.length);
  whole[0] = prefix;
  whole.set(bytes, 1);
  return whole;
}

function suffixOf(key: KeyOf<TableName>): Uint8Array {
  if (key instanceof Uint8Array) return key;
  if (key === UNNAMED) return new Uint8Array(0);
  if (typeof key === 'string') return Uint8Array.from(key, (character) => character.charCodeAt(0));
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, key);
  return bytes;
}
