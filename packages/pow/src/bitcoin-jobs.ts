import { BitcoinBatch, type BitcoinBatchJob } from './bitcoin-batch.js';
import { createBitcoinKernel } from './bitcoin-kernel.js';
import { Sha256d } from './sha256d.js';

/** Double SHA-256 of headers that form a chain; see `Sha256d.hashChain80`. */
export interface Sha256dChainJob {
  readonly algorithm: 'sha256d-chain';
  /** Number of headers. */
  readonly count: number;
  /** `count` × 80 bytes, left as they are; only the first parent field is read. */
  readonly headers: Uint8Array;
}

/** Runs the jobs of Bitcoin's networks. Their kernel is made when it is first needed, and kept. */
export class BitcoinJobs {
  #kernel: { readonly batch: BitcoinBatch; readonly sha256d: Sha256d } | undefined;

  /** @returns of a batch what `BitcoinBatch.check` says, else the hashes, 32 bytes each */
  run(job: BitcoinBatchJob | Sha256dChainJob): Uint8Array {
    const { batch, sha256d } = this.#made();
    return job.algorithm === 'bitcoin-batch' ? batch.check(job) : sha256d.hashChain80(job.headers);
  }

  #made(): { readonly batch: BitcoinBatch; readonly sha256d: Sha256d } {
    if (this.#kernel === undefined) {
      const kernel = createBitcoinKernel();
      this.#kernel = { batch: new BitcoinBatch(kernel), sha256d: new Sha256d(kernel) };
    }
    return this.#kernel;
  }
}
