/**
 * BLAKE3-256 for the verifier of proofs alone, which takes the place of `bytes/blake3.ts` in its script
 * (`vite.verifier.ts`). It hashes a few headers and one transaction, so what counts is its size: half a kilobyte less, and
 * some ten times as slow. A test holds it to the other one.
 *
 * Memory: 16 words for each input and each level of its tree. Inputs of less than 4 TiB.
 *
 * @see BLAKE3 specification (O'Connor, Aumasson, Neves, Wilcox-O'Hearn, 2020), sections 2.1 to 2.5
 */
import { initialWords, rotateRight } from '../../bytes/hash-words.js';
import { readU32, writeU32 } from '../../bytes/integers.js';

const blockBytes = 64;
const chunkBytes = 1024;

const chunkStart = 1;
const chunkEnd = 2;
const parent = 4;
const root = 8;

/** Where the words of the next round's message stand in this one's. */
const permutation = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8];

/** @returns 32 bytes: BLAKE3-256 of `bytes` */
export function blake3(bytes: Uint8Array): Uint8Array {
  const hash = new Uint8Array(32);
  subtree(bytes, 0, root).forEach((word, i) => {
    writeU32(hash, 4 * i, word);
  });
  return hash;
}

/** Eight words: the chaining value of whole chunks from that of number `first` on. */
function subtree(bytes: Uint8Array, first: number, flag: number): Int32Array {
  let value: Int32Array = Int32Array.from(initialWords);
  if (bytes.length <= chunkBytes) {
    let flags = chunkStart;
    for (let at = 0; at === 0 || at < bytes.length; at += blockBytes) {
      const block = bytes.subarray(at, at + blockBytes);
      if (at + blockBytes >= bytes.length) flags |= chunkEnd | flag;
      value = compress(value, wordsOf(block), first, block.length, flags);
      flags = 0;
    }
    return value;
  }
  // The left one is as large as it can be, if it is to be a power of two of chunks, and the right one is not to be empty.
  let left = chunkBytes;
  while (2 * left < bytes.length) left *= 2;
  const words = [
    ...subtree(bytes.subarray(0, left), first, 0),
    ...subtree(bytes.subarray(left), first + left / chunkBytes, 0),
  ];
  return compress(value, words, 0, blockBytes, parent | flag);
}

/** The 16 words of a block, with zeros after its end. */
function wordsOf(block: Uint8Array): number[] {
  return Array.from({ length: 16 }, (_, i) => readU32(block, 4 * i));
}

/** The first half of what the compression function gives: the next chaining value, or the hash. */
function compress(
  value: Int32Array,
  words: readonly number[],
  counter: number,
  size: number,
  flags: number,
): Int32Array {
  const v = Int32Array.of(...value, ...initialWords.slice(0, 4), counter, 0, size, flags);
  let message = words;
  // Casts: each index is below 16.
  for (let round = 0; round < 7; round++) {
    for (let i = 0; i < 8; i++) {
      // The four columns, then the four diagonals.
      const diagonal = i >> 2;
      const a = i & 3;
      const b = 4 + ((i + diagonal) & 3);
      const c = 8 + ((i + 2 * diagonal) & 3);
      const d = 12 + ((i + 3 * diagonal) & 3);
      for (let half = 0; half < 2; half++) {
        v[a] = (v[a] as number) + (v[b] as number) + (message[2 * i + half] as number);
        v[d] = rotateRight((v[d] as number) ^ (v[a] as number), half ? 8 : 16);
        v[c] = (v[c] as number) + (v[d] as number);
        v[b] = rotateRight((v[b] as number) ^ (v[c] as number), half ? 7 : 12);
      }
    }
    message = permutation.map((i) => message[i] as number);
  }
  return v.slice(0, 8).map((word, i) => word ^ (v[i + 8] as number));
}
