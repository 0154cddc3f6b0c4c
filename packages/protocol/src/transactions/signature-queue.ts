/**
 * Signatures on their way to the platform and back: in jobs, so that a batch costs one message, and a few at a time.
 *
 * Memory: SIGNATURES_WAITING_MAX transactions of together SIGNATURES_WAITING_BYTES_MAX bytes, which wait or are under way.
 */
import { defined } from '../assert.js';
import type { SignatureCheck } from '../chain/signature-check.js';
import type { SignaturePort } from '../io/signature-port.js';
import {
  SIGNATURE_JOBS_MAX,
  SIGNATURES_PER_JOB,
  SIGNATURES_WAITING_BYTES_MAX,
  SIGNATURES_WAITING_MAX,
} from '../limits.js';

/** What became of a signature; undefined if the platform could not verify it. */
export type SignatureVerdict = boolean | undefined;

interface Item {
  readonly check: SignatureCheck;
  readonly bytes: number;
  readonly done: (verdict: SignatureVerdict) => void;
}

/** All signatures of transactions that are to be verified; see the head of this file. */
export class SignatureQueue {
  #waiting: Item[] = [];
  #jobs = 0;
  #count = 0;
  #bytes = 0;

  constructor(readonly port: SignaturePort) {}

  /** Those that wait or are under way. */
  get size(): number {
    return this.#count;
  }

  /** Bytes of their transactions. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Jobs under way. */
  get jobs(): number {
    return this.#jobs;
  }

  /** Whether half of the room is left: then more may be asked for. */
  get hasRoom(): boolean {
    return this.#count * 2 < SIGNATURES_WAITING_MAX && this.#bytes * 2 < SIGNATURES_WAITING_BYTES_MAX;
  }

  /** @param bytes  of the transaction; @returns false if there is no room, and then `done` is not called */
  add(check: SignatureCheck, bytes: number, done: (verdict: SignatureVerdict) => void): boolean {
    if (this.#count >= SIGNATURES_WAITING_MAX || this.#bytes + bytes > SIGNATURES_WAITING_BYTES_MAX)
      return false;
    this.#count++;
    this.#bytes += bytes;
    this.#waiting.push({ check, bytes, done });
    return true;
  }

  /** Hands out what may be handed out. To be called at the end of a step. */
  advance(): void {
    while (this.#waiting.length > 0 && this.#jobs < SIGNATURE_JOBS_MAX) {
      const items = this.#waiting.slice(0, SIGNATURES_PER_JOB);
      this.#waiting = this.#waiting.slice(items.length);
      this.#jobs++;
      this.port.verify(
        items.map(({ check }) => check),
        (valid) => this.#answered(items, valid),
      );
    }
  }

  #answered(items: readonly Item[], valid: Uint8Array | undefined): void {
    this.#jobs--;
    for (const { bytes } of items) {
      this.#count--;
      this.#bytes -= bytes;
    }
    for (const [i, { done }] of items.entries())
      done(valid === undefined ? undefined : defined(valid[i], 'each check has an answer') === 1);
  }
}
