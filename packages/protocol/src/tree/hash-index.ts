/**
 * Finds the slot of a hash. 256 tables with open addressing, by the first bits of the key: each grows by itself, so a
 * growing index never stops for all entries at once. An entry takes 5 to 10 bytes, and removal leaves nothing behind.
 * Hashes are spread by proof of work, so an entry is near its place; an attacker that wants many at one place pays with
 * a proof of work for each.
 *
 * Reads cast instead of asserting that a cell is there: with assertions the validation of Bitcoin headers takes 1.14 times
 * as long.
 */
import { readU32 } from '../bytes/integers.js';

/** Bits of a key from this one on choose the table, those below it the cell. */
const TABLE_SHIFT = 24;
const CELLS_MIN = 8;
/**
 * A cell holds a slot plus one, 0 if it is empty, and above it six bits of the key: of 64 headers that do not have the
 * hash, which lie far away in memory, 63 need not be looked at.
 */
const SLOT_BITS = 26;
const SLOT_MASK = (1 << SLOT_BITS) - 1;

/** The hashes of the slots. */
export interface SlotHashes {
  /** {@link hashKey} of the hash in a slot. */
  key(slot: number): number;
  hasHash(slot: number, hashes: Uint8Array, from: number): boolean;
}

const empty = new Int32Array(1);

/** The part of a key that a cell holds, at its place in the cell. */
function tagOf(key: number): number {
  return (key << (32 - TABLE_SHIFT)) & ~SLOT_MASK;
}

/** Slots by the hashes in them. */
export class HashIndex {
  readonly #tables: Int32Array[] = new Array<Int32Array>(1 << (32 - TABLE_SHIFT)).fill(empty);
  readonly #sizes = new Int32Array(1 << (32 - TABLE_SHIFT));

  constructor(readonly slots: SlotHashes) {}

  /** @returns the slot of the hash that begins at byte `at`, or −1 */
  find(hashes: Uint8Array, at: number): number {
    const key = hashKey(hashes, at);
    const table = this.#tables[key >>> TABLE_SHIFT] as Int32Array;
    const mask = table.length - 1;
    const tag = tagOf(key);
    for (let cell = key & mask; ; cell = (cell + 1) & mask) {
      const entry = table[cell] as number;
      if (entry === 0) return -1;
      if ((entry & ~SLOT_MASK) !== tag) continue;
      const slot = (entry & SLOT_MASK) - 1;
      if (this.slots.hasHash(slot, hashes, at)) return slot;
    }
  }

  /** @param key  {@link hashKey} of the hash in the slot, which is not in the index */
  add(slot: number, key: number): void {
    const which = key >>> TABLE_SHIFT;
    const size = (this.#sizes[which] as number) + 1;
    this.#sizes[which] = size;
    // At most four of five cells are taken.
    if (5 * size > 4 * (this.#tables[which] as Int32Array).length) this.#grow(which);
    put(this.#tables[which] as Int32Array, slot, key);
  }

  /** The hash in the slot must still be there, and in the index. */
  remove(slot: number): void {
    const which = this.slots.key(slot) >>> TABLE_SHIFT;
    const table = this.#tables[which] as Int32Array;
    const mask = table.length - 1;
    let hole = this.slots.key(slot) & mask;
    while (((table[hole] as number) & SLOT_MASK) !== slot + 1) hole = (hole + 1) & mask;
    // What follows moves back, unless it would come before its place.
    for (let cell = (hole + 1) & mask; table[cell] !== 0; cell = (cell + 1) & mask) {
      const home = this.slots.key(((table[cell] as number) & SLOT_MASK) - 1) & mask;
      if (((cell - home) & mask) < ((cell - hole) & mask)) continue;
      table[hole] = table[cell] as number;
      hole = cell;
    }
    table[hole] = 0;
    this.#sizes[which] = (this.#sizes[which] as number) - 1;
  }

  #grow(which: number): void {
    const table = this.#tables[which] as Int32Array;
    const larger = new Int32Array(Math.max(CELLS_MIN, 2 * table.length));
    for (const entry of table) {
      const slot = (entry & SLOT_MASK) - 1;
      if (slot >= 0) put(larger, slot, this.slots.key(slot));
    }
    this.#tables[which] = larger;
  }
}

/** Fills the first empty cell from the place of a key on. */
function put(table: Int32Array, slot: number, key: number): void {
  const mask = table.length - 1;
  let cell = key & mask;
  while (table[cell] !== 0) cell = (cell + 1) & mask;
  table[cell] = tagOf(key) | (slot + 1);
}

/**
 * 32 bits of the hash at byte `at`, of both halves: in some families the leading bytes are small by proof of work, in
 * others the trailing ones.
 */
export function hashKey(hashes: Uint8Array, at: number): number {
  return (readU32(hashes, at) ^ readU32(hashes, at + 16)) | 0;
}
