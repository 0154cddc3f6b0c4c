/**
 * Difficulty of the Vision mainnet as honest miners write it, in integers. Existing full nodes do not check it; ours
 * do, or one header could claim any work (docs/chains/vision.md §3.2, §12.2).
 */
import { defined } from '../../../assert.js';
import type { Ancestry } from '../../../chain/chain-family.js';
import { difficultyOf } from './record.js';

/** Timestamps that the rule looks at: 20 gaps. */
export const producerWindow = 21;
/** The highest difficulty that the rule gives. */
export const producerDifficultyMax = 248n;

/**
 * The rule itself, from the last timestamps of a chain.
 *
 * @param count  headers of the chain, genesis included
 * @param times  the last min(count, 21) or more timestamps, oldest first
 * @param last  difficulty of the last header
 */
export function nextProducerDifficulty(count: number, times: readonly number[], last: bigint): bigint {
  if (count < 3) return 1n;
  const from = times.length - Math.min(count, producerWindow);
  let sum = 0;
  for (let i = from + 1; i < times.length; i++) {
    sum += Math.max(1, timeAt(times, i) - timeAt(times, i - 1));
  }
  const gaps = times.length - from - 1;
  // The mean against 5.5 s and 4.5 s, with no division.
  if (2 * sum > 11 * gaps) return last > 2n ? last - 1n : 1n;
  if (2 * sum < 9 * gaps) return last < producerDifficultyMax ? last + 1n : producerDifficultyMax;
  return last;
}

function timeAt(times: readonly number[], index: number): number {
  return defined(times[index], 'there are as many times as the rule looks at');
}

/** Difficulty on top of a branch; undefined where a checkpoint hides part of the window. */
export function producerDifficulty(ancestry: Ancestry): bigint | undefined {
  const { height, firstHeight } = ancestry;
  const count = height + 1;
  const first = height + 1 - Math.min(count, producerWindow);
  if (height < firstHeight || (first < firstHeight && count >= 3)) return undefined;
  if (count < 3) return 1n;
  const times = Array.from({ length: height - first + 1 }, (_, i) => ancestry.time(first + i));
  return nextProducerDifficulty(count, times, difficultyOf(ancestry.record(height)));
}
