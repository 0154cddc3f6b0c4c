import { VisionX, type VisionXInput } from '@vision-light/pow';
import type { VisionXJob } from '@vision-light/protocol';
import type { VectorCase } from './vector-case.js';

type VisionXParams = VisionXJob['params'];

const kernels = new Map<string, VisionX>();

/** Kernels kept: a vector file uses about a dozen sets of parameters, most of them in one row. */
const kernelsMax = 4;

/** VisionX of one input by the kernel that the node itself uses. */
export function visionXDigest(params: VisionXParams, input: VisionXInput): Uint8Array {
  const key = JSON.stringify(params);
  let kernel = kernels.get(key);
  if (kernel === undefined) {
    if (kernels.size >= kernelsMax) kernels.clear();
    kernel = new VisionX(params);
    kernels.set(key, kernel);
  }
  return kernel.hash([input]);
}

/** Parameters as vector files write them. */
export function visionXParamsOf(json: VectorCase): VisionXParams {
  return {
    datasetMb: json.count('dataset_mb'),
    scratchMb: json.count('scratch_mb'),
    mixIters: json.count('mix_iters'),
    readsPerIter: json.count('reads_per_iter'),
    writeEvery: json.count('write_every'),
  };
}
