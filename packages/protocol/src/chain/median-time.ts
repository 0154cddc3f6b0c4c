import type { Ancestry } from './chain-family.js';

/**
 * Ancestors that the median looks at: consensus in Bitcoin (`nMedianTimeSpan`) and in Vision (docs/chains/vision.md
 * §12.4).
 */
export const medianTimeSpan = 11;

/** Lowest height at which the median looks, for headers above `height`. */
export function firstOfMedian(height: number): number {
  return Math.max(0, height + 1 - medianTimeSpan);
}

/** How many ancestors count; 0 where a branch that begins at a checkpoint is still too short for the rule. */
function spanOf(ancestry: Ancestry): number {
  const known = ancestry.height - ancestry.firstHeight + 1;
  if (known >= medianTimeSpan) return medianTimeSpan;
  return ancestry.firstHeight === 0 ? known : 0;
}

/**
 * Median of the last 11 block times: of k < 11 near genesis, the element at ⌊k/2⌋ once sorted.
 *
 * @returns Unix seconds; undefined where fewer than 11 ancestors above a checkpoint are known
 * @see Bitcoin Core `CBlockIndex::GetMedianTimePast`
 */
export function medianTimePast(ancestry: Ancestry): number | undefined {
  const span = spanOf(ancestry);
  if (span === 0) return undefined;
  const times = Array.from({ length: span }, (_, i) => ancestry.time(ancestry.height - i));
  times.sort((a, b) => a - b);
  return times[span >> 1];
}

/**
 * True if `time` is above the median of the last 11, or that is not known.
 *
 * Counts instead of sorting: the median is below `time` exactly if more than half of the ancestors are. Six look-ups
 * settle an ordinary header.
 */
export function isAfterMedianTime(time: number, ancestry: Ancestry): boolean {
  const span = spanOf(ancestry);
  const needed = span === 0 ? 0 : (span >> 1) + 1;
  let earlier = 0;
  for (let i = 0; earlier < needed; i++) {
    if (i === span) return false;
    if (ancestry.time(ancestry.height - i) < time) earlier++;
  }
  return true;
}
