/** A chain in IndexedDB: one record a chunk of 2000 headers, each change one transaction. */
import { type StoreChange, type StoredChain, type StoredChunk, StoreError } from '@vision-light/protocol';
import { assertBytes, type NodeDatabase, ownBytes, writeWholly } from './node-database.js';

/**
 * Chunks that one request reads. Chromium cannot answer with more than about 128 MB at once; 64 chunks are at most 32 MB.
 */
const CHUNKS_PER_READ = 64;

/** Everything stored of the chain. @throws {StoreError} STORE_CORRUPT for a record of another kind */
export async function readChain(database: NodeDatabase): Promise<StoredChain> {
  // One transaction, so that another tab's write is seen wholly or not at all.
  const transaction = database.transaction(['chunks', 'meta'], 'readonly');
  const store = transaction.objectStore('chunks');
  const tipRead = transaction.objectStore('meta').get('tip');
  const chunks: StoredChunk[] = [];
  let range: IDBKeyRange | undefined;
  for (;;) {
    const [keys, values] = await Promise.all([
      store.getAllKeys(range, CHUNKS_PER_READ),
      store.getAll(range, CHUNKS_PER_READ),
    ]);
    keys.forEach((key, i) => {
      chunks.push({ index: assertIndex(key), bytes: assertBytes(values[i]) });
    });
    if (keys.length < CHUNKS_PER_READ) break;
    range = IDBKeyRange.lowerBound(keys.at(-1), true);
  }
  const tip: unknown = await tipRead;
  return { chunks, tip: tip === undefined ? undefined : assertBytes(tip) };
}

/** One transaction, wholly or not at all. */
export function writeChain(database: NodeDatabase, { removeFrom, put, tip }: StoreChange): Promise<void> {
  return writeWholly(database, ['chunks', 'meta'], function* (transaction) {
    const chunks = transaction.objectStore('chunks');
    if (removeFrom !== undefined) yield chunks.delete(IDBKeyRange.lowerBound(removeFrom));
    for (const { index, bytes } of put) yield chunks.put(ownBytes(bytes), index);
    yield transaction.objectStore('meta').put(ownBytes(tip), 'tip');
  });
}

function assertIndex(key: unknown): number {
  if (typeof key === 'number' && Number.isSafeInteger(key) && key >= 0) return key;
  throw new StoreError('STORE_CORRUPT', new Error(`the index of a chunk is ${String(key)}`));
}
