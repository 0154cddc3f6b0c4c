/**
 * Hashing as data: what the core asks of the platform, which has the hash kernels.
 *
 * A job is read, and neither changed nor given away: what it is made of may be the core's own memory. The answer is
 * `count` × 32 bytes of hashes, in order; the core decides what they prove.
 */

/** Sizes and counts of VisionX (docs/chains/vision.md §2.2). */
export interface VisionXParams {
  readonly datasetMb: number;
  readonly scratchMb: number;
  readonly mixIters: number;
  readonly readsPerIter: number;
  readonly writeEvery: number;
}

/** Double SHA-256 of headers that form a chain. The platform fills in each parent field but the first from the hash before. */
export interface Sha256dChainJob {
  readonly algorithm: 'sha256d-chain';
  readonly count: number;
  /** `count` × 80 bytes; only the first header's parent is filled in. */
  readonly headers: Uint8Array;
}

/** VisionX of independent messages. */
export interface VisionXJob {
  readonly algorithm: 'visionx';
  readonly count: number;
  readonly params: VisionXParams;
  readonly inputs: readonly {
    /** The message with its nonce field zero. */
    readonly message: Uint8Array;
    readonly nonce: bigint;
    /** 32 bytes, by epoch. */
    readonly seed: Uint8Array;
    readonly epoch: bigint;
  }[];
}

/** Any hashing that the core can request; `algorithm` distinguishes the kinds. */
export type PowJob = Sha256dChainJob | VisionXJob;
