/**
 * What the rules of one Vision network differ in from those of another: docs/chains/vision.md for the mainnet,
 * docs/chains/vision-devnet.md for all others.
 */
import type { VisionXParams } from '../../chain/pow-job.js';

/**
 * Which of the two specifications holds.
 *
 * `mainnet`: message version 1, the digest is the hash, difficulty by the producer rule. `devnet`: message version 2,
 * the hash is the BLAKE3 id, difficulty by LWMA.
 */
export type VisionRules = 'mainnet' | 'devnet';

/** Everything about a Vision network that its rules depend on. */
export interface VisionTerms {
  /** For people. The network id commits to it, as to all that is here. */
  readonly name: string;
  /** The name that stands in the epoch seed (docs/chains/vision.md §2.3). */
  readonly seedName: string;
  /** Which specification its headers follow. */
  readonly rules: VisionRules;
  /** Sizes of its proof of work, which decide what one hash costs. */
  readonly visionx: VisionXParams;
  /** Heights that share a seed. */
  readonly epochBlocks: number;
  /** Seconds between two blocks that the difficulty aims at. */
  readonly targetSpacingS: number;
  /** Longest miner field, in bytes of UTF-8. */
  readonly minerBytesMax: number;
}

/** The sizes that existing full nodes and the devnet use (docs/chains/vision.md §2.2). */
export const canonicalVisionX: VisionXParams = {
  datasetMb: 256,
  scratchMb: 32,
  mixIters: 65536,
  readsPerIter: 4,
  writeEvery: 4,
};

/** Heights of one epoch (docs/chains/vision.md §2.2). */
export const epochBlocks = 32;
/** Longest miner field of the devnet and of custom networks (docs/chains/vision-devnet.md §1). */
export const devnetMinerBytesMax = 64;
/** The default network. */
export const devnetTerms: VisionTerms = {
  name: 'vision-devnet',
  seedName: 'vision-devnet',
  rules: 'devnet',
  visionx: canonicalVisionX,
  epochBlocks,
  targetSpacingS: 5,
  minerBytesMax: devnetMinerBytesMax,
};

/**
 * The network of existing full nodes. The miner field is unbounded there; 256 bytes is our cap (docs/chains/vision.md
 * §12.11).
 */
export const mainnetTerms: VisionTerms = {
  name: 'vision-mainnet',
  seedName: 'mainnet',
  rules: 'mainnet',
  visionx: canonicalVisionX,
  epochBlocks,
  targetSpacingS: 5,
  minerBytesMax: 256,
};
