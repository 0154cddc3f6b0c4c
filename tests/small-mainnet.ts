import { visionMainnet } from '../packages/protocol/src/families/vision/network-params.js';
import {
  createVisionFamily,
  type VisionFamily,
} from '../packages/protocol/src/families/vision/vision-family.js';
import { simVisionX } from './sim/vision-chain.js';

/** The rules of vision-mainnet, message version 1 and `miner` of up to 256 bytes, with hashes that take microseconds. */
export const smallMainnet: VisionFamily = createVisionFamily({
  ...visionMainnet,
  name: 'small-mainnet',
  visionx: simVisionX,
});
