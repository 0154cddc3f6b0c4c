/** What a miner needs: a header to search a nonce for, what to hash, and the finished header. */

import { defined } from '../../../assert.js';
import { writeU64 } from '../../../bytes/integers.js';
import { encodeUtf8 } from '../../../bytes/utf8.js';
import type { HeaderBytes } from '../../../chain/chain-family.js';
import { medianTimePast } from '../../../chain/median-time.js';
import type { VisionXJob } from '../../../chain/pow-job.js';
import type { EmptyTemplateOptions } from '../../mining-rules.js';
import { requiredDifficulty } from '../header/check-header.js';
import type { VisionProofOfWork } from '../header/proof-of-work.js';
import { difficultyOf, encodeRecord, offsets } from '../header/record.js';
import { targetHigh } from '../header/target.js';
import type { VisionTerms } from '../network-terms.js';

/** What a template is made of. */
export interface TemplateOptions extends EmptyTemplateOptions {
  /** 32 bytes; zeros for an empty block. */
  readonly txRoot: Uint8Array;
}

/** The bytes of a miner field. @throws {RangeError} if it is empty, too long or not text */
export function minerBytes({ minerBytesMax }: VisionTerms, miner: string): Uint8Array {
  const bytes = encodeUtf8(miner);
  if (bytes !== undefined && bytes.length > 0 && bytes.length <= minerBytesMax) return bytes;
  throw new RangeError(`miner: must be 1 to ${minerBytesMax} bytes of UTF-8, got ${JSON.stringify(miner)}`);
}

/**
 * A record with neither nonce nor digest, on top of a branch. Its time is the clock's, or the earliest that the
 * median allows if the clock is behind.
 *
 * @throws {RangeError} if the miner field is empty, too long or not text, or a checkpoint hides the difficulty rule
 */
export function createTemplate(
  { params }: { readonly params: VisionTerms },
  options: TemplateOptions,
): Uint8Array {
  const { ancestry, parentHash, wallTime, txRoot, miner } = options;
  const difficulty = requiredDifficulty(params, ancestry);
  if (difficulty === undefined)
    throw new RangeError(`ancestry: too short for the difficulty rule at ${ancestry.height}`);
  const header = {
    parent: parentHash,
    number: BigInt(ancestry.height + 1),
    timestamp: BigInt(Math.max(Math.floor(wallTime), medianTimePast(ancestry) ?? 0)),
    difficulty,
    nonce: 0n,
    txRoot,
    miner: minerBytes(params, miner),
    digest: new Uint8Array(32),
  };
  return defined(encodeRecord(header, params.minerBytesMax), 'the miner field fits');
}

/** What to hash with which nonces, and up to which first 64 bits (big-endian) a digest is a solution. */
export interface TemplateInput extends Omit<VisionXJob['inputs'][number], 'nonce'> {
  /** u64: a digest is a solution if its first 64 bits are at most this. */
  readonly targetHigh: bigint;
}

/** See {@link TemplateInput}. */
export function templateInput(
  family: Pick<VisionProofOfWork, 'powInput'>,
  template: Uint8Array,
): TemplateInput {
  const { message, seed, epoch } = family.powInput(template);
  return { message, seed, epoch, targetHigh: targetHigh(difficultyOf(template)) };
}

/** The finished header and its hash. */
export function sealTemplate(
  family: Pick<HeaderBytes, 'headerHash'>,
  template: Uint8Array,
  nonce: bigint,
  digest: Uint8Array,
): { readonly record: Uint8Array; readonly hash: Uint8Array } {
  const record = new Uint8Array(template);
  writeU64(record, offsets.nonce, nonce);
  record.set(digest, offsets.digest);
  return { record, hash: family.headerHash(record) };
}
