import { sipHash24 } from '../../../bytes/siphash.js';

const golden = 0x9e3779b97f4a7c15n;

/**
 * Short id of a transaction in a compact block of existing full nodes: the low 48 bits of SipHash-2-4 over its hash,
 * keyed by the block's nonce alone.
 *
 * @param compactNonce  u64
 * @see docs/chains/vision.md §9
 */
export function visionShortId(txHash: Uint8Array, compactNonce: bigint): bigint {
  return BigInt.asUintN(48, sipHash24(compactNonce, BigInt.asUintN(64, compactNonce * golden), txHash));
}
