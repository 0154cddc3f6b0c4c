/**
 * Hashing as data: what the core asks of the platform, which has the hash kernels.
 *
 * A job is read, and neither changed nor given away: what it is made of may be the core's own memory. The answer is
 * `count` × 32 bytes of hashes, in order; the core decides what they prove. Only a whole batch of Bitcoin headers is judged
 * by the platform, by rules that the job states.
 */

/** Sizes and counts of VisionX (docs/chains/vision.md §2.2). */
export interface VisionXParams {
  /** Size of the dataset that is read from, MiB. */
  readonly datasetMb: number;
  /** Size of the scratchpad that is written to, MiB. */
  readonly scratchMb: number;
  /** Rounds of one hash. */
  readonly mixIters: number;
  /** Reads of the dataset in each round. */
  readonly readsPerIter: number;
  /** Every so many rounds the scratchpad is written to. */
  readonly writeEvery: number;
}

/** Double SHA-256 of headers that form a chain. The platform fills in each parent field but the first from the hash before. */
export interface Sha256dChainJob {
  readonly algorithm: 'sha256d-chain';
  readonly count: number;
  /** `count` × 80 bytes; only the first header's parent is filled in. */
  readonly headers: Uint8Array;
}

/**
 * A batch of Bitcoin headers to decode, link, hash and hold to the rules. The answer is empty if anything is wrong with any
 * of them; else it is `count` × 80 bytes of headers and then `count` × 32 bytes of hashes.
 */
export interface BitcoinBatchJob {
  readonly algorithm: 'bitcoin-batch';
  /** 1 … 2000. */
  readonly count: number;
  /** The encoded headers. */
  readonly payload: Uint8Array;
  /** 32 bytes: hash of the header before the first. */
  readonly parent: Uint8Array;
  /** Times of the last ancestors, at most 11, the parent's last. Unix seconds. */
  readonly times: readonly number[];
  /** Whether there are no ancestors but those; if there may be more, fewer than 11 say nothing about the median. */
  readonly isFromGenesis: boolean;
  /** Latest time allowed, Unix seconds; an integer of 32 bits. */
  readonly timeMax: number;
  /** Indexes of the first headers whose version must be at least 2, 3 and 4. */
  readonly versionsFrom: readonly [number, number, number];
  /** The easiest target, compact. */
  readonly limitBits: number;
  /** The bits that each header must have, but for the changes at retargets; any up to the limit if undefined. */
  readonly bits: number | undefined;
  /** Index of the first header whose bits may be others than those before it, and from each such header to the next. */
  readonly retargetAt: number;
  readonly retargetInterval: number;
}

/** VisionX of independent messages. */
export interface VisionXJob {
  /** Which hash the platform has to compute. */
  readonly algorithm: 'visionx';
  /** Length of `inputs`. The answer is `count` × 32 bytes, in their order. */
  readonly count: number;
  /** The same in all jobs of one network. */
  readonly params: VisionXParams;
  /** One for each hash; they may be of several epochs. */
  readonly inputs: readonly {
    /** The message with its nonce field zero. */
    readonly message: Uint8Array;
    /** u64. VisionX takes it apart from the message. */
    readonly nonce: bigint;
    /** 32 bytes, by epoch. */
    readonly seed: Uint8Array;
    /** Height divided by the heights of an epoch, rounded down. With the seed it says which dataset is read. */
    readonly epoch: bigint;
  }[];
}

/** Any hashing that the core can request; `algorithm` distinguishes the kinds. */
export type PowJob = BitcoinBatchJob | Sha256dChainJob | VisionXJob;
