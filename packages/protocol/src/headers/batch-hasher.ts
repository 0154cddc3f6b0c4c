/**
 * Hashes batches that belong to no tree, so that their hashes and parents are known: the window of ancestors before a
 * header that is read from disk. No rule is checked. Memory: the batches that were handed in.
 */
import type { ChainFamily, HeaderBatch } from '../chain/chain-family.js';
import type { Effect } from '../io/effect.js';
import { POW_RETRIES_MAX } from '../limits.js';

interface Hashing {
  readonly batch: HeaderBatch;
  readonly done: (isProven: boolean) => void;
  /** Index of the next header to hash. */
  from: number;
  retries: number;
}

/** Hands out hashing jobs, one for each batch at a time. */
export class BatchHasher {
  readonly #jobs = new Map<number, Hashing>();

  constructor(
    readonly family: ChainFamily,
    readonly effects: { push(effect: Effect): void },
    /** Numbers that no other job of the node has. */
    readonly nextJob: () => number,
  ) {}

  /**
   * Completes hashes and parents of a batch; at once for a family whose headers carry them.
   *
   * @param done  called once; false if a proof of work is false or hashing fails
   */
  hash(batch: HeaderBatch, done: (isProven: boolean) => void): void {
    this.#continue({ batch, done, from: 0, retries: 0 });
  }

  /** The answer to a `verifyPow`; one that is not of this hasher is passed over. */
  powVerified(job: number, hashes: Uint8Array | undefined): void {
    const hashing = this.#jobs.get(job);
    if (hashing === undefined) return;
    this.#jobs.delete(job);
    const { batch, from } = hashing;
    const count = this.#count(hashing);
    if (hashes?.length !== count * 32) {
      hashing.retries++;
      if (hashing.retries > POW_RETRIES_MAX) hashing.done(false);
      else this.#continue(hashing);
      return;
    }
    if (this.family.applyPow(batch, from, from + count, hashes) < count) {
      hashing.done(false);
      return;
    }
    hashing.from += count;
    this.#continue(hashing);
  }

  #count({ batch, from }: Hashing): number {
    return Math.min(this.family.powJobHeaders, batch.count - from);
  }

  #continue(hashing: Hashing): void {
    const { batch, from } = hashing;
    if (this.family.claimsHashes || from >= batch.count) {
      hashing.done(true);
      return;
    }
    const job = this.nextJob();
    this.#jobs.set(job, hashing);
    const work = this.family.powJob(batch, from, from + this.#count(hashing));
    this.effects.push({ type: 'verifyPow', job, work });
  }
}
