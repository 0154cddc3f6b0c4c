/** The rules of a Vision header but the hash itself, cheapest first. */

import { readU32 } from '../../../bytes/integers.js';
import { isUtf8 } from '../../../bytes/utf8.js';
import type { Ancestry, HeaderVerdict } from '../../../chain/chain-family.js';
import { ok, rejected } from '../../../chain/header-verdict.js';
import { isAfterMedianTime, medianTimePast } from '../../../chain/median-time.js';
import type { VisionTerms } from '../network-terms.js';
import { lwmaDifficulty, lwmaWindow } from './lwma.js';
import { producerDifficulty, producerDifficultyMax, producerWindow } from './producer-rule.js';
import { difficultyOf, digestOf, minerOf, numberOf, offsets, recordBytesOf, timeOf } from './record.js';
import { meetsDifficulty } from './target.js';

/** A header that is further ahead of the clock than this is held until it is due (docs/chains/vision.md §4.4). */
export const aheadMaxS = 10;
/** A header that is further ahead than this is refused (docs/chains/vision.md §4.4). */
const holdAheadS = 2 * 60 * 60;

/** The difficulty that the rule of a network demands; undefined where a checkpoint hides what it needs. */
export function requiredDifficulty(params: VisionTerms, ancestry: Ancestry): bigint | undefined {
  if (params.rules === 'mainnet') return producerDifficulty(ancestry);
  return lwmaDifficulty(ancestry, params.targetSpacingS);
}

/** Lowest height at which that rule looks, for headers above `height`. */
export function firstOfDifficulty(params: VisionTerms, height: number): number {
  return Math.max(0, params.rules === 'mainnet' ? height + 1 - producerWindow : height - lwmaWindow);
}

/** See `ChainFamily.checkHeader`. Linkage is the tree's: a branch does not know its own hashes. */
export function checkHeader(
  params: VisionTerms,
  record: Uint8Array,
  ancestry: Ancestry,
  wallTime: number,
): HeaderVerdict {
  const length = record.length;
  if (length !== recordBytesOf(params.minerBytesMax)) return rejected('HEADER_MALFORMED', `${length} bytes`);
  const height = ancestry.height + 1;
  if (numberOf(record) !== height) return rejected('HEADER_BAD_HEIGHT', `${numberOf(record)}, not ${height}`);

  const minerFault = checkMiner(params, record);
  if (minerFault !== undefined) return minerFault;

  const difficulty = difficultyOf(record);
  const required = requiredDifficulty(params, ancestry);
  if (required === undefined ? !isPermittedStep(params, difficulty, ancestry) : difficulty !== required) {
    return rejected('HEADER_BAD_DIFFICULTY', `${difficulty}, not ${required ?? 'permitted'}`);
  }

  const time = timeOf(record);
  // Equality is allowed, unlike in Bitcoin; times are whole seconds.
  if (!isAfterMedianTime(time + 1, ancestry)) {
    return rejected('HEADER_TIME_TOO_OLD', `${time}, median ${medianTimePast(ancestry)}`);
  }
  if (time > wallTime + holdAheadS) return rejected('HEADER_TIME_TOO_NEW', `${time}, clock ${wallTime}`);
  if (!meetsDifficulty(digestOf(record), difficulty)) {
    return rejected('HEADER_TARGET_MISSED', `difficulty ${difficulty}`);
  }
  return time > wallTime + aheadMaxS ? { kind: 'held', dueAt: time - aheadMaxS } : ok;
}

function checkMiner(params: VisionTerms, record: Uint8Array): HeaderVerdict | undefined {
  const length = readU32(record, offsets.minerLength);
  if (length === 0 || length > params.minerBytesMax) return rejected('HEADER_BAD_MINER', `${length} bytes`);
  const miner = minerOf(record);
  if (!isUtf8(miner)) return rejected('HEADER_BAD_MINER', 'not UTF-8');
  // Two records of one header would pass for two headers.
  for (let at = offsets.miner + length; at < record.length; at++) {
    if (record[at] !== 0) return rejected('HEADER_MALFORMED', 'padding is not zero');
  }
  return undefined;
}

/** What is left of the difficulty rule where a checkpoint hides the window. */
function isPermittedStep(params: VisionTerms, difficulty: bigint, ancestry: Ancestry): boolean {
  if (difficulty === 0n) return false;
  if (params.rules === 'devnet' || ancestry.height < ancestry.firstHeight) return true;
  const parent = difficultyOf(ancestry.record(ancestry.height));
  return difficulty <= producerDifficultyMax && difficulty <= parent + 1n && difficulty >= parent - 1n;
}
