/**
 * What distinguishes one Vision network from another: docs/chains/vision.md for the mainnet,
 * docs/chains/vision-devnet.md for all others.
 */
import { hexToBytes } from '../../bytes/hex.js';
import { devnetTerms, mainnetTerms, type VisionTerms } from './network-terms.js';

export { canonicalVisionX, epochBlocks, type VisionRules } from './network-terms.js';

/** Everything about a Vision network that consensus depends on. */
export interface VisionParams extends VisionTerms {
  /** The fields of the genesis header in which networks differ. */
  readonly genesis: {
    /** Seconds since the Unix epoch. */
    readonly timestamp: number;
    /** At most `minerBytesMax` in UTF-8. */
    readonly miner: string;
    /** 32 bytes; need not meet a target. */
    readonly digest: Uint8Array;
  };
}

/** Genesis time of the devnet and of custom networks: 2026-01-01T00:00:00Z (docs/chains/vision-devnet.md §1). */
export const devnetGenesisTime = 1767225600;

function digest(text: string): Uint8Array {
  const bytes = hexToBytes(text, 32);
  if (bytes === undefined) throw new RangeError(`digest: not 64 lowercase hex digits: ${text}`);
  return bytes;
}

/** The default network. Its genesis digest is VisionX, computed once and checked by a test. */
export const visionDevnet: VisionParams = {
  ...devnetTerms,
  genesis: {
    timestamp: devnetGenesisTime,
    miner: 'vision-devnet',
    digest: digest('69c4447ed9febe60236ac940400a5ce9ba83ce2be3f951c54cf5a450c8520466'),
  },
};

/**
 * The network of existing full nodes. Its genesis digest is a BLAKE3 constant, not VisionX (docs/chains/vision.md
 * §4.5).
 */
export const visionMainnet: VisionParams = {
  ...mainnetTerms,
  genesis: {
    timestamp: 0,
    miner: 'network_miner',
    digest: digest('d6469ec95f56b56be4921ef40b9795902c96f2ad26582ef8db8fac46f4a7aa13'),
  },
};
