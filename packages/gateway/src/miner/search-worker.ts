/** A thread that searches nonces, one slice after the other. A fault ends it, and the miner starts another. */
import { parentPort } from 'node:worker_threads';
import { VisionX } from '@vision-light/pow';
import type { VisionXParams } from '@vision-light/protocol';
import type { SearchSlice, SliceResult } from './search-slice.js';

let kernel: VisionX | undefined;

/** All slices of one miner have the same parameters. */
function kernelFor(params: VisionXParams): VisionX {
  kernel ??= new VisionX(params);
  return kernel;
}

parentPort?.on('message', ({ params, input, startNonce, count }: SearchSlice) => {
  const started = performance.now();
  const solution = kernelFor(params).search(input, startNonce, count, input.targetHigh);
  const tried = solution === undefined ? count : Number(BigInt.asUintN(64, solution.nonce - startNonce)) + 1;
  const result: SliceResult = { solution, tried, elapsedMs: performance.now() - started };
  parentPort?.postMessage(result);
});
