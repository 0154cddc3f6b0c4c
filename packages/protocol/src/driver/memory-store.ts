/** A store that forgets: for tests, and for pages that are denied storage. */
import { bytesToHex } from '../bytes/hex.js';
import {
  isKeyOf,
  type KeyOf,
  type StorageChange,
  type StorageRecord,
  type StorageSelection,
  type TableName,
} from '../io/storage.js';
import type { Store } from './store.js';

type Key = KeyOf<TableName>;
type Rows = Map<number | string, StorageRecord>;

/** Keeps copies in memory for as long as it lives; never fails. */
export class MemoryStore implements Store {
  readonly #tables = new Map<TableName, Rows>();

  read(selections: readonly StorageSelection[]): Promise<StorageRecord[]> {
    return Promise.resolve(selections.flatMap((selection) => this.#select(selection).map(copyOf)));
  }

  list<Table extends TableName>(table: Table): Promise<KeyOf<Table>[]> {
    const keys: KeyOf<Table>[] = [];
    for (const { key } of this.#rows(table).values()) {
      const own = copyOfKey(key);
      if (isKeyOf(table, own)) keys.push(own);
    }
    return Promise.resolve(keys.sort(byIndex));
  }

  write(changes: readonly StorageChange[]): Promise<void> {
    return new Promise((resolve) => {
      // Copies first: a change that cannot be copied must not leave a part of its write behind.
      const copies = changes.map((change) =>
        change.kind === 'put' ? { kind: change.kind, ...copyOf(change) } : change,
      );
      for (const change of copies) this.#apply(change);
      resolve();
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #apply(change: StorageChange): void {
    const rows = this.#rows(change.table);
    switch (change.kind) {
      case 'put':
        rows.set(rowOf(change.key), change);
        break;
      case 'delete':
        rows.delete(rowOf(change.key));
        break;
      case 'deleteFrom':
        for (const row of rows.keys()) if (Number(row) >= change.from) rows.delete(row);
        break;
    }
  }

  #select(selection: StorageSelection): StorageRecord[] {
    const rows = this.#rows(selection.table);
    if ('from' in selection) {
      const records = [...rows.values()].filter(({ key }) => Number(key) >= selection.from);
      return records.sort((a, b) => byIndex(a.key, b.key));
    }
    const record = rows.get(rowOf(selection.key));
    return record === undefined ? [] : [record];
  }

  #rows(table: TableName): Rows {
    const rows = this.#tables.get(table) ?? new Map();
    this.#tables.set(table, rows);
    return rows;
  }
}

function rowOf(key: Key): number | string {
  return key instanceof Uint8Array ? bytesToHex(key) : key;
}

/** Puts indexes in ascending order, and leaves other keys as they were written. */
function byIndex(a: Key, b: Key): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : 0;
}

function copyOfKey(key: Key): Key {
  return key instanceof Uint8Array ? key.slice() : key;
}

function copyOf({ table, key, value }: StorageRecord): StorageRecord {
  return { table, key: copyOfKey(key), value: value.slice() };
}
