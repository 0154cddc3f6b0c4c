/** What a miner needs: a header to search a nonce for, what to hash, and the finished header. */

import { writeU64 } from '../../bytes/integers.js';
import { encodeUtf8 } from '../../bytes/utf8.js';
import type { Ancestry } from '../../chain/chain-family.js';
import { medianTimePast } from '../../chain/median-time.js';
import type { VisionXJob } from '../../chain/pow-job.js';
import { requiredDifficulty } from './header/check-header.js';
import { difficultyOf, encodeRecord, offsets } from './header/record.js';
import { targetHigh } from './header/target.js';
import type { VisionFamily } from './vision-family.js';

/** What a template is made of. */
export interface TemplateOptions {
  /** The branch to extend. */
  readonly ancestry: Ancestry;
  /** 32 bytes: hash of its last header. */
  readonly parentHash: Uint8Array;
  /** Unix seconds; a fraction is cut off. */
  readonly wallTime: number;
  /** 32 bytes; zeros for an empty block. */
  readonly txRoot: Uint8Array;
  /** 1 byte to the network's maximum as UTF-8. */
  readonly miner: string;
}

/**
 * A record with neither nonce nor digest, on top of a branch. Its time is the clock's, or the earliest that the
 * median allows if the clock is behind.
 *
 * @throws {RangeError} if the miner field is empty, too long or not text, or a checkpoint hides the difficulty rule
 */
export function createTemplate(family: VisionFamily, options: TemplateOptions): Uint8Array {
  const { ancestry, miner } = options;
  const difficulty = requiredDifficulty(family.params, ancestry);
  if (difficulty === undefined)
    throw new RangeError(`ancestry: too short for the difficulty rule at ${ancestry.height}`);
  const bytes = encodeUtf8(miner);
  const header = {
    parent: options.parentHash,
    number: BigInt(ancestry.height + 1),
    timestamp: BigInt(Math.max(Math.floor(options.wallTime), medianTimePast(ancestry) ?? 0)),
    difficulty,
    nonce: 0n,
    txRoot: options.txRoot,
    digest: new Uint8Array(32),
  };
  const record =
    bytes && bytes.length > 0
      ? encodeRecord({ ...header, miner: bytes }, family.params.minerBytesMax)
      : undefined;
  if (record === undefined) {
    throw new RangeError(
      `miner: must be 1 to ${family.params.minerBytesMax} bytes of UTF-8, got ${JSON.stringify(miner)}`,
    );
  }
  return record;
}

/** What to hash with which nonces, and up to which first 64 bits (big-endian) a digest is a solution. */
export interface TemplateInput extends Omit<VisionXJob['inputs'][number], 'nonce'> {
  readonly targetHigh: bigint;
}

/** See {@link TemplateInput}. */
export function templateInput(family: VisionFamily, template: Uint8Array): TemplateInput {
  const { message, seed, epoch } = family.powInput(template);
  return { message, seed, epoch, targetHigh: targetHigh(difficultyOf(template)) };
}

/** The finished header and its hash. */
export function sealTemplate(
  family: VisionFamily,
  template: Uint8Array,
  nonce: bigint,
  digest: Uint8Array,
): { readonly record: Uint8Array; readonly hash: Uint8Array } {
  const record = new Uint8Array(template);
  writeU64(record, offsets.nonce, nonce);
  record.set(digest, offsets.digest);
  return { record, hash: family.headerHash(record) };
}
