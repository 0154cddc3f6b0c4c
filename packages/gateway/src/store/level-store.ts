/** A node's tables on disk, in LevelDB; the keys are in `level-keys.ts`. */
import { mkdir } from 'node:fs/promises';
import {
  type KeyOf,
  type StorageChange,
  type StorageRecord,
  type StorageSelection,
  type Store,
  StoreError,
  type StoreFault,
  storageTables,
  type TableName,
} from '@vision-light/protocol';
import { ClassicLevel } from 'classic-level';
import { GatewayError } from '../gateway-error.js';
import {
  formerRanges,
  isFormerKey,
  keyIn,
  listedKey,
  listRange,
  rangeFrom,
  recordKey,
} from './level-keys.js';

const NOTHING = new Uint8Array(0);

type Database = ClassicLevel<Uint8Array, Uint8Array>;
type Batch = ReturnType<Database['batch']>;
type Snapshot = ReturnType<Database['snapshot']>;
type DeleteFrom = Extract<StorageChange, { kind: 'deleteFrom' }>;
type Place = Pick<StorageRecord, 'table' | 'key'>;

/**
 * A {@link Store} in a folder of its own. Each write is one atomic batch, in the order of the calls.
 *
 * A write is synced to disk if the row of one of its tables says so. Others are handed to the system and no more, for
 * what a power failure takes of them is fetched again; it is missing wholly, and never in the list alone. The end of the
 * process takes none. Keys that are none of a table's are passed over, and left to lie; those of tables of older releases are removed.
 */
export class LevelStore implements Store {
  readonly #db: Database;
  #lastWrite: Promise<void> = Promise.resolve();

  private constructor(db: Database) {
    this.#db = db;
  }

  /**
   * Opens the database in a folder, made if it is missing.
   *
   * @throws {GatewayError} if it is locked by another process, damaged, or cannot be read or written
   */
  static async open(folder: string): Promise<LevelStore> {
    try {
      await mkdir(folder, { recursive: true });
    } catch (error) {
      throw new GatewayError(`The data folder ${folder} cannot be made (${codeOf(error)}).`);
    }
    const db: Database = new ClassicLevel(folder, { keyEncoding: 'view', valueEncoding: 'view' });
    try {
      await db.open();
      await removeFormer(db);
    } catch (error) {
      throw new GatewayError(openFault(folder, error));
    }
    return new LevelStore(db);
  }

  async read(selections: readonly StorageSelection[]): Promise<StorageRecord[]> {
    try {
      const snapshot = this.#db.snapshot();
      try {
        const records: StorageRecord[] = [];
        for (const selection of selections) await this.#readInto(records, selection, snapshot);
        return records;
      } finally {
        await snapshot.close();
      }
    } catch (error) {
      throw new StoreError(faultOf(error), error);
    }
  }

  async list<Table extends TableName>(table: Table): Promise<KeyOf<Table>[]> {
    try {
      const keys: KeyOf<Table>[] = [];
      for await (const bytes of this.#db.keys(listRange(table))) {
        const key = keyIn(table, bytes);
        if (key !== undefined) keys.push(key);
      }
      return keys;
    } catch (error) {
      throw new StoreError(faultOf(error), error);
    }
  }

  /** Writes take their turns: two at once could otherwise land in either order. */
  write(changes: readonly StorageChange[]): Promise<void> {
    const written = this.#lastWrite.then(async () => {
      try {
        await this.#write(changes);
      } catch (error) {
        throw new StoreError(faultOf(error), error);
      }
    });
    this.#lastWrite = written.catch(() => {});
    return written;
  }

  async close(): Promise<void> {
    await this.#lastWrite;
    await this.#db.close();
  }

  async #readInto(records: StorageRecord[], selection: StorageSelection, snapshot: Snapshot): Promise<void> {
    const { table } = selection;
    if ('from' in selection) {
      for await (const [bytes, value] of this.#db.iterator({
        ...rangeFrom(table, selection.from),
        snapshot,
      })) {
        const key = keyIn(table, bytes);
        if (key !== undefined) records.push({ table, key, value: plainBytes(value) });
      }
      return;
    }
    const value = await this.#db.get(recordKey(table, selection.key), { snapshot });
    if (value !== undefined) records.push({ table, key: selection.key, value: plainBytes(value) });
  }

  async #write(changes: readonly StorageChange[]): Promise<void> {
    const batch = this.#db.batch();
    for (const [i, change] of changes.entries()) {
      if (change.kind === 'put') put(batch, change);
      else if (change.kind === 'delete') remove(batch, change);
      else for (const each of await this.#recordsFrom(change, changes.slice(0, i))) remove(batch, each);
    }
    const sync = changes.some(({ table }) => storageTables[table].durability === 'flushed');
    await batch.write({ sync });
  }

  /** The records from an index on, of those in the database and those that the same write puts before. */
  async #recordsFrom({ table, from }: DeleteFrom, before: readonly StorageChange[]): Promise<Place[]> {
    const places: Place[] = [];
    for await (const bytes of this.#db.keys(rangeFrom(table, from))) {
      const key = keyIn(table, bytes);
      if (key !== undefined) places.push({ table, key });
    }
    for (const change of before)
      if (change.kind === 'put' && change.table === table && Number(change.key) >= from) places.push(change);
    return places;
  }
}

/** What older releases left in tables that are no longer used. */
async function removeFormer(db: Database): Promise<void> {
  const batch = db.batch();
  for (const range of formerRanges)
    for await (const key of db.keys(range)) if (isFormerKey(key)) batch.del(key);
  await batch.write();
}

function put(batch: Batch, { table, key, value }: StorageRecord): void {
  batch.put(recordKey(table, key), value);
  const listed = listedKey(table, key);
  if (listed !== undefined) batch.put(listed, NOTHING);
}

function remove(batch: Batch, { table, key }: Place): void {
  batch.del(recordKey(table, key));
  const listed = listedKey(table, key);
  if (listed !== undefined) batch.del(listed);
}

/** LevelDB returns Buffers, whose `slice` is a view. Copied only where the buffer behind holds something else too. */
function plainBytes(bytes: Uint8Array): Uint8Array {
  const isWhole = bytes.byteLength === bytes.buffer.byteLength;
  return isWhole ? new Uint8Array(bytes.buffer) : new Uint8Array(bytes);
}

function openFault(folder: string, error: unknown): string {
  switch (causeCode(error)) {
    case 'LEVEL_LOCKED':
      return `The data in ${folder} is in use by another gateway.`;
    case 'LEVEL_CORRUPTION':
    case 'LEVEL_INVALID_ARGUMENT':
      return `The database in ${folder} is damaged. Remove the folder and start again: the chain is fetched anew.`;
    default:
      return `The database in ${folder} cannot be opened: ${(error as { cause?: Error }).cause?.message ?? error}`;
  }
}

function faultOf(error: unknown): StoreFault {
  if (causeCode(error) === 'LEVEL_CORRUPTION') return 'STORE_CORRUPT';
  // LevelDB passes the system's words on, not its codes.
  return /no space left|quota/i.test(String((error as { cause?: unknown }).cause ?? error))
    ? 'STORE_QUOTA'
    : 'STORE_FAILED';
}

function causeCode(error: unknown): string {
  const { cause } = error as { readonly cause?: unknown };
  return cause === undefined ? codeOf(error) : codeOf(cause);
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
