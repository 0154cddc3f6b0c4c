import type { BitcoinBatchJob } from './bitcoin-batch.js';
import { BitcoinJobs, type Sha256dChainJob } from './bitcoin-jobs.js';
import { VisionJobs, type VisionXJob } from './vision-jobs.js';

/**
 * Hashing as data, so that it can be sent to a worker. The answer is `count` × 32 bytes of hashes, in order; of a batch of
 * Bitcoin headers it is that of `BitcoinBatch.check`.
 */
export type PowJob = BitcoinBatchJob | Sha256dChainJob | VisionXJob;

/** Runs hash jobs in this thread. */
export class PowJobRunner {
  readonly #bitcoin = new BitcoinJobs();
  readonly #vision = new VisionJobs();

  /**
   * @returns `job.count` × 32 bytes of hashes, in order; for a batch of Bitcoin headers see `BitcoinBatch.check`
   * @throws {RangeError} if the job's parts are out of a kernel's range, or their number is not `count`
   */
  run(job: PowJob): Uint8Array {
    const hashes = job.algorithm === 'visionx' ? this.#vision.run(job) : this.#bitcoin.run(job);
    if (job.algorithm !== 'bitcoin-batch' && hashes.length !== job.count * 32) {
      throw new RangeError(`PowJob of ${hashes.length / 32} headers, count says ${job.count}`);
    }
    return hashes;
  }
}
