/** VisionX without WebAssembly, for `verifyTxProof` of `@vision-light/protocol/verify`: it needs it for headers above a checkpoint. */
export type { VisionXKernel } from './chain/proof/proof-rules.js';
export { visionXOf as visionX } from './families/vision/proof/visionx-halves.js';
