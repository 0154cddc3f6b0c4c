/** What the miner and its threads say to each other. */

import type { VisionXSolution } from '@vision-light/pow';
import type { TemplateInput, VisionXParams } from '@vision-light/protocol';

/** A range of nonces to try. */
export interface SearchSlice {
  readonly params: VisionXParams;
  readonly input: TemplateInput;
  readonly startNonce: bigint;
  readonly count: number;
}

/** What came of a slice, in the order of the slices. */
export interface SliceResult {
  /** The first nonce that meets the target. */
  readonly solution: VisionXSolution | undefined;
  /** Nonces up to the solution, or all. */
  readonly tried: number;
  /** Milliseconds that it took. */
  readonly elapsedMs: number;
}
