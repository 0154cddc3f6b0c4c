/**
 * Headers as rows of bytes and numbers, one slot a header: no object is made for a header, so a hundred thousand of them
 * cost the collector nothing. Records and hashes lie in pages, so growing never copies them; what is asked of one header
 * lies together, since most headers are not in the processor's caches when they are looked at.
 */
import { readU32 } from '../bytes/integers.js';

const PAGE_SLOTS = 2048;
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
  /** All of them are safe integers. */
  #numbers = new Float64Array(PAGE_SLOTS * NUMBERS);
  readonly #chainworks: bigint[] = [];
  #used = 0;

  constructor(recordBytes: number) {
    this.#slotBytes = HASH_BYTES + recordBytes;
  }

  /** Headers held. */
  get count(): number {
    return this.#used - this.#free.length;
  }

  /** Fills a free slot; `parent` is −1 for the root. */
  add(
    record: Uint8Array,
    hash: Uint8Array,
    parent: number,
    height: number,
    time: number,
    chainwork: bigint,
  ): number {
    const slot = this.#free.pop() ?? this.#claim();
    const page = this.#pageOf(slot);
    const at = this.#byteOf(slot);
    page.set(hash, at);
    page.set(record, at + HASH_BYTES);
    const numbers = this.#numbers;
    numbers[slot * NUMBERS + PARENT] = parent;
    numbers[slot * NUMBERS + HEIGHT] = height;
    numbers[slot * NUMBERS + TIME] = time;
    numbers[slot * NUMBERS + CHILDREN] = 0;
    this.#chainworks[slot] = chainwork;
    if (parent >= 0) this.#countChild(parent, 1);
    return slot;
  }

  /** Frees a slot without children. */
  remove(slot: number): void {
    const parent = this.parent(slot);
    if (parent >= 0) this.#countChild(parent, -1);
    this.#numbers[slot * NUMBERS + PARENT] = -1;
    this.#free.push(slot);
  }

  parent(slot: number): number {
    return this.#numbers[slot * NUMBERS + PARENT] as number;
  }

  height(slot: number): number {
    return this.#numbers[slot * NUMBERS + HEIGHT] as number;
  }

  time(slot: number): number {
    return this.#numbers[slot * NUMBERS + TIME] as number;
  }

  childCount(slot: number): number {
    return this.#numbers[slot * NUMBERS + CHILDREN] as number;
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

  /** Whether a slot has this hash. */
  hasHash(slot: number, hash: Uint8Array): boolean {
    const page = this.#pageOf(slot);
    const at = this.#byteOf(slot);
    for (let i = 0; i < HASH_BYTES; i++) if (page[at + i] !== hash[i]) return false;
    return true;
  }

  /** The key under which a slot is indexed; equals {@link hashKey} of its hash. */
  key(slot: number): number {
    return keyAt(this.#pageOf(slot), this.#byteOf(slot));
  }

  #pageOf(slot: number): Uint8Array {
    return this.#pages[Math.floor(slot / PAGE_SLOTS)] as Uint8Array;
  }

  /** Where a slot begins in its page. */
  #byteOf(slot: number): number {
    return (slot % PAGE_SLOTS) * this.#slotBytes;
  }

  #countChild(slot: number, by: number): void {
    this.#numbers[slot * NUMBERS + CHILDREN] = this.childCount(slot) + by;
  }

  #claim(): number {
    const slot = this.#used++;
    if (slot % PAGE_SLOTS === 0) this.#pages.push(new Uint8Array(PAGE_SLOTS * this.#slotBytes));
    if (slot * NUMBERS >= this.#numbers.length) {
      const larger = new Float64Array(this.#numbers.length * 2);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    return slot;
  }
}

/**
 * 32 bits of a hash, of both halves: in some families the leading bytes are small by proof of work, in others the
 * trailing ones.
 */
export function hashKey(hash: Uint8Array): number {
  return keyAt(hash, 0);
}

function keyAt(bytes: Uint8Array, at: number): number {
  return (readU32(bytes, at) ^ readU32(bytes, at + 16)) | 0;
}
