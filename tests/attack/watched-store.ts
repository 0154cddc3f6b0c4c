/** A store that looks at what is written: headers that the honest chain does not have must not get there. */
import {
  ByteReader,
  bytesToHex,
  type HeaderTree,
  type KeyOf,
  type StorageChange,
  type StorageRecord,
  type StorageSelection,
  type Store,
  type TableName,
} from '@vision-light/protocol';
import { unpackBatches } from '../../packages/protocol/src/headers/storage/batch-list.js';

/** How many headers of an encoded batch are not, byte by byte, on the honest chain. */
export function countForeign(
  honest: HeaderTree,
  {
    parent,
    count,
    payload,
  }: { readonly parent: Uint8Array; readonly count: number; readonly payload: Uint8Array },
): number {
  const { family } = honest;
  const parentSlot = honest.find(parent);
  if (parentSlot === undefined) return count;
  const batch = family.decodeBatch(new ByteReader(payload), count, parent, honest.height(parentSlot));
  if (typeof batch === 'string') return count;
  let known = 0;
  for (let i = 0; i < batch.count; i++) {
    const slot = honest.find(batch.hashes, i * 32);
    const record = batch.records.subarray(i * family.recordBytes, (i + 1) * family.recordBytes);
    if (slot !== undefined && Buffer.compare(honest.record(slot), record) === 0) known++;
  }
  return count - known;
}

export class WatchedStore implements Store {
  /** Headers written that the honest chain does not have, each as often as it was written. */
  foreignHeaders = 0;
  /** Hex of the keys of discouraged peers that are stored. */
  readonly discouragedKeys = new Set<string>();
  readonly #store: Store;
  readonly #honest: HeaderTree;

  /** @param honest  in which every header is before it can reach this store */
  constructor(store: Store, honest: HeaderTree) {
    this.#store = store;
    this.#honest = honest;
  }

  read(selections: readonly StorageSelection[]): Promise<StorageRecord[]> {
    return this.#store.read(selections);
  }

  list<Table extends TableName>(table: Table): Promise<KeyOf<Table>[]> {
    return this.#store.list(table);
  }

  write(changes: readonly StorageChange[]): Promise<void> {
    for (const change of changes)
      if (change.kind === 'put' && (change.table === 'segments' || change.table === 'journal'))
        for (const batch of unpackBatches(change.value) ?? [])
          this.foreignHeaders += countForeign(this.#honest, batch);
    for (const change of changes) {
      if (change.kind === 'deleteFrom' || change.table !== 'discouraged') continue;
      if (!(change.key instanceof Uint8Array)) continue;
      const key = bytesToHex(change.key);
      if (change.kind === 'put') this.discouragedKeys.add(key);
      else this.discouragedKeys.delete(key);
    }
    return this.#store.write(changes);
  }

  close(): Promise<void> {
    return this.#store.close();
  }
}
