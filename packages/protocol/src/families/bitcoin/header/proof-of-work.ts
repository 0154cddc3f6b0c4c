/**
 * A header's hash is its proof of work, so nothing is claimed: `applyPow` fills in the hashes and the parents, and counts
 * a header as proven if its bits are valid, its hash is at most their target, and its parent, where the batch gives one, is
 * the hash of the header before.
 */

import { areEqual } from '../../../bytes/compare-bytes.js';
import { copyBytes } from '../../../bytes/copy-bytes.js';
import type { HeaderBatch, ProofOfWork } from '../../../chain/chain-family.js';
import { isParentGiven } from './batch-codec.js';
import { meetsTarget, type TargetTable } from './compact-target.js';
import { bitsOf, hashHex, offsets, recordBytes } from './record.js';

/** One job of about 1 ms by SIMD, 6 ms without: what matters is that a whole `headers` message is one job. */
export const powJobHeaders = 2000;

/** The proof of work of a Bitcoin network. */
export function proofOfWork(targets: TargetTable): ProofOfWork {
  return {
    claimsHashes: false,
    powJobHeaders,
    powFault: (batch, index) => (isParentTrue(batch, index) ? 'HEADER_TARGET_MISSED' : 'HEADER_BAD_PARENT'),
    powJob: (batch, from, to) => ({
      algorithm: 'sha256d-chain',
      count: to - from,
      headers: batch.records.subarray(from * recordBytes, to * recordBytes),
    }),
    applyPow: (batch, from, to, hashes) => applyPow(targets, batch, from, to, hashes),
    ...hashHex,
  };
}

function applyPow(
  targets: TargetTable,
  batch: HeaderBatch,
  from: number,
  to: number,
  hashes: Uint8Array,
): number {
  const { count, records } = batch;
  let proven = 0;
  for (; from + proven < to; proven++) {
    const index = from + proven;
    const at = index * recordBytes;
    const facts = targets.facts(bitsOf(records, at));
    if (facts === undefined || !meetsTarget(hashes, proven * 32, facts.words)) break;
    copyBytes(hashes, proven * 32, batch.hashes, index * 32, 32);
    if (!isParentTrue(batch, index)) break;
    const hasNext = index + 1 < count && !isParentGiven(index + 1);
    if (hasNext) copyBytes(hashes, proven * 32, records, at + recordBytes + offsets.parent, 32);
  }
  return proven;
}

/** False if the batch gives this header's parent, and that is not the hash of the header before, which is proven. */
function isParentTrue({ records, hashes }: HeaderBatch, index: number): boolean {
  if (!isParentGiven(index)) return true;
  const at = index * recordBytes + offsets.parent;
  return areEqual(records.subarray(at, at + 32), hashes.subarray(index * 32 - 32, index * 32));
}
