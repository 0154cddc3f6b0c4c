/**
 * Double SHA-256 of 80-byte headers, four side by side. A header fills two blocks, its hash a third. Hashes are written in
 * internal byte order, as the next header's parent field holds them.
 *
 * There is no code for one header alone. It would be 1.6 times as fast where each header waits for the one before, which is
 * seldom, and take 1 kB of every page.
 */

import { HASH_BITS, HEADER_BITS, INITIAL, PADDING_START } from './sha256-constants';
import { blockX4, compressX4 } from './sha256-x4';

const initialX4: usize = memory.data(128, 16);
const stateX4: usize = memory.data(128, 16);

for (let i: usize = 0; i < 8; ++i) v128.store(initialX4 + (i << 4), v128.load32_splat(INITIAL + (i << 2)));

/** Hashes four headers of 80 bytes that lie `headerStride` bytes apart; their hashes of 32 bytes lie `hashStride` apart. 0 if all are one. */
export function hashFour(header: usize, headerStride: usize, hash: usize, hashStride: usize): void {
  for (let word: usize = 0; word < 16; word += 4)
    transpose(header + (word << 2), headerStride, blockX4 + (word << 4), 16);
  compressX4(initialX4, stateX4);
  transpose(header + 64, headerStride, blockX4, 16);
  padX4(4, HEADER_BITS);
  compressX4(stateX4, blockX4);
  padX4(8, HASH_BITS);
  compressX4(initialX4, stateX4);
  transpose(stateX4, 16, hash, hashStride);
  transpose(stateX4 + 64, 16, hash + 16, hashStride);
}

/** Turns four rows of four words into columns, and each word's bytes around (SHA-256 is big-endian). */
function transpose(from: usize, fromStride: usize, to: usize, toStride: usize): void {
  const r0 = swapBytes(v128.load(from));
  const r1 = swapBytes(v128.load(from + fromStride));
  const r2 = swapBytes(v128.load(from + 2 * fromStride));
  const r3 = swapBytes(v128.load(from + 3 * fromStride));
  const low01 = v128.shuffle<u32>(r0, r1, 0, 4, 1, 5);
  const low23 = v128.shuffle<u32>(r2, r3, 0, 4, 1, 5);
  const high01 = v128.shuffle<u32>(r0, r1, 2, 6, 3, 7);
  const high23 = v128.shuffle<u32>(r2, r3, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<u64>(low01, low23, 0, 2));
  v128.store(to + toStride, v128.shuffle<u64>(low01, low23, 1, 3));
  v128.store(to + 2 * toStride, v128.shuffle<u64>(high01, high23, 0, 2));
  v128.store(to + 3 * toStride, v128.shuffle<u64>(high01, high23, 1, 3));
}

@inline
function swapBytes(words: v128): v128 {
  return v128.shuffle<u8>(words, words, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12);
}

function padX4(used: usize, bits: u32): void {
  v128.store(blockX4 + (used << 4), i32x4.splat(PADDING_START));
  memory.fill(blockX4 + ((used + 1) << 4), 0, (14 - used) << 4);
  v128.store(blockX4, i32x4.splat(bits), 15 * 16);
}
