/**
 * How the best chain lies in the tables: in chunks of {@link CHUNK_HEADERS} headers, each an opaque byte string under its
 * index, and a tip pointer that is written together with the last chunk.
 */
import {
  isRecordOf,
  putRecord,
  type StorageChange,
  type StorageRecord,
  type StorageSelection,
} from './storage.js';

/**
 * Headers of one chunk. Chunk `i` holds the heights from 1 + i × 2000 on; genesis ships with the code. A node that begins
 * above genesis keeps what is above its base, so its first chunk may be shorter.
 */
export const CHUNK_HEADERS = 2000;

/** One packed chunk under its index: see `headers/chunk-codec.ts` for the bytes. */
export interface StoredChunk {
  readonly index: number;
  readonly bytes: Uint8Array;
}

/** All that is stored, chunks in ascending order of index. Nothing in it is trusted. */
export interface StoredChain {
  readonly chunks: readonly StoredChunk[];
  /** The tip pointer; undefined in an empty store. */
  readonly tip: Uint8Array | undefined;
}

/** One atomic write of the chain. */
export interface ChainUpdate {
  /** Chunks with this index or a higher one are removed before `put` is written; undefined removes none. */
  readonly removeFrom: number | undefined;
  readonly put: readonly StoredChunk[];
  readonly tip: Uint8Array;
}

/** Selects all that is stored of the chain. */
export const chainSelections: readonly StorageSelection[] = [
  { table: 'chunks', from: 0 },
  { table: 'meta', key: 'tip' },
];

/** The chain in the records of {@link chainSelections}. */
export function chainOf(records: readonly StorageRecord[]): StoredChain {
  const chunks: StoredChunk[] = [];
  let tip: Uint8Array | undefined;
  for (const record of records) {
    if (isRecordOf(record, 'chunks')) chunks.push({ index: record.key, bytes: record.value });
    else if (isRecordOf(record, 'meta')) tip = record.value;
  }
  return { chunks, tip };
}

/** An update of the chain as changes of its tables. */
export function changesOf({ removeFrom, put, tip }: ChainUpdate): StorageChange[] {
  const changes: StorageChange[] = put.map(({ index, bytes }) => putRecord('chunks', index, bytes));
  if (removeFrom !== undefined) changes.unshift({ kind: 'deleteFrom', table: 'chunks', from: removeFrom });
  changes.push(putRecord('meta', 'tip', tip));
  return changes;
}
