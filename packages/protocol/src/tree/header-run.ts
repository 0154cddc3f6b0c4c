/**
 * Consecutive headers of one branch, in slots and bytes that follow one another.
 *
 * A record names its parent by its hash, so the hash of a header is not kept twice: it is the parent field of the next
 * record. Behind the last record there is the parent field of one more, and nothing else of it.
 */
import { copyBytes } from '../bytes/copy-bytes.js';

const HASH_BYTES = 32;

/** Where things lie in the bytes of a run. */
interface RecordLayout {
  readonly recordBytes: number;
  /** Byte of a record at which the hash of its parent begins. */
  readonly parentOffset: number;
}

/** Headers in slots from `firstSlot` on, one after the other. */
export class HeaderRun {
  /** Of the headers that are there and of those that were removed last; grows up to `size` headers. */
  bytes: Uint8Array;
  count: number;
  parent: number;
  /** Work up to the last header. */
  chainwork: bigint;

  /**
   * @param size  how many slots it has
   * @param parent  slot of the header before the first; −1 for none
   * @param chainworkBefore  work up to that header
   */
  constructor(
    readonly firstSlot: number,
    readonly size: number,
    readonly firstHeight: number,
    parent: number,
    readonly chainworkBefore: bigint,
  ) {
    this.bytes = new Uint8Array(0);
    this.count = 0;
    this.parent = parent;
    this.chainwork = chainworkBefore;
  }

  get lastSlot(): number {
    return this.firstSlot + this.count - 1;
  }

  /** Copies headers `from` … `to` − 1 of a batch to its end, for which it has slots. */
  append(layout: RecordLayout, records: Uint8Array, hashes: Uint8Array, from: number, to: number): void {
    const { recordBytes, parentOffset } = layout;
    const end = this.count + to - from;
    this.#reserve(layout, end);
    const at = this.count * recordBytes;
    if (to - from > 1) this.bytes.set(records.subarray(from * recordBytes, to * recordBytes), at);
    else copyBytes(records, from * recordBytes, this.bytes, at, recordBytes);
    copyBytes(hashes, (to - 1) * HASH_BYTES, this.bytes, end * recordBytes + parentOffset, HASH_BYTES);
    this.count = end;
  }

  /** Makes room for `count` headers. Doubles, from an eighth of its size on: most side branches have one header. */
  #reserve({ recordBytes, parentOffset }: RecordLayout, count: number): void {
    const least = count * recordBytes + parentOffset + HASH_BYTES;
    if (least <= this.bytes.length) return;
    const rows = Math.min(this.size, Math.max(count, 2 * this.count, this.size >> 3));
    const larger = new Uint8Array(rows * recordBytes + parentOffset + HASH_BYTES);
    larger.set(this.bytes);
    this.bytes = larger;
  }
}
