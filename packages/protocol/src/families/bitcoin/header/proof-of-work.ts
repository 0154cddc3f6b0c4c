/**
 * A header's hash is its proof of work, so nothing is claimed: `applyPow` fills in the hashes and the parents, and counts
 * a header as proven if its bits are valid and its hash is at most their target.
 */
import { copyBytes } from '../../../bytes/copy-bytes.js';
import { hexToBytes } from '../../../bytes/hex.js';
import type { HeaderBatch, ProofOfWork } from '../../../chain/chain-family.js';
import { meetsTarget, type TargetTable } from './compact-target.js';
import { bitsOf, offsets, recordBytes, toDisplayHex } from './record.js';

/** One job of about 1 ms by SIMD, 6 ms without: what matters is that a whole `headers` message is one job. */
const powJobHeaders = 2000;

/** The proof of work of a Bitcoin network. */
export function proofOfWork(targets: TargetTable): ProofOfWork {
  return {
    claimsHashes: false,
    powJobHeaders,
    powFault: 'HEADER_TARGET_MISSED',
    powJob: (batch, from, to) => ({
      algorithm: 'sha256d-chain',
      count: to - from,
      headers: batch.records.subarray(from * recordBytes, to * recordBytes),
    }),
    applyPow: (batch, from, to, hashes) => applyPow(targets, batch, from, to, hashes),
    hashToHex: toDisplayHex,
    hashFromHex: (text) => hexToBytes(text, 32)?.reverse(),
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
    const at = (from + proven) * recordBytes;
    const facts = targets.facts(bitsOf(records, at));
    if (facts === undefined || !meetsTarget(hashes, proven * 32, facts.words)) break;
    if (from + proven + 1 < count)
      copyBytes(hashes, proven * 32, records, at + recordBytes + offsets.parent, 32);
  }
  batch.hashes.set(hashes.subarray(0, proven * 32), from * 32);
  return proven;
}
