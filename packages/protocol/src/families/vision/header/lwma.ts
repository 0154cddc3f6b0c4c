/**
 * Difficulty of the devnet and of custom networks: a linearly weighted moving average (docs/chains/vision-devnet.md
 * §4).
 */
import type { Ancestry } from '../../../chain/chain-family.js';
import { offsets } from './record.js';

/** Solve times that the average looks at. */
export const lwmaWindow = 60;
/** A solve time counts for at most this many target spacings. */
const solveTimeMax = 6;

/**
 * Difficulty on top of a branch.
 *
 * Times and their weighted sum stay far below 2^53 and are plain numbers; difficulties are summed in two halves of
 * 32 bits, and the products are bigints.
 *
 * @returns u64 or more: a value that no header can state if the chain's difficulties come near 2^64; undefined where
 *   a checkpoint hides part of the window
 */
export function lwmaDifficulty(ancestry: Ancestry, targetSpacingS: number): bigint | undefined {
  const { height, firstHeight } = ancestry;
  if (height === 0) return 1n;
  const n = Math.min(lwmaWindow, height);
  const first = height - n;
  if (first < firstHeight) return undefined;
  let running = ancestry.time(first);
  let weighted = 0;
  let low = 0;
  let high = 0;
  for (let j = 1; j <= n; j++) {
    const next = Math.max(ancestry.time(first + j), running + 1);
    weighted += j * Math.min(solveTimeMax * targetSpacingS, next - running);
    running = next;
    low += ancestry.word(first + j, offsets.difficulty);
    high += ancestry.word(first + j, offsets.difficulty + 4);
  }
  const sum = BigInt(high) * 0x1_0000_0000n + BigInt(low);
  const l = BigInt(weighted);
  const next = (sum * BigInt(targetSpacingS * (n + 1)) + l) / (2n * l);
  return next > 1n ? next : 1n;
}
