import { BitcoinBatch, type BitcoinBatchJob } from './bitcoin-batch.js';
import { createBitcoinKernel } from './bitcoin-kernel.js';
import { Sha256d } from './sha256d.js';
import { VisionX, type VisionXInput } from './visionx.js';
import type { VisionXParams } from './visionx-params.js';

/** Double SHA-256 of headers that form a chain; see `Sha256d.hashChain80`. */
export interface Sha256dChainJob {
  readonly algorithm: 'sha256d-chain';
  /** Number of headers. */
  readonly count: number;
  /** `count` × 80 bytes, left as they are; only the first parent field is read. */
  readonly headers: Uint8Array;
}

/** VisionX of independent messages. */
export interface VisionXJob {
  readonly algorithm: 'visionx';
  /** Number of inputs. */
  readonly count: number;
  readonly params: VisionXParams;
  readonly inputs: readonly VisionXInput[];
}

/**
 * Hashing as data, so that it can be sent to a worker. The answer is `count` × 32 bytes of hashes, in order; of a batch of
 * Bitcoin headers it is that of `BitcoinBatch.check`.
 */
export type PowJob = BitcoinBatchJob | Sha256dChainJob | VisionXJob;

/**
 * VisionX instances that are kept at a time. One network has one set of parameters, so a second one occurs only in
 * tests. Above the limit the oldest is dropped, with up to 85 MB.
 */
const VISIONX_INSTANCES_MAX = 2;

/** Runs hash jobs in this thread. A kernel is made when it is first needed, and kept. */
export class PowJobRunner {
  #bitcoin: { readonly batch: BitcoinBatch; readonly sha256d: Sha256d } | undefined;
  readonly #visionx = new Map<string, VisionX>();

  /**
   * @returns `job.count` × 32 bytes of hashes, in order; for a batch of Bitcoin headers see `BitcoinBatch.check`
   * @throws {RangeError} if the job's parts are out of a kernel's range, or their number is not `count`
   */
  run(job: PowJob): Uint8Array {
    if (job.algorithm === 'bitcoin-batch') return this.#bitcoinKernel().batch.check(job);
    const hashes =
      job.algorithm === 'visionx'
        ? this.#visionxFor(job.params).hash(job.inputs)
        : this.#bitcoinKernel().sha256d.hashChain80(job.headers);
    if (hashes.length !== job.count * 32) {
      throw new RangeError(`PowJob of ${hashes.length / 32} headers, count says ${job.count}`);
    }
    return hashes;
  }

  #bitcoinKernel(): { readonly batch: BitcoinBatch; readonly sha256d: Sha256d } {
    if (this.#bitcoin === undefined) {
      const kernel = createBitcoinKernel();
      this.#bitcoin = { batch: new BitcoinBatch(kernel), sha256d: new Sha256d(kernel) };
    }
    return this.#bitcoin;
  }

  #visionxFor(params: VisionXParams): VisionX {
    const { datasetMb, scratchMb, mixIters, readsPerIter, writeEvery } = params;
    const key = [datasetMb, scratchMb, mixIters, readsPerIter, writeEvery].join();
    let visionx = this.#visionx.get(key);
    if (visionx === undefined) {
      visionx = new VisionX(params);
      for (const oldest of this.#visionx.keys()) {
        if (this.#visionx.size < VISIONX_INSTANCES_MAX) break;
        this.#visionx.delete(oldest);
      }
      this.#visionx.set(key, visionx);
    }
    return visionx;
  }
}
