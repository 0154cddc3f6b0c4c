/** Where a node's records are kept. One conformance suite holds for every implementation. */
import {
  type KeyOf,
  type StorageChange,
  type StorageRecord,
  type StorageSelection,
  type StoreFault,
  select,
  storeFaults,
  type TableName,
} from '../io/storage.js';

/** What a store rejects with. */
export class StoreError extends Error {
  /** Stays the same where a bundler renames the class. */
  override readonly name = 'StoreError';

  constructor(
    /** What went wrong; its sentence in `storeFaults` is the message. */
    readonly code: StoreFault,
    /** What the database threw; undefined if nothing was thrown. */
    override readonly cause?: unknown,
  ) {
    super(storeFaults[code]);
  }
}

/** A place for one network's tables: see `io/storage.ts` for what each operation means. */
export interface Store {
  /**
   * All selections as they were at one moment; what is not there is left out. The caller owns the values.
   *
   * @throws {StoreError} STORE_CORRUPT if a record cannot be read, which may cost what its table says
   */
  read(selections: readonly StorageSelection[]): Promise<StorageRecord[]>;
  /** The keys of a table; none of its values is read. @throws {StoreError} */
  list<Table extends TableName>(table: Table): Promise<KeyOf<Table>[]>;
  /** All changes in their order, wholly or not at all; writes are done in the order of the calls. @throws {StoreError} */
  write(changes: readonly StorageChange[]): Promise<void>;
  /** Releases what the store holds open; nothing may be called afterwards. */
  close(): Promise<void>;
}

/** One record of a store, or undefined if it is not there. @throws {StoreError} */
export function readRecord<Table extends TableName>(
  store: Store,
  table: Table,
  key: KeyOf<Table>,
): Promise<Uint8Array | undefined> {
  return store.read([select(table, key)]).then(([record]) => record?.value);
}
