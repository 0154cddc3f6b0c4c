/**
 * The keys in LevelDB: `c` and a chunk's index as u32 BE → its bytes, `t` → the tip pointer, `b` and a hash → the body,
 * and `h` and a hash → nothing, for every body.
 *
 * The hashes are there twice since LevelDB keeps a key beside its value: to go through the keys of bodies unpacks every
 * body. Measured with 400 bodies of 1 MB that can be compressed: 300 to 500 ms, against 4 to 6 ms for the hashes alone.
 */

const CHUNK_PREFIX = 0x63;
const BODY_PREFIX = 0x62;
const HASH_PREFIX = 0x68;
const HASH_BYTES = 32;

/** Where the tip pointer lies. */
export const TIP_KEY = Uint8Array.of(0x74);

/** The hashes of all bodies, as a range of LevelDB; other keys can lie in it. */
export const HASH_RANGE = { gte: Uint8Array.of(HASH_PREFIX), lt: Uint8Array.of(HASH_PREFIX + 1) } as const;

/** The keys of the chunks from an index on, as a range of LevelDB; others can lie in it. */
export function chunkRange(from: number): { readonly gte: Uint8Array; readonly lt: Uint8Array } {
  return { gte: chunkKey(from), lt: Uint8Array.of(CHUNK_PREFIX + 1) };
}

/** The key of a chunk; keys sort as indices do. */
export function chunkKey(index: number): Uint8Array {
  const key = new Uint8Array(5);
  key[0] = CHUNK_PREFIX;
  new DataView(key.buffer).setUint32(1, index);
  return key;
}

/** @returns the index of a chunk, or undefined for a key in the range that is none of ours */
export function indexOf(key: Uint8Array): number | undefined {
  return key.length === 5 ? new DataView(key.buffer, key.byteOffset).getUint32(1) : undefined;
}

/** Where a body lies. */
export function bodyKey(hash: Uint8Array): Uint8Array {
  return prefixed(BODY_PREFIX, hash);
}

/** What says that there is a body of this hash. */
export function hashKey(hash: Uint8Array): Uint8Array {
  return prefixed(HASH_PREFIX, hash);
}

/** @returns the hash of a body, a copy, or undefined for a key in the range that is none of ours */
export function hashOf(key: Uint8Array): Uint8Array | undefined {
  return key.length === 1 + HASH_BYTES ? Uint8Array.from(key.subarray(1)) : undefined;
}

function prefixed(prefix: number, hash: Uint8Array): Uint8Array {
  const key = new Uint8Array(1 + HASH_BYTES);
  key[0] = prefix;
  key.set(hash, 1);
  return key;
}
