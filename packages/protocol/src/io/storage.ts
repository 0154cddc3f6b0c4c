/**
 * What a node keeps between two visits: the table of its tables, and the three operations that it can ask of its store.
 * A part of the node that keeps something new adds one row to {@link storageTables}. Stores take all that they need from
 * the row; only a store that keeps all tables in one place (LevelDB) also needs a prefix for the keys.
 *
 * Every record is an opaque byte string under its key. Nothing that comes back is trusted: the part of the node that
 * wrote a record checks it when it reads it.
 */

/** A key as its table has it: an index, a 32-byte hash, or a name. */
interface KeysByKind {
  /** A safe integer from 0 on. These tables have an order: they are read and listed by ascending index. */
  readonly index: number;
  /** 32 bytes, internal order. */
  readonly hash: Uint8Array;
  /** Printable ASCII, at least one character. */
  readonly name: string;
}

/** How one table is kept. */
export interface StorageTable {
  readonly key: keyof KeysByKind;
  /** Version of the database's shape that brought the table. A row that is added raises it by one. */
  readonly since: number;
  /**
   * `flushed`: a write is answered once it is on disk, where the platform can do that at little cost (browsers cannot).
   * `relaxed`: a power failure may take the last writes, each of them wholly.
   */
  readonly durability: 'flushed' | 'relaxed';
  /**
   * What a store gives up when a record cannot be read. `store`: everything, since records of this table mean nothing
   * without each other. `record`: that record alone, or all of the table if even its keys cannot be listed.
   */
  readonly damage: 'store' | 'record';
}

/** The tables of a node. One row holds all that its store has to know of one. */
export const storageTables = {
  /** The older part of the best chain, a fixed number of headers each: see `headers/storage/stored-chain.ts`. */
  segments: { key: 'index', since: 3, durability: 'flushed', damage: 'record' },
  /** The newest headers of the best chain, which are too few for a segment. */
  journal: { key: 'index', since: 3, durability: 'flushed', damage: 'store' },
  /** The table of the segments and the pointer to the tip, under the names `segments` and `tip`. */
  meta: { key: 'name', since: 1, durability: 'flushed', damage: 'store' },
  /** Block bodies, each under the hash of its header. */
  bodies: { key: 'hash', since: 2, durability: 'relaxed', damage: 'record' },
  /** Peers that are refused, each under its key: since when, Unix seconds, u64. */
  discouraged: { key: 'hash', since: 4, durability: 'relaxed', damage: 'record' },
  /** Transactions that this side sent, each under its id: see `transactions/own/own-record.ts`. */
  transactions: { key: 'hash', since: 4, durability: 'flushed', damage: 'record' },
  /**
   * The blocks of each transaction, under its id: hashes of 32 bytes. Under the hash of a block that is indexed there is an
   * empty record. Only what keeps an index has any: see `proofs/tx-index.ts`.
   */
  txBlocks: { key: 'hash', since: 5, durability: 'relaxed', damage: 'record' },
  /** What the application watches, and how far it has been looked for: see `watch/watch-record.ts` of the library. */
  watches: { key: 'name', since: 6, durability: 'relaxed', damage: 'record' },
  /** Hashes of the filters of the whole chain: see `filters/filter-hashes.ts`. Only gateways have any. */
  filterHashes: { key: 'index', since: 7, durability: 'relaxed', damage: 'record' },
  /** The newest compact filters, each under the hash of its block. Only gateways have any. */
  filters: { key: 'hash', since: 7, durability: 'relaxed', damage: 'record' },
} as const satisfies Record<string, StorageTable>;

/**
 * Tables of older releases. A store removes what it finds of them. Version 3 brought segments: headers that lay in chunks
 * were in an older batch codec and are fetched anew; bodies stay.
 */
export const formerTables = {
  chunks: { since: 1, until: 3 },
} as const satisfies Record<string, { readonly since: number; readonly until: number }>;

/** The name of a table. */
export type TableName = keyof typeof storageTables;

/** The type of a table's keys. */
export type KeyOf<Table extends TableName> = KeysByKind[(typeof storageTables)[Table]['key']];

/** The tables whose keys have an order. */
export type IndexTable = {
  [Table in TableName]: (typeof storageTables)[Table]['key'] extends 'index' ? Table : never;
}[TableName];

/** One record of a table. */
export interface StorageRecord<Table extends TableName = TableName> {
  /** Where it is kept. What a key is follows from it: see {@link storageTables}. */
  readonly table: Table;
  /** Index, 32 bytes or name, as the table has it. A table has one record of each key. */
  readonly key: KeyOf<Table>;
  /** Opaque to a store; may be empty. */
  readonly value: Uint8Array;
}

/** What a read asks for: one record, or all records of a table from an index on. */
export type StorageSelection =
  | { readonly table: TableName; readonly key: KeyOf<TableName> }
  | { readonly table: IndexTable; readonly from: number };

/** One change of a write. To delete what is not there changes nothing. */
export type StorageChange =
  | ({ readonly kind: 'put' } & StorageRecord)
  | { readonly kind: 'delete'; readonly table: TableName; readonly key: KeyOf<TableName> }
  /** All records from an index on. */
  | { readonly kind: 'deleteFrom'; readonly table: IndexTable; readonly from: number };

/** What a node asks of its store. */
export type StorageOperation =
  /** All selections as they were at one moment. */
  | { readonly kind: 'read'; readonly selections: readonly StorageSelection[] }
  /** The keys of a table, without its values. */
  | { readonly kind: 'list'; readonly table: TableName }
  /** All changes in their order, wholly or not at all. */
  | { readonly kind: 'write'; readonly changes: readonly StorageChange[] };

/** What became of an operation of the same kind. */
export type StorageResult =
  /** The records that are there, in the order of the selections. */
  | { readonly kind: 'read'; readonly records: readonly StorageRecord[] }
  /** In ascending order of index; hashes and names in any order. */
  | { readonly kind: 'list'; readonly keys: readonly KeyOf<TableName>[] }
  | { readonly kind: 'write' };

/** What can go wrong with storage, as the platform reports it. */
export const storeFaults = {
  STORE_DENIED: 'Storage is not available here, so nothing is kept between visits.',
  STORE_QUOTA:
    'Storage is full: older blocks are removed, and what still finds no room is kept in memory only.',
  STORE_CORRUPT: 'What was stored could not be read and is fetched anew.',
  STORE_FAILED: 'Storage failed, so what is new is kept in memory only.',
  STORE_NEWER:
    'What is stored here is of a later release, so it is left alone, and what is new is kept in memory only.',
  STORE_UPGRADED:
    'A later release has taken over what is stored here, so what is new is kept in memory only until a reload.',
} as const;

/** A code of {@link storeFaults}. */
export type StoreFault = keyof typeof storeFaults;

/** Why an operation failed. */
export interface StorageFailure {
  readonly code: StoreFault;
  /** What the platform says of it, for developers. */
  readonly detail: string;
}

const isKeyOfKind: Readonly<Record<keyof KeysByKind, (key: unknown) => boolean>> = {
  index: (key) => typeof key === 'number' && Number.isSafeInteger(key) && key >= 0,
  hash: (key) => key instanceof Uint8Array && key.length === 32,
  name: (key) => typeof key === 'string' && /^[!-~]+$/.test(key),
};

/** Whether something is a key that a table can have. */
export function isKeyOf<Table extends TableName>(table: Table, key: unknown): key is KeyOf<Table> {
  return isKeyOfKind[storageTables[table].key](key);
}

/** Whether a record is one of this table. */
export function isRecordOf<Table extends TableName>(
  record: StorageRecord,
  table: Table,
): record is StorageRecord<Table> {
  return record.table === table && isKeyOf(table, record.key);
}

/** The record under one key. */
export function select<Table extends TableName>(table: Table, key: KeyOf<Table>): StorageSelection {
  return { table, key };
}

/** Puts a record, in the place of the one that is there. */
export function putRecord<Table extends TableName>(
  table: Table,
  key: KeyOf<Table>,
  value: Uint8Array,
): StorageChange {
  return { kind: 'put', table, key, value };
}

/** Deletes a record. */
export function deleteRecord<Table extends TableName>(table: Table, key: KeyOf<Table>): StorageChange {
  return { kind: 'delete', table, key };
}
