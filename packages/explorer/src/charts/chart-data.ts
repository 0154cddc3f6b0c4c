/** The numbers of the charts, from consecutive headers. */
import type { HeaderInfo } from '@vision-light/browser-node';
import { difficultyOf } from '../chain/proof-of-work.js';

/** One value for each height, lowest height first. */
export interface Series {
  readonly heights: readonly number[];
  readonly values: readonly number[];
}

/**
 * Seconds between each header and the one before it.
 *
 * @param newestFirst  consecutive headers
 */
export function spacings(newestFirst: readonly HeaderInfo[]): Series {
  // Genesis was not mined just before the header at height 1, so the time between the two means nothing.
  const headers = newestFirst.filter(({ height }) => height > 0).toReversed();
  const heights: number[] = [];
  const values: number[] = [];
  let before = headers[0]?.time ?? 0;
  for (const { height, time } of headers.slice(1)) {
    heights.push(height);
    // A header may bear an earlier time than its parent. That counts as zero.
    values.push(Math.max(0, time - before));
    before = time;
  }
  return { heights, values };
}

/** The difficulty of each header that says one. @param newestFirst  consecutive headers */
export function difficulties(newestFirst: readonly HeaderInfo[]): Series {
  const heights: number[] = [];
  const values: number[] = [];
  for (const header of newestFirst.toReversed()) {
    const value = difficultyOf(header);
    if (value === undefined) continue;
    heights.push(header.height);
    values.push(value);
  }
  return { heights, values };
}

/** What a series is in few numbers. */
export interface Summary {
  readonly least: number;
  readonly median: number;
  readonly mean: number;
  readonly greatest: number;
}

/** @returns undefined for an empty list */
export function summarise(values: readonly number[]): Summary | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const [least] = sorted;
  const greatest = sorted.at(-1);
  const median = sorted[Math.floor(sorted.length / 2)];
  if (least === undefined || greatest === undefined || median === undefined) return undefined;
  return { least, greatest, median, mean: sorted.reduce((sum, value) => sum + value, 0) / sorted.length };
}

/** Rows of a table that has the same as a chart: at most `count` ranges of as many heights each. */
export function ranges(
  { heights, values }: Series,
  count: number,
): readonly { readonly from: number; readonly to: number; readonly summary: Summary }[] {
  const size = Math.max(1, Math.ceil(values.length / count));
  const rows = [];
  for (let at = 0; at < values.length; at += size) {
    const [from, to] = [heights[at], heights[Math.min(at + size, heights.length) - 1]];
    const summary = summarise(values.slice(at, at + size));
    if (from !== undefined && to !== undefined && summary !== undefined) rows.push({ from, to, summary });
  }
  return rows;
}
