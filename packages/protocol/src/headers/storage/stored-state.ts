/** What is left of what lies on disk when the chain changes, or more of it is written. */
import { JOURNAL_ENTRIES_MAX } from '../../limits.js';
import type { StoredState } from './chain-records.js';
import { type ChainLayout, heightBefore } from './stored-chain.js';

/** What is of the best chain when that has changed above a height. */
export function stateUpTo(
  layout: ChainLayout,
  { segments, journal }: StoredState,
  height: number,
): StoredState {
  const isSegmentCut = height < heightBefore(layout, segments.length);
  return {
    segments: segments.filter((_, i) => heightBefore(layout, i + 1) <= height),
    journal: isSegmentCut ? [] : journal.filter((end) => end <= height),
  };
}

/**
 * What is above the header that the chain begins with now.
 *
 * @param nothing  what lies on disk if nothing is above that
 * @param kept  what a write that is under way leaves as it is
 */
export function stateAbove(nothing: StoredState, stored: StoredState, kept: StoredState): StoredState {
  const above = stored.segments.slice(nothing.segments.length, kept.segments.length);
  return {
    segments: [...nothing.segments, ...above],
    journal: stored.journal.slice(0, kept.journal.length),
  };
}

/**
 * What the next write leaves as it is. A journal goes with what becomes a segment; one of too many entries is written
 * anew from its first short entry on.
 */
export function keptState(layout: ChainLayout, stored: StoredState, tipHeight: number): StoredState {
  const { segments, journal } = stored;
  const end = heightBefore(layout, segments.length);
  if (tipHeight >= end + layout.segmentHeaders) return { segments, journal: [] };
  if (journal.length < JOURNAL_ENTRIES_MAX) return stored;
  const short = journal.findIndex((last, i) => last - (journal[i - 1] ?? end) < layout.batchHeaders);
  return { segments, journal: journal.slice(0, short) };
}
