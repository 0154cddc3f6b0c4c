/**
 * Headers as rows of bytes and numbers, one slot a header: no object is made for a header, so a hundred thousand of them
 * cost the collector nothing. Records and hashes lie in pages, so growing never copies them; what is asked of one header
 * lies together, since most headers are not in the processor's caches when they are looked at.
 *
 * Slots are those that `add` gave out. Reads cast instead of asserting that: with assertions the validation of Bitcoin
 * headers takes 1.20 times as long.
 */
import { copyBytes } from '../bytes/copy-bytes.js';
import { readU32 } from '../bytes/integers.js';

/** Slots of a page, a power of two. */
const PAGE_BITS = 11;
const PAGE_SLOTS = 1 << PAGE_BITS;
const HASH_BYTES = 32;
/** Numbers of one slot, and where each of them stands. */
const NUMBERS = 4;
const PARENT = 0;
const HEIGHT = 1;
const TIME = 2;
const CHILDREN = 3;

/** Storage of the tree by slot number; freed slots are used again. */
export class HeaderColumns {
  /** Hash and record of each slot. */
  readonly #pages: Uint8Array[] = [];
  readonly #slotBytes: number;
  readonly #free: number[] = [];
  /** Numbers of each slot, in pages as well; all of them are safe integers. */
  readonly #numbers: Float64Array[] = [];
  readonly #chainworks: bigint[] = [];
  #used = 0;

  constructor(recordBytes: number) {
    this.#slotBytes = HASH_BYTES + recordBytes;
  }

  /** Headers held. */
  get count(): number {
    return this.#used - this.#free.length;
  }

  /** Fills a free slot with number `index` of records and hashes one after the other; `parent` is −1 for the root. */
  add(
    records: Uint8Array,
    hashes: Uint8Array,
    index: number,
    parent: number,
    height: number,
    time: number,
    chainwork: bigint,
  ): number {
    const slot = this.#free.pop() ?? this.#claim();
    const page = this.#pageOf(slot);
    const at = this.#byteOf(slot);
    const recordBytes = this.#slotBytes - HASH_BYTES;
    copyBytes(hashes, index * HASH_BYTES, page, at, HASH_BYTES);
    copyBytes(records, index * recordBytes, page, at + HASH_BYTES, recordBytes);
    this.#setNumber(slot, PARENT, parent);
    this.#setNumber(slot, HEIGHT, height);
    this.#setNumber(slot, TIME, time);
    this.#setNumber(slot, CHILDREN, 0);
    this.#chainworks[slot] = chainwork;
    if (parent >= 0) this.#countChild(parent, 1);
    return slot;
  }

  /** Makes a slot the parent of one that had none. */
  adopt(parent: number, slot: number): void {
    this.#setNumber(slot, PARENT, parent);
    this.#countChild(parent, 1);
  }

  /** Frees a slot without children. */
  remove(slot: number): void {
    const parent = this.parent(slot);
    if (parent >= 0) this.#countChild(parent, -1);
    this.#setNumber(slot, PARENT, -1);
    this.#free.push(slot);
  }

  parent(slot: number): number {
    return this.#number(slot, PARENT);
  }

  height(slot: number): number {
    return this.#number(slot, HEIGHT);
  }

  time(slot: number): number {
    return this.#number(slot, TIME);
  }

  childCount(slot: number): number {
    return this.#number(slot, CHILDREN);
  }

  chainwork(slot: number): bigint {
    return this.#chainworks[slot] as bigint;
  }

  /** A view, valid as long as the slot is. */
  record(slot: number): Uint8Array {
    const at = this.#byteOf(slot);
    return this.#pageOf(slot).subarray(at + HASH_BYTES, at + this.#slotBytes);
  }

  /** 32 bits of a record, little-endian, for which no view is made. */
  word(slot: number, offset: number): number {
    return readU32(this.#pageOf(slot), this.#byteOf(slot) + HASH_BYTES + offset);
  }

  /** A view, valid as long as the slot is. */
  hash(slot: number): Uint8Array {
    const at = this.#byteOf(slot);
    return this.#pageOf(slot).subarray(at, at + HASH_BYTES);
  }

  /** Whether a slot has the hash that begins at byte `from`. */
  hasHash(slot: number, hashes: Uint8Array, from: number): boolean {
    const page = this.#pageOf(slot);
    const at = this.#byteOf(slot);
    for (let i = 0; i < HASH_BYTES; i++) if (page[at + i] !== hashes[from + i]) return false;
    return true;
  }

  /** The key under which a slot is indexed; equals {@link hashKey} of its hash. */
  key(slot: number): number {
    return hashKey(this.#pageOf(slot), this.#byteOf(slot));
  }

  #pageOf(slot: number): Uint8Array {
    return this.#pages[slot >> PAGE_BITS] as Uint8Array;
  }

  #number(slot: number, which: number): number {
    const page = this.#numbers[slot >> PAGE_BITS] as Float64Array;
    return page[(slot & (PAGE_SLOTS - 1)) * NUMBERS + which] as number;
  }

  #setNumber(slot: number, which: number, value: number): void {
    const page = this.#numbers[slot >> PAGE_BITS] as Float64Array;
    page[(slot & (PAGE_SLOTS - 1)) * NUMBERS + which] = value;
  }

  /** Where a slot begins in its page. */
  #byteOf(slot: number): number {
    return (slot & (PAGE_SLOTS - 1)) * this.#slotBytes;
  }

  #countChild(slot: number, by: number): void {
    this.#setNumber(slot, CHILDREN, this.childCount(slot) + by);
  }

  #claim(): number {
    const slot = this.#used++;
    if (slot % PAGE_SLOTS === 0) {
      this.#pages.push(new Uint8Array(PAGE_SLOTS * this.#slotBytes));
      this.#numbers.push(new Float64Array(PAGE_SLOTS * NUMBERS));
    }
    return slot;
  }
}

/**
 * 32 bits of the hash at byte `at`, of both halves: in some families the leading bytes are small by proof of work, in
 * others the trailing ones.
 */
export function hashKey(hashes: Uint8Array, at: number): number {
  return (readU32(hashes, at) ^ readU32(hashes, at + 16)) | 0;
}
