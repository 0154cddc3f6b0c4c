import { defined } from '../../assert.js';

const chunkBytes = 4096;

/** Bits in the order in which they came; read from the first on. Memory: an eighth of a byte each, in pieces of 4 KiB. */
export class BitQueue {
  readonly #chunks: Uint8Array[] = [];
  #count = 0;
  #read = 0;

  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#chunks.length * chunkBytes;
  }

  push(bit: 0 | 1): void {
    const index = this.#count++;
    if (index % (8 * chunkBytes) === 0) this.#chunks.push(new Uint8Array(chunkBytes));
    const chunk = this.#chunk(index);
    const at = (index >> 3) % chunkBytes;
    chunk[at] = defined(chunk[at], 'a chunk has this many bytes') | (bit << (index & 7));
  }

  /** @returns the next bit; undefined after the last one */
  next(): 0 | 1 | undefined {
    if (this.#read === this.#count) return undefined;
    const index = this.#read++;
    const byte = defined(this.#chunk(index)[(index >> 3) % chunkBytes], 'a chunk has this many bytes');
    return ((byte >> (index & 7)) & 1) === 1 ? 1 : 0;
  }

  #chunk(index: number): Uint8Array {
    return defined(this.#chunks[Math.floor(index / (8 * chunkBytes))], 'there is a chunk for each bit');
  }
}
