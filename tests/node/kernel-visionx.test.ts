import { expect, it } from 'vitest';
import { visionX as byKernel } from '../../packages/browser-node/src/worker/kernel-visionx.js';
import { visionX } from '../../packages/protocol/src/families/vision/header/visionx.js';

/** The bundler takes one for the other: a page and a gateway must know a custom network by the same genesis. */
it('the VisionX of the worker gives the digests of the one of the core', () => {
  const params = { datasetMb: 2, scratchMb: 1, mixIters: 300, readsPerIter: 4, writeEvery: 3 };
  for (const changed of [
    {},
    { readsPerIter: 3 },
    { writeEvery: 0 },
    { mixIters: 0 },
    { writeEvery: 1_000_000 },
  ]) {
    const seed = Uint8Array.from({ length: 32 }, (_, i) => 7 * i);
    const message = Uint8Array.from({ length: 121 }, (_, i) => 3 * i);
    const given = [{ ...params, ...changed }, message, 5n, seed, 2n] as const;
    expect(byKernel(...given)).toEqual(visionX(...given));
  }
});
