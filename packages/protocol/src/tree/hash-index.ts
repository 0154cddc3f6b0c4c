/**
 * Finds the slot of a hash. 256 tables with open addressing, by the first bits of a key: each grows by itself, so a
 * growing index never stops for all entries at once. Growing and removing need no look at a hash, which lies far away in
 * memory. An entry takes 6 to 8 bytes, and removal leaves nothing behind.
 *
 * Hashes are spread by proof of work, so an entry is near its place; an attacker that wants many at one place pays with a
 * proof of work for each.
 *
 * Reads cast instead of asserting that a cell is there, for they are made for each header: with assertions in the index before
 * this one the validation of Bitcoin headers took 1.14 times as long.
 */
import { readU32 } from '../bytes/integers.js';

/** Bits of a key, from its highest down: its table, what is kept of it, and what is not needed. */
const TABLE_BITS = 8;
const KEPT_BITS = 14;
const TABLES = 1 << TABLE_BITS;
/**
 * A cell holds a slot plus one, 0 if it is empty. There are at most 8 slots to a header, and so fewer than 2^26. Above it
 * are the last six of the kept bits, in which neighbours differ most: by them a header with another hash is nearly always
 * known without a look at it. The first eight are in a byte beside the cell.
 */
const SLOT_BITS = 26;
const SLOT_MASK = (1 << SLOT_BITS) - 1;
const TAG_BITS = 32 - SLOT_BITS;
const TAG_MASK = (1 << TAG_BITS) - 1;

/** Tells whether a hash is the one in a slot. */
interface SlotHashes {
  hasHash(slot: number, hashes: Uint8Array, from: number): boolean;
}

/** What a table has before its first entry; never written to. */
const noCells = new Int32Array(1);
const noRests = new Uint8Array(1);

/** One table. */
class HashTable {
  cells = noCells;
  rests = noRests;
  size = 0;

  /** The cell from which on an entry is looked for. */
  home(kept: number): number {
    return (kept * this.cells.length) >>> KEPT_BITS;
  }

  /** The kept bits of the entry in a cell. */
  keptAt(cell: number): number {
    return ((this.rests[cell] as number) << TAG_BITS) | ((this.cells[cell] as number) >>> SLOT_BITS);
  }

  next(cell: number): number {
    return cell + 1 === this.cells.length ? 0 : cell + 1;
  }

  put(slot: number, kept: number): void {
    let cell = this.home(kept);
    while (this.cells[cell] !== 0) cell = this.next(cell);
    this.cells[cell] = (kept << SLOT_BITS) | (slot + 1);
    this.rests[cell] = kept >>> TAG_BITS;
  }

  grow(): void {
    const { cells, rests } = this;
    this.cells = new Int32Array(cells.length + (cells.length >> 2) + 8);
    this.rests = new Uint8Array(this.cells.length);
    for (let i = 0; i < cells.length; i++) {
      const entry = cells[i] as number;
      const kept = ((rests[i] as number) << TAG_BITS) | (entry >>> SLOT_BITS);
      if (entry !== 0) this.put((entry & SLOT_MASK) - 1, kept);
    }
  }
}

/** Slots by the hashes in them. */
export class HashIndex {
  readonly #tables = Array.from({ length: TABLES }, () => new HashTable());

  constructor(readonly slots: SlotHashes) {}

  /** @returns the slot of the hash that begins at byte `at`, or −1 */
  find(hashes: Uint8Array, at: number): number {
    const key = hashKey(hashes, at);
    const table = this.#tableOf(key);
    const { cells } = table;
    const kept = keptOf(key);
    const tag = kept & TAG_MASK;
    for (let cell = table.home(kept); ; cell = table.next(cell)) {
      const entry = cells[cell] as number;
      if (entry === 0) return -1;
      if (entry >>> SLOT_BITS !== tag) continue;
      const slot = (entry & SLOT_MASK) - 1;
      if (this.slots.hasHash(slot, hashes, at)) return slot;
    }
  }

  /** @param key  {@link hashKey} of the hash in the slot, which is not in the index */
  add(slot: number, key: number): void {
    const table = this.#tableOf(key);
    table.size++;
    // At most four of five cells are taken.
    if (5 * table.size > 4 * table.cells.length) table.grow();
    table.put(slot, keptOf(key));
  }

  /** @param key  {@link hashKey} of the hash in the slot, which is in the index */
  remove(slot: number, key: number): void {
    const table = this.#tableOf(key);
    const { cells, rests } = table;
    let hole = table.home(keptOf(key));
    while (((cells[hole] as number) & SLOT_MASK) !== slot + 1) hole = table.next(hole);
    // What follows moves into the hole, unless that is before its place.
    for (let cell = table.next(hole); cells[cell] !== 0; cell = table.next(cell)) {
      const home = table.home(table.keptAt(cell));
      const isBetween = hole < cell ? hole < home && home <= cell : hole < home || home <= cell;
      if (isBetween) continue;
      cells[hole] = cells[cell] as number;
      rests[hole] = rests[cell] as number;
      hole = cell;
    }
    cells[hole] = 0;
    table.size--;
  }

  #tableOf(key: number): HashTable {
    return this.#tables[key >>> (32 - TABLE_BITS)] as HashTable;
  }
}

function keptOf(key: number): number {
  return (key >>> (32 - TABLE_BITS - KEPT_BITS)) & ((1 << KEPT_BITS) - 1);
}

/**
 * 32 bits of the hash at byte `at`, of both halves: in some families the leading bytes are small by proof of work, in
 * others the trailing ones.
 */
export function hashKey(hashes: Uint8Array, at: number): number {
  return (readU32(hashes, at) ^ readU32(hashes, at + 16)) | 0;
}
