/**
 * Answers of peers as they came, kept until the disk has taken them. Only full ones are kept: a short one is quickly
 * encoded again, and many short ones would make large segments.
 *
 * Memory: RECEIVED_BYTES_MAX, and a hash for each of them. What is beyond it is encoded anew when its turn comes.
 */
import { areEqual } from '../../bytes/compare-bytes.js';
import { RECEIVED_BYTES_MAX } from '../../limits.js';
import type { HeaderTree } from '../../tree/header-tree.js';

interface ReceivedBatch {
  readonly payload: Uint8Array;
  /** Hash of its last header. */
  readonly last: Uint8Array;
}

/** Full batches by the height of the header before them. */
export class ReceivedBatches {
  readonly #batches = new Map<number, ReceivedBatch>();
  #bytes = 0;

  /** @param batchHeaders  headers of a full batch */
  constructor(readonly batchHeaders: number) {}

  /** @param last  hash of the last header */
  add(parentHeight: number, count: number, payload: Uint8Array, last: Uint8Array): void {
    // They are written in ascending order, so the first ones are the next ones.
    if (count !== this.batchHeaders || this.#bytes + payload.length > RECEIVED_BYTES_MAX) return;
    this.#remove(parentHeight);
    this.#batches.set(parentHeight, { payload, last });
    this.#bytes += payload.length;
  }

  /** Forgets what ends at a height or below it. */
  forgetTo(height: number): void {
    for (const parentHeight of this.#batches.keys())
      if (parentHeight + this.batchHeaders <= height) this.#remove(parentHeight);
  }

  /** The first batch that begins at a height or above it and ends by another, if the best chain has it there. */
  next(
    tree: HeaderTree,
    from: number,
    to: number,
  ): { readonly from: number; readonly payload: Uint8Array } | undefined {
    let found: number | undefined;
    for (const [parentHeight, { last }] of this.#batches) {
      const end = parentHeight + this.batchHeaders;
      if (parentHeight < from || end > to || (found !== undefined && found < parentHeight)) continue;
      const slot = tree.at(end);
      if (slot !== undefined && areEqual(tree.hash(slot), last)) found = parentHeight;
    }
    const batch = found === undefined ? undefined : this.#batches.get(found);
    return found === undefined || batch === undefined ? undefined : { from: found, payload: batch.payload };
  }

  #remove(parentHeight: number): void {
    this.#bytes -= this.#batches.get(parentHeight)?.payload.length ?? 0;
    this.#batches.delete(parentHeight);
  }
}
