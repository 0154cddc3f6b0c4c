/**
 * VisionX of a header as a job, and the comparison of its digests with those that the headers claim. A header travels
 * with its digest, so nothing is filled in afterwards.
 */
import { areEqual } from '../../../bytes/compare-bytes.js';
import { bytesToHex, hexToBytes } from '../../../bytes/hex.js';
import type { HeaderBatch, ProofOfWork } from '../../../chain/chain-family.js';
import type { VisionXJob } from '../../../chain/pow-job.js';
import type { VisionParams } from '../network-params.js';
import { EpochSeeds } from './epoch-seed.js';
import { powInputOf } from './pow-input.js';
import { digestOf, recordBytesOf } from './record.js';

/** About 50 ms at canonical parameters; fills two, three and four interleaved lanes without a rest. */
const powJobHeaders = 24;

/** The proof of work of a Vision network, and what VisionX is given for one record. */
export interface VisionProofOfWork extends ProofOfWork {
  /** What VisionX hashes for a record. */
  powInput(record: Uint8Array): VisionXJob['inputs'][number];
}

/** See {@link VisionProofOfWork}. Memory: the seeds of the last epochs (`EpochSeeds`). */
export function proofOfWork(params: VisionParams): VisionProofOfWork {
  const recordBytes = recordBytesOf(params.minerBytesMax);
  const seeds = new EpochSeeds(params.seedName);
  const powInput = (record: Uint8Array): VisionXJob['inputs'][number] =>
    powInputOf(params, (epoch) => seeds.seed(epoch), record);
  return {
    claimsHashes: true,
    powJobHeaders,
    powFault: () => 'HEADER_POW_MISMATCH',
    powInput,
    powJob: (batch, from, to) => ({
      algorithm: 'visionx',
      count: to - from,
      params: params.visionx,
      inputs: Array.from({ length: to - from }, (_, i) => powInput(recordAt(batch, from + i, recordBytes))),
    }),
    applyPow: (batch, from, to, digests) => countProven(batch, from, to, digests, recordBytes),
    hashToHex: bytesToHex,
    hashFromHex: (text) => hexToBytes(text, 32),
  };
}

function recordAt(batch: HeaderBatch, index: number, recordBytes: number): Uint8Array {
  return batch.records.subarray(index * recordBytes, (index + 1) * recordBytes);
}

function countProven(
  batch: HeaderBatch,
  from: number,
  to: number,
  digests: Uint8Array,
  recordBytes: number,
): number {
  for (let i = from; i < to; i++) {
    const digest = digests.subarray((i - from) * 32, (i - from + 1) * 32);
    if (!areEqual(digest, digestOf(recordAt(batch, i, recordBytes)))) return i - from;
  }
  return to - from;
}
