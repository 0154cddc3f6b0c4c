/**
 * Verified headers that are ahead of the clock, with their descendants, until they are due.
 *
 * Bounded by HELD_HEADERS_MAX in all and HELD_HEADERS_PER_PEER_MAX of one peer; what does not fit is dropped, and comes
 * again with the next announcement. So the pool never holds more than 512 × (recordBytes + 32) bytes.
 */
import { bytesToHex } from '../bytes/hex.js';
import { HELD_HEADERS_MAX, HELD_HEADERS_PER_PEER_MAX } from '../limits.js';

/** A header whose proof of work is verified and whose time has not come. */
export interface HeldHeader {
  /** The peer that brought it. */
  readonly from: string;
  readonly record: Uint8Array;
  readonly hash: Uint8Array;
  /** Unix seconds from which it is valid, its ancestors included. */
  readonly dueAt: number;
}

/** The pool of held headers, bounded in all and for each peer. */
export class HeldHeaders {
  /** By hash, parents before children. */
  readonly #held = new Map<string, HeldHeader>();
  readonly #countOf = new Map<string, number>();

  get size(): number {
    return this.#held.size;
  }

  has(hash: Uint8Array): boolean {
    return this.#held.size > 0 && this.#held.has(bytesToHex(hash));
  }

  /** How many headers of that source are held. */
  countOf(from: string): number {
    return this.#countOf.get(from) ?? 0;
  }

  /** Whether a further header of that source would be dropped. */
  isFullFor(from: string): boolean {
    return this.#held.size >= HELD_HEADERS_MAX || this.countOf(from) >= HELD_HEADERS_PER_PEER_MAX;
  }

  /** When a held header is due, or undefined. */
  dueAt(hash: Uint8Array): number | undefined {
    return this.#held.get(bytesToHex(hash))?.dueAt;
  }

  /** Copies the header in; @returns false if there is no room for it */
  add(header: HeldHeader): boolean {
    const key = bytesToHex(header.hash);
    if (this.#held.has(key)) return true;
    if (this.isFullFor(header.from)) return false;
    this.#held.set(key, { ...header, record: header.record.slice(), hash: header.hash.slice() });
    this.#countOf.set(header.from, this.countOf(header.from) + 1);
    return true;
  }

  /** Removes and returns what is due, parents first. */
  takeDue(wallTime: number): HeldHeader[] {
    const due: HeldHeader[] = [];
    for (const [key, header] of this.#held) {
      if (header.dueAt > wallTime) continue;
      this.#held.delete(key);
      const left = (this.#countOf.get(header.from) ?? 1) - 1;
      if (left === 0) this.#countOf.delete(header.from);
      else this.#countOf.set(header.from, left);
      due.push(header);
    }
    return due;
  }

  /** Unix seconds at which the next one is due, or undefined. */
  get nextDueAt(): number | undefined {
    let next: number | undefined;
    for (const { dueAt } of this.#held.values()) if (next === undefined || dueAt < next) next = dueAt;
    return next;
  }
}
