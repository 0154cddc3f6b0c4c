/**
 * Memory of messages that were read, kept for later messages. Hundreds of bodies of a megabyte arrive one after another,
 * and the garbage collector frees their memory late.
 *
 * Memory: SPARE_BYTES_MAX, of all peers together. Above it the smallest buffers are dropped.
 */
import { FRAME_BYTES_MAX, SPARE_BYTES_MAX } from '../limits.js';

/** Buffers to be used again; see the head of this file. */
export class SpareBuffers {
  /** Smallest first. */
  readonly #spares: Uint8Array[] = [];

  /** Of all buffers. */
  get bytes(): number {
    return this.#spares.reduce((sum, { length }) => sum + length, 0);
  }

  /** @returns a buffer of at least so many bytes, which are not zeros; undefined if there is none */
  take(bytes: number): Uint8Array | undefined {
    const largest = this.#spares.at(-1);
    if (largest === undefined || largest.length < bytes) return undefined;
    this.#spares.pop();
    return largest;
  }

  /** Takes a buffer back; one that is not larger than a frame is dropped. */
  give(buffer: Uint8Array): void {
    if (buffer.length <= FRAME_BYTES_MAX) return;
    this.#spares.push(buffer);
    this.#spares.sort((a, b) => a.length - b.length);
    while (this.bytes > SPARE_BYTES_MAX) this.#spares.shift();
  }
}
