/**
 * What a node calls its blocks. It compares hashes as text: some of its own begin with 0x and some do not, so a locator in
 * another form finds nothing, and the answer begins at genesis (docs/chains/vision.md §7). It is given back what it wrote.
 *
 * Memory: VISION_NODE_NAMES_MAX names of one node, some 250 bytes each. Above it the oldest is forgotten.
 */
import { hexToBytes } from '@vision-light/protocol';
import { VISION_NODE_NAMES_MAX } from '../../limits.js';

/** @returns the 64 lowercase digits of a hash in any form; undefined if it is none */
export function canonicalHash(text: string): string | undefined {
  const digits = text.replace(/^0x/i, '').toLowerCase();
  return hexToBytes(digits, 32) === undefined ? undefined : digits;
}

/** The names of one node. */
export class NodeNames {
  /** By the hash, 64 digits; oldest first. */
  readonly #texts = new Map<string, string>();

  /** How many are remembered. */
  get size(): number {
    return this.#texts.size;
  }

  /** The node has written a hash so. */
  note(hash: string, text: string): void {
    this.#texts.delete(hash);
    this.#texts.set(hash, text);
    const [oldest] = this.#texts.keys();
    if (this.#texts.size > VISION_NODE_NAMES_MAX && oldest !== undefined) this.#texts.delete(oldest);
  }

  /** Whether the node has named this block. Then it has it. */
  has(hash: string): boolean {
    return this.#texts.has(hash);
  }

  /** How to name a block to the node: as it did, or in each form that it may have, where that is not known. */
  formsOf(hash: string): string[] {
    const text = this.#texts.get(hash);
    return text === undefined ? [hash, `0x${hash}`] : [text];
  }
}
