export { BitcoinBatch, type BitcoinBatchJob } from './bitcoin-batch.js';
export type { Sha256dChainJob } from './bitcoin-jobs.js';
export { type PowJob, PowJobRunner } from './pow-job-runner.js';
export {
  type PoolClock,
  type PowAnswer,
  PowPool,
  type PowPoolOptions,
  type PowWorkerPort,
} from './pow-pool.js';
export { Sha256d } from './sha256d.js';
export type { VisionXJob } from './vision-jobs.js';
export { VisionX, type VisionXInput, type VisionXSolution } from './visionx.js';
export type { VisionXParams } from './visionx-params.js';
export { datasetWord, expand256, foldSeed, splitmix64 } from './visionx-primitives.js';
