/**
 * Memory of messages that were read, for those that come next. Bodies of a megabyte come by the hundred, and what is
 * thrown away waits for a collector that is in no hurry.
 *
 * Memory: SPARE_BYTES_MAX, of all peers together. At the cap the smallest buffers go.
 */
import { FRAME_BYTES_MAX, SPARE_BYTES_MAX } from '../limits.js';

/** Buffers to be used again; see the head of this file. */
export class SpareBuffers {
  /** Smallest first. */
  readonly #spares: Uint8Array[] = [];
  #bytes = 0;

  /** Of all buffers. */
  get bytes(): number {
    return this.#bytes;
  }

  /** @returns a buffer of at least so many bytes, which are not zeros; undefined if there is none */
  take(bytes: number): Uint8Array | undefined {
    const largest = this.#spares.at(-1);
    if (largest === undefined || largest.length < bytes) return undefined;
    this.#spares.pop();
    this.#bytes -= largest.length;
    return largest;
  }

  /** Takes a buffer back; one that holds no more than a frame is not worth it. */
  give(buffer: Uint8Array): void {
    if (buffer.length <= FRAME_BYTES_MAX) return;
    this.#spares.push(buffer);
    this.#spares.sort((a, b) => a.length - b.length);
    this.#bytes += buffer.length;
    while (this.#bytes > SPARE_BYTES_MAX) this.#bytes -= (this.#spares.shift() as Uint8Array).length;
  }
}
