import { VisionX } from '@vision-light/pow';
import type { VisionXParams } from '@vision-light/protocol';

/**
 * VisionX by its kernel, in the place of the core's own `visionX` in bigint: the core has no kernel, and a worker has one
 * anyway. The bundler puts it there (`vite.node-sources.ts`). It is 100 times as fast.
 *
 * @returns the digest of 32 bytes
 */
export function visionX(
  params: VisionXParams,
  message: Uint8Array,
  nonce: bigint,
  seed: Uint8Array,
  epoch: bigint,
): Uint8Array {
  return new VisionX(params).hash([{ message, nonce, seed, epoch }]);
}
