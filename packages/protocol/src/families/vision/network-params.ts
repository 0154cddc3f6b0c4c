/**
 * What distinguishes one Vision network from another: docs/chains/vision.md for the mainnet,
 * docs/chains/vision-devnet.md for all others.
 */
import { hexToBytes } from '../../bytes/hex.js';
import type { VisionXParams } from '../../chain/pow-job.js';

/**
 * Which of the two specifications holds.
 *
 * `mainnet`: message version 1, the digest is the hash, difficulty by the producer rule. `devnet`: message version 2,
 * the hash is the BLAKE3 id, difficulty by LWMA.
 */
export type VisionRules = 'mainnet' | 'devnet';

/** Everything about a Vision network that consensus depends on. */
export interface VisionParams {
  readonly name: string;
  /** The name that stands in the epoch seed (docs/chains/vision.md §2.3). */
  readonly seedName: string;
  readonly rules: VisionRules;
  readonly visionx: VisionXParams;
  /** Heights that share a seed. */
  readonly epochBlocks: number;
  readonly targetSpacingS: number;
  /** Longest miner field, in bytes of UTF-8. */
  readonly minerBytesMax: number;
  readonly genesis: {
    readonly timestamp: number;
    readonly miner: string;
    /** 32 bytes; need not meet a target. */
    readonly digest: Uint8Array;
  };
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
/** Genesis time of the devnet and of custom networks: 2026-01-01T00:00:00Z (docs/chains/vision-devnet.md §1). */
export const devnetGenesisTime = 1767225600;

function digest(text: string): Uint8Array {
  const bytes = hexToBytes(text, 32);
  if (bytes === undefined) throw new RangeError(`digest: not 64 lowercase hex digits: ${text}`);
  return bytes;
}

/** The default network. Its genesis digest is VisionX, computed once and checked by a test. */
export const visionDevnet: VisionParams = {
  name: 'vision-devnet',
  seedName: 'vision-devnet',
  rules: 'devnet',
  visionx: canonicalVisionX,
  epochBlocks,
  targetSpacingS: 5,
  minerBytesMax: devnetMinerBytesMax,
  genesis: {
    timestamp: devnetGenesisTime,
    miner: 'vision-devnet',
    digest: digest('69c4447ed9febe60236ac940400a5ce9ba83ce2be3f951c54cf5a450c8520466'),
  },
};

/**
 * The network of existing full nodes. Its genesis digest is a BLAKE3 constant, not VisionX (docs/chains/vision.md
 * §4.5).
 *
 * The miner field is unbounded there; 256 bytes is our cap (docs/chains/vision.md §12.11).
 */
export const visionMainnet: VisionParams = {
  name: 'vision-mainnet',
  seedName: 'mainnet',
  rules: 'mainnet',
  visionx: canonicalVisionX,
  epochBlocks,
  targetSpacingS: 5,
  minerBytesMax: 256,
  genesis: {
    timestamp: 0,
    miner: 'network_miner',
    digest: digest('d6469ec95f56b56be4921ef40b9795902c96f2ad26582ef8db8fac46f4a7aa13'),
  },
};
