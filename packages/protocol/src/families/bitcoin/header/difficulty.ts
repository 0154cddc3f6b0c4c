/** Which target a header must have (docs/chains/bitcoin.md §3). @see Bitcoin Core `src/pow.cpp` */
import type { Ancestry } from '../../../chain/chain-family.js';
import type { BitcoinRules } from '../network-rules.js';
import { decodeBits, encodeBits } from './compact-target.js';
import { offsets } from './record.js';

/** A retarget moves the target by at most this factor either way. */
const adjustmentMax = 4;

/** Headers from one retarget to the next. */
export function retargetInterval(params: BitcoinRules): number {
  return params.targetTimespanS / params.targetSpacingS;
}

/** Lowest height at which the difficulty rule looks, for headers above `height`: the first header of their period. */
export function firstOfPeriod(params: BitcoinRules, height: number): number {
  if (params.neverRetargets) return height;
  const interval = retargetInterval(params);
  // The first header of a period looks at the whole period before.
  return height - (height % interval);
}

/** Target after a period that took `timespanS`, compact. */
export function retarget(params: BitcoinRules, bits: number, timespanS: number): number {
  const span = params.targetTimespanS;
  const clamped = Math.min(Math.max(timespanS, span / adjustmentMax), span * adjustmentMax);
  const target = ((decodeBits(bits) ?? 0n) * BigInt(clamped)) / BigInt(span);
  const limit = decodeBits(params.limitBits) ?? 0n;
  return encodeBits(target > limit ? limit : target);
}

/**
 * The bits that a header of this time must have on top of a branch.
 *
 * @returns a compact target, or undefined where that hangs on headers before a checkpoint
 */
export function requiredBits(params: BitcoinRules, ancestry: Ancestry, time: number): number | undefined {
  const { height, firstHeight } = ancestry;
  // Genesis has the limit, a parent's bits are kept, and the minimum is the limit again.
  if (params.neverRetargets) return params.limitBits;
  if (height < firstHeight) return undefined;
  const interval = retargetInterval(params);
  if ((height + 1) % interval !== 0) {
    if (!params.allowsMinDifficulty) return ancestry.word(height, offsets.bits);
    if (time > ancestry.time(height) + 2 * params.targetSpacingS) return params.limitBits;
    return lastOrdinaryBits(params, ancestry, interval);
  }
  const parentBits = ancestry.word(height, offsets.bits);
  // One spacing short of a full period: Bitcoin's off-by-one, which is consensus.
  const first = height - (interval - 1);
  if (first < firstHeight) return undefined;
  const from = params.enforcesBip94 ? ancestry.word(first, offsets.bits) : parentBits;
  return retarget(params, from, ancestry.time(height) - ancestry.time(first));
}

/** Bits of the last header that did not make use of the minimum-difficulty rule. */
function lastOrdinaryBits(params: BitcoinRules, ancestry: Ancestry, interval: number): number | undefined {
  for (let height = ancestry.height; ; height--) {
    const bits = ancestry.word(height, offsets.bits);
    if (bits !== params.limitBits || height % interval === 0) return bits;
    if (height === ancestry.firstHeight) return undefined;
  }
}

/**
 * True unless bits cannot follow the parent's whatever the headers before it were: the rest of the difficulty rule
 * where a checkpoint hides the start of a period.
 *
 * @see Bitcoin Core `PermittedDifficultyTransition`
 */
export function isPermittedTransition(params: BitcoinRules, ancestry: Ancestry, bits: number): boolean {
  if (params.allowsMinDifficulty || ancestry.height < ancestry.firstHeight) return true;
  const parentBits = ancestry.word(ancestry.height, offsets.bits);
  const target = decodeBits(bits) ?? 0n;
  const hardest = decodeBits(retarget(params, parentBits, 0)) ?? 0n;
  const easiest = decodeBits(retarget(params, parentBits, Number.MAX_SAFE_INTEGER)) ?? 0n;
  return target >= hardest && target <= easiest;
}
