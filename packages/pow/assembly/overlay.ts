/**
 * The scratchpad words that were written, by lane: the only state a lazy VisionX keeps.
 *
 * An open-addressing hash table a lane holds them exactly. A filter of one bit for several indexes stands in front, for
 * all lanes together: of 278,528 accesses a header about 550 find a written word, so nearly all must be answered by one
 * byte that is in the cache.
 *
 * Bounds: a header writes at most `writes` words, and the table has at least twice as many slots or one for each index,
 * so it never fills. Memory is LANES * slots * 12 + filterBits / 8 bytes, laid out once by `layOverlay`.
 */

import { LANES } from './lanes';

/**
 * Filter bits for each word that all lanes may write, before rounding up to a power of two. Measured at canonical
 * parameters, ms a header: 4 bits 2.05, 8 bits 1.85, 16 bits (128 KiB) 1.68, 32 bits 1.65, 64 bits 1.63, one bit for
 * every index (512 KiB a lane) 1.88. 16 leaves room in the small caches of other machines.
 */
const FILTER_BITS_PER_WRITE: u32 = 16;

// Lanes use the filter's bits from different starts, because lanes that hash the same input write the same indexes.
const LANE_SHIFT: u32 = 0x15555;

let slots: u32 = 0;
let filterMask: u32 = 0;
let filter: usize = 0;
let keys: usize = 0;
let values: usize = 0;

/** Lays the tables out from `start` on and returns where they end. */
export function layOverlay(start: usize, scratchWords: u32, writes: u32): usize {
  slots = min(powerOfTwoFrom(2 * writes), scratchWords);
  const filterBits = powerOfTwoFrom(max(64, FILTER_BITS_PER_WRITE * LANES * writes));
  filterMask = filterBits - 1;
  values = start;
  keys = values + LANES * slots * 8;
  filter = keys + LANES * slots * 4;
  return filter + (filterBits >> 3);
}

function powerOfTwoFrom(n: u32): u32 {
  return n < 2 ? 1 : 1 << (32 - clz<u32>(n - 1));
}

/** Forgets every write. Keys and filter are adjacent: one fill, of 0.5 MB at canonical parameters. */
export function clearOverlay(): void {
  memory.fill(keys, 0, filter + ((filterMask + 1) >> 3) - keys);
}

/** False if `index` was certainly not written. */
@inline
export function maybeWritten(lane: u32, index: u32): bool {
  const bit = (index + lane * LANE_SHIFT) & filterMask;
  return <bool>((<u32>load<u8>(filter + (bit >> 3)) >> (bit & 7)) & 1);
}

/** The word written at `index`, or `untouched`. */
export function writtenWord(lane: u32, index: u32, untouched: u64): u64 {
  const slot = findSlot(lane, index);
  return load<u32>(keys + (slot << 2)) ? load<u64>(values + (slot << 3)) : untouched;
}

export function writeWord(lane: u32, index: u32, word: u64): void {
  const slot = findSlot(lane, index);
  store<u32>(keys + (slot << 2), index + 1);
  store<u64>(values + (slot << 3), word);
  const bit = (index + lane * LANE_SHIFT) & filterMask;
  const p = filter + (bit >> 3);
  store<u8>(p, <u8>(<u32>load<u8>(p) | (1 << (bit & 7))));
}

/** Slot that holds `index`, or the free one where it belongs. Indexes are random already: their low bits are the hash. */
function findSlot(lane: u32, index: u32): u32 {
  const first = lane * slots;
  let slot = index & (slots - 1);
  while (true) {
    const key = load<u32>(keys + ((first + slot) << 2));
    if (key == 0 || key == index + 1) return first + slot;
    slot = (slot + 1) & (slots - 1);
  }
}
