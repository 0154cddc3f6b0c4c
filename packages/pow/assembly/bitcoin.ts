/**
 * The kernel of Bitcoin headers: double SHA-256 of many headers, and one pass over an encoded batch that decodes it,
 * links it, hashes it and holds it to its rules.
 */

import { decodeBatch } from './batch-codec';
import { areHashesGood } from './batch-hashing';
import { hashes, headers } from './batch-memory';
import { areRulesMet } from './batch-rules';
import { hashFour } from './sha256d';

export { HEADERS_MAX, hashes, headers, MEDIAN_SPAN, PAYLOAD_MAX, payload, times } from './batch-memory';

/**
 * Cheapest first: nothing is hashed if the bytes or a rule are broken. The parent of the first header stands in its
 * record. See `decodeBatch`, `areRulesMet` and `areHashesGood` for the rest.
 *
 * @returns whether all headers are good; only then `headers` and `hashes` hold them
 */
export function isBatchGood(
  count: u32,
  bytes: u32,
  known: u32,
  isFromGenesis: bool,
  timeMax: u32,
  version2From: u32,
  version3From: u32,
  version4From: u32,
  limitBits: u32,
  areBitsKept: bool,
  bitsBefore: u32,
  retargetAt: u32,
  retargetInterval: u32,
): bool {
  return (
    decodeBatch(count, bytes) &&
    areRulesMet(
      count,
      known,
      isFromGenesis,
      timeMax,
      version2From,
      version3From,
      version4From,
      limitBits,
      areBitsKept,
      bitsBefore,
      retargetAt,
      retargetInterval,
    ) &&
    areHashesGood(count)
  );
}

/** Hashes the first `count` headers, and up to three more to fill the last four. */
export function hashIndependent(count: u32): void {
  for (let i: u32 = 0; i < count; i += 4) hashFour(headers + 80 * <usize>i, 80, hashes + 32 * <usize>i, 32);
}

/** Hashes the first `count` headers in order, writing each hash into the parent field of the header after it. */
export function hashChain(count: u32): void {
  let header = headers;
  let hash = hashes;
  for (let i: u32 = 0; i < count; ++i) {
    hashFour(header, 0, hash, 0);
    header += 80;
    if (i + 1 < count) memory.copy(header + 4, hash, 32);
    hash += 32;
  }
}
