/**
 * Headers as columns of numbers, one slot a header: no object is made for a header, so a hundred thousand of them cost
 * the collector nothing. Records and hashes lie in pages, so growing never copies them.
 */
const PAGE_SLOTS = 2048;
const HASH_BYTES = 32;

/** Storage of the tree by slot number; freed slots are used again. */
export class HeaderColumns {
  readonly #recordPages: Uint8Array[] = [];
  readonly #hashPages: Uint8Array[] = [];
  readonly #hashViews: DataView[] = [];
  readonly #free: number[] = [];
  #parents = new Int32Array(PAGE_SLOTS);
  #heights = new Uint32Array(PAGE_SLOTS);
  #times = new Float64Array(PAGE_SLOTS);
  #children = new Int32Array(PAGE_SLOTS);
  readonly #chainworks: bigint[] = [];
  #used = 0;

  constructor(readonly recordBytes: number) {}

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
    const page = Math.floor(slot / PAGE_SLOTS);
    const at = slot % PAGE_SLOTS;
    (this.#recordPages[page] as Uint8Array).set(record, at * this.recordBytes);
    (this.#hashPages[page] as Uint8Array).set(hash, at * HASH_BYTES);
    this.#parents[slot] = parent;
    this.#heights[slot] = height;
    this.#times[slot] = time;
    this.#children[slot] = 0;
    this.#chainworks[slot] = chainwork;
    if (parent >= 0) this.#children[parent] = (this.#children[parent] as number) + 1;
    return slot;
  }

  /** Frees a slot without children. */
  remove(slot: number): void {
    const parent = this.parent(slot);
    if (parent >= 0) this.#children[parent] = (this.#children[parent] as number) - 1;
    this.#parents[slot] = -1;
    this.#free.push(slot);
  }

  parent(slot: number): number {
    return this.#parents[slot] as number;
  }

  height(slot: number): number {
    return this.#heights[slot] as number;
  }

  time(slot: number): number {
    return this.#times[slot] as number;
  }

  childCount(slot: number): number {
    return this.#children[slot] as number;
  }

  chainwork(slot: number): bigint {
    return this.#chainworks[slot] as bigint;
  }

  /** A view, valid as long as the slot is. */
  record(slot: number): Uint8Array {
    const at = (slot % PAGE_SLOTS) * this.recordBytes;
    return (this.#recordPages[Math.floor(slot / PAGE_SLOTS)] as Uint8Array).subarray(
      at,
      at + this.recordBytes,
    );
  }

  /** A view, valid as long as the slot is. */
  hash(slot: number): Uint8Array {
    const at = (slot % PAGE_SLOTS) * HASH_BYTES;
    return (this.#hashPages[Math.floor(slot / PAGE_SLOTS)] as Uint8Array).subarray(at, at + HASH_BYTES);
  }

  /** The key under which a slot is indexed; equals {@link hashKey} of its hash. */
  key(slot: number): number {
    const view = this.#hashViews[Math.floor(slot / PAGE_SLOTS)] as DataView;
    const at = (slot % PAGE_SLOTS) * HASH_BYTES;
    return (view.getInt32(at, true) ^ view.getInt32(at + 16, true)) | 0;
  }

  #claim(): number {
    const slot = this.#used++;
    if (slot % PAGE_SLOTS === 0) {
      const hashes = new Uint8Array(PAGE_SLOTS * HASH_BYTES);
      this.#recordPages.push(new Uint8Array(PAGE_SLOTS * this.recordBytes));
      this.#hashPages.push(hashes);
      this.#hashViews.push(new DataView(hashes.buffer));
    }
    if (slot >= this.#parents.length) this.#growColumns();
    return slot;
  }

  #growColumns(): void {
    const length = this.#parents.length * 2;
    const parents = new Int32Array(length);
    const heights = new Uint32Array(length);
    const times = new Float64Array(length);
    const children = new Int32Array(length);
    parents.set(this.#parents);
    heights.set(this.#heights);
    times.set(this.#times);
    children.set(this.#children);
    this.#parents = parents;
    this.#heights = heights;
    this.#times = times;
    this.#children = children;
  }
}

/**
 * 32 bits of a hash, of both halves: in some families the leading bytes are small by proof of work, in others the
 * trailing ones.
 */
export function hashKey(hash: Uint8Array): number {
  const word = (at: number): number =>
    (hash[at] as number) |
    ((hash[at + 1] as number) << 8) |
    ((hash[at + 2] as number) << 16) |
    ((hash[at + 3] as number) << 24);
  return (word(0) ^ word(16)) | 0;
}
