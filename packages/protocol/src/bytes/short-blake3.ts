/**
 * BLAKE3-256 as its specification writes it, with the same two names as `blake3.ts`: half of its code, and a tenth of its
 * speed. What verifies proofs is bundled with it, since it hashes little and has to be small. A test compares the two.
 *
 * @see BLAKE3 specification (O'Connor, Aumasson, Neves, Wilcox-O'Hearn, 2020), sections 2.1 to 2.5
 */
import { defined } from '../assert.js';
import { initialWords, rotateRight } from './hash-words.js';
import { readU32, writeU32 } from './integers.js';

const blockBytes = 64;
const chunkBytes = 1024;
const chunkStart = 1;
const chunkEnd = 2;
const parent = 4;
const root = 8;

/** Where each word of the message comes from in the next round. */
const permutation = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8];
/** The words that each of the eight steps of a round mixes: four columns, then four diagonals. */
const steps = [0, 1, 2, 3].flatMap((i) => [[i, i + 4, i + 8, i + 12]]);
steps.push(...[0, 1, 2, 3].map((i) => [i, 4 + ((i + 1) % 4), 8 + ((i + 2) % 4), 12 + ((i + 3) % 4)]));

/** @returns eight words: the next chaining value, or the hash */
function compress(
  value: readonly number[],
  words: readonly number[],
  counter: number,
  size: number,
  flags: number,
): number[] {
  const v = Int32Array.from([...value, ...initialWords.slice(0, 4), counter, 0, size, flags]);
  const at = (i: number): number => defined(v[i], 'there are sixteen words');
  let message = words;
  for (let round = 0; round < 7; round++) {
    for (const [i, [a = 0, b = 0, c = 0, d = 0]] of steps.entries())
      for (const half of [0, 1]) {
        v[a] = at(a) + at(b) + defined(message[2 * i + half], 'there are sixteen words');
        v[d] = rotateRight(at(d) ^ at(a), 16 - 8 * half);
        v[c] = at(c) + at(d);
        v[b] = rotateRight(at(b) ^ at(c), 12 - 5 * half);
      }
    message = permutation.map((from) => defined(message[from], 'there are sixteen words'));
  }
  return Array.from({ length: 8 }, (_, i) => at(i) ^ at(i + 8));
}

/** @returns 32 bytes: BLAKE3-256 of `bytes` */
export function blake3(bytes: Uint8Array): Uint8Array {
  const hash = new Uint8Array(32);
  for (const [i, word] of hashRange(bytes, 0, root).entries()) writeU32(hash, 4 * i, word);
  return hash;
}

/** Of the chunks from number `first` on: the left part has the largest power of two of them that leaves a rest. */
function hashRange(bytes: Uint8Array, first: number, flags: number): number[] {
  if (bytes.length <= chunkBytes) return hashChunk(bytes, first, flags);
  let left = 1;
  while (2 * left * chunkBytes < bytes.length) left *= 2;
  const children = [
    ...hashRange(bytes.subarray(0, left * chunkBytes), first, 0),
    ...hashRange(bytes.subarray(left * chunkBytes), first + left, 0),
  ];
  return compress([...initialWords], children, 0, blockBytes, parent | flags);
}

function hashChunk(bytes: Uint8Array, number: number, flags: number): number[] {
  let value = [...initialWords];
  const last = Math.max(0, Math.ceil(bytes.length / blockBytes) - 1);
  for (let i = 0; i <= last; i++) {
    const part = bytes.subarray(i * blockBytes, (i + 1) * blockBytes);
    const block = new Uint8Array(blockBytes);
    block.set(part);
    const words = Array.from({ length: 16 }, (_, k) => readU32(block, 4 * k));
    const ends = (i === 0 ? chunkStart : 0) | (i === last ? chunkEnd | flags : 0);
    value = compress(value, words, number, part.length, ends);
  }
  return value;
}
