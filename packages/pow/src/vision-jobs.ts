import { VisionX, type VisionXInput } from './visionx.js';
import type { VisionXParams } from './visionx-params.js';

/** VisionX of independent messages. */
export interface VisionXJob {
  readonly algorithm: 'visionx';
  /** Number of inputs. */
  readonly count: number;
  readonly params: VisionXParams;
  readonly inputs: readonly VisionXInput[];
}

/**
 * VisionX instances that are kept at a time. One network has one set of parameters, so a second one occurs only in
 * tests. Above the limit the oldest is dropped, with up to 85 MB.
 */
const VISIONX_INSTANCES_MAX = 2;

/** Runs the jobs of Vision's networks. A kernel is made when it is first needed, and kept. */
export class VisionJobs {
  readonly #kernels = new Map<string, VisionX>();

  /** @returns the hashes, 32 bytes each */
  run({ params, inputs }: VisionXJob): Uint8Array {
    return this.#kernelFor(params).hash(inputs);
  }

  #kernelFor(params: VisionXParams): VisionX {
    const { datasetMb, scratchMb, mixIters, readsPerIter, writeEvery } = params;
    const key = [datasetMb, scratchMb, mixIters, readsPerIter, writeEvery].join();
    let visionx = this.#kernels.get(key);
    if (visionx === undefined) {
      visionx = new VisionX(params);
      for (const oldest of this.#kernels.keys()) {
        if (this.#kernels.size < VISIONX_INSTANCES_MAX) break;
        this.#kernels.delete(oldest);
      }
      this.#kernels.set(key, visionx);
    }
    return visionx;
  }
}
