/**
 * What lies on disk: the best chain in chunks of {@link CHUNK_HEADERS} headers, each an opaque byte string under its
 * index, and a tip pointer that is written in the same transaction as the last chunk.
 */

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

/** One atomic write. */
export interface StoreChange {
  /** Chunks with this index or a higher one are removed before `put` is written; undefined removes none. */
  readonly removeFrom: number | undefined;
  readonly put: readonly StoredChunk[];
  readonly tip: Uint8Array;
}

/** What can go wrong with storage, as the platform reports it. */
export const storeFaults = {
  STORE_DENIED: 'Storage is not available here, so nothing is kept between visits.',
  STORE_QUOTA: 'Storage is full, so what is new is kept in memory only.',
  STORE_CORRUPT: 'What was stored could not be read and is fetched anew.',
  STORE_FAILED: 'Storage failed, so what is new is kept in memory only.',
} as const;

/** A code of {@link storeFaults}. */
export type StoreFault = keyof typeof storeFaults;
