/**
 * Hashes of the filters of a whole chain, from genesis up, with the filter headers that follow from them: one is kept for each
 * FILTER_HASHES_MAX blocks, and those between are computed.
 *
 * A record of the store has the hashes of that many blocks: hash of the last block, filter header of the block before the
 * first, and the hashes.
 *
 * Memory: 32 bytes for each block.
 */
import { areEqual } from '../bytes/compare-bytes.js';
import type { FilterRules } from '../chain/filter/filter-rules.js';
import { FILTER_HASHES_MAX } from '../limits.js';

/** Of the block before genesis. */
const firstHeader = new Uint8Array(32);
const hashBytes = 32;
const recordHeadBytes = 64;

/** See the head of this file. */
export class FilterHashes {
  #hashes = new Uint8Array(hashBytes * FILTER_HASHES_MAX);
  /** Filter header of the block before each run, where that is known. */
  readonly #headers = new Map<number, Uint8Array>([[0, firstHeader]]);
  #count = 0;

  constructor(readonly rules: FilterRules) {}

  /** Blocks whose hashes are here: those of the heights below. */
  get count(): number {
    return this.#count;
  }

  /** A view. @param height  below {@link count} */
  at(height: number): Uint8Array {
    return this.#hashes.subarray(height * hashBytes, (height + 1) * hashBytes);
  }

  /** A view of consecutive hashes. */
  slice(first: number, count: number): Uint8Array {
    return this.#hashes.subarray(first * hashBytes, (first + count) * hashBytes);
  }

  /** Filter header of the block before a height, at most {@link count}. Costs up to FILTER_HASHES_MAX hashes, as a rule. */
  headerBefore(height: number): Uint8Array {
    let run = Math.floor(height / FILTER_HASHES_MAX);
    while (!this.#headers.has(run)) run--;
    let header = this.#headers.get(run) ?? firstHeader;
    for (let at = run * FILTER_HASHES_MAX; at < height; at++) {
      if (at % FILTER_HASHES_MAX === 0) this.#headers.set(at / FILTER_HASHES_MAX, header);
      header = this.rules.nextHeader(this.at(at), header);
    }
    return header;
  }

  /** The filter of the next block has this hash. */
  push(hash: Uint8Array): void {
    if ((this.#count + 1) * hashBytes > this.#hashes.length) {
      const larger = new Uint8Array(2 * this.#hashes.length);
      larger.set(this.#hashes);
      this.#hashes = larger;
    }
    this.#hashes.set(hash, this.#count * hashBytes);
    this.#count++;
  }

  /** Forgets all from a height on. */
  truncate(count: number): void {
    if (count >= this.#count) return;
    this.#count = count;
    for (const run of this.#headers.keys()) if (run * FILTER_HASHES_MAX > count) this.#headers.delete(run);
  }

  /** The record of one run. @param lastBlock  hash of its last block */
  record(run: number, lastBlock: Uint8Array): Uint8Array {
    const first = run * FILTER_HASHES_MAX;
    const hashes = this.slice(first, Math.min(FILTER_HASHES_MAX, this.#count - first));
    const record = new Uint8Array(recordHeadBytes + hashes.length);
    record.set(lastBlock);
    record.set(this.headerBefore(first), hashBytes);
    record.set(hashes, recordHeadBytes);
    return record;
  }

  /**
   * Takes the record of the next run.
   *
   * @param blockAt  hash of the block of the best chain at a height
   * @returns false if it is damaged, or of another chain: then it and all after it are to be fetched anew
   */
  load(record: Uint8Array, blockAt: (height: number) => Uint8Array | undefined): boolean {
    const bytes = record.length - recordHeadBytes;
    const count = bytes / hashBytes;
    const isWhole = Number.isInteger(count) && count > 0 && count <= FILTER_HASHES_MAX;
    const block = isWhole ? blockAt(this.#count + count - 1) : undefined;
    if (block === undefined || !areEqual(block, record.subarray(0, hashBytes))) return false;
    if (this.#count % FILTER_HASHES_MAX !== 0) return false;
    this.#headers.set(this.#count / FILTER_HASHES_MAX, record.slice(hashBytes, recordHeadBytes));
    for (let at = recordHeadBytes; at < record.length; at += hashBytes)
      this.push(record.subarray(at, at + hashBytes));
    return true;
  }
}
