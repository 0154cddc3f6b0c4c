/**
 * How the best chain lies in the tables. Its older part is in segments of {@link SEGMENT_HEADERS} headers each; a small
 * table lists what each of them must be. What is too short for a segment is in the journal, whose entries follow one
 * another, so that a new block costs a few hundred bytes. A tip pointer is written together with whatever changes.
 *
 * A chain that began with a checkpoint grows at both ends. Segments are numbered as if all of them down to genesis were
 * there, so the number of a segment never changes when one below it comes. A record says what the chain begins with.
 */
import {
  isRecordOf,
  putRecord,
  type StorageChange,
  type StorageRecord,
  type StorageSelection,
  select,
} from '../../io/storage.js';
import { HEADERS_PER_MESSAGE_MAX } from '../../limits.js';
import type { TreeBase } from '../../tree/tree-base.js';

/** Headers of one segment: about 780 kB for Bitcoin and 5 MB for Vision, sizes that browsers store and read well. */
export const SEGMENT_HEADERS = 20_000;

/** Which heights lie where. */
export interface ChainLayout {
  /**
   * Height that segments are counted from, upwards and downwards: genesis, or the checkpoint that the stored chain began
   * with. It changes only when the chain is loaded anew.
   */
  start: number;
  /** Headers of a segment. One ends at `start`; if that is not genesis, the first of all may have fewer. */
  readonly segmentHeaders: number;
  /** Headers of a full batch, in segments and journal: those of a full answer of a peer. */
  readonly batchHeaders: number;
  /** Headers below the tip that are verified before the node is ready, if there are as many: more than any reorg that was seen. */
  readonly loadedHeadersMin: number;
}

/** @param segmentHeaders  another number for tests */
export function chainLayout(start: number, segmentHeaders = SEGMENT_HEADERS): ChainLayout {
  const batchHeaders = Math.min(HEADERS_PER_MESSAGE_MAX, Math.ceil(segmentHeaders / 10));
  return { start, segmentHeaders, batchHeaders, loadedHeadersMin: 2 * batchHeaders };
}

/** How many segments there are between genesis and the height that they are counted from. */
function segmentsBelow({ start, segmentHeaders }: ChainLayout): number {
  return Math.ceil(start / segmentHeaders);
}

/** Height of the header before the first of a segment: of the last one of the segments below it. */
export function heightBefore(layout: ChainLayout, segment: number): number {
  const { start, segmentHeaders } = layout;
  return Math.max(0, start + (segment - segmentsBelow(layout)) * segmentHeaders);
}

/** Number of the segment that holds a height above genesis. */
export function segmentOf(layout: ChainLayout, height: number): number {
  const { start, segmentHeaders } = layout;
  return Math.floor((height - start - 1) / segmentHeaders) + segmentsBelow(layout);
}

/**
 * The header that the stored chain begins with, and the window before it: genesis, or the lowest one that everything above
 * is verified from. It falls when segments are stored below it.
 */
export interface ChainBottom {
  base: TreeBase;
}

/** One segment or one entry of the journal under its index: see `batch-list.ts` for the bytes. */
export interface StoredPiece {
  readonly index: number;
  readonly bytes: Uint8Array;
}

/** What is read first, journal in ascending order of index. Nothing in it is trusted. */
export interface StoredChain {
  /** The table of segments; undefined where there are none. */
  readonly table: Uint8Array | undefined;
  readonly journal: readonly StoredPiece[];
  /** The tip pointer; undefined in an empty store. */
  readonly tip: Uint8Array | undefined;
  /** The header that the chain begins with; undefined if that is genesis. */
  readonly base?: Uint8Array | undefined;
}

/** One atomic write of the chain. */
export interface ChainUpdate {
  /** Segments with this index or a higher one are removed before `segments` are put; undefined removes none. */
  readonly removeSegmentsFrom?: number | undefined;
  readonly segments?: readonly StoredPiece[];
  /** As for segments. */
  readonly removeJournalFrom?: number | undefined;
  readonly journal?: readonly StoredPiece[];
  /** The table of segments, if it changes. */
  readonly table?: Uint8Array | undefined;
  readonly tip: Uint8Array;
  /** What the chain begins with, if that is to be written. */
  readonly base?: Uint8Array | undefined;
}

/** Selects what is read first. */
export const chainSelections: readonly StorageSelection[] = [
  select('meta', 'segments'),
  select('meta', 'tip'),
  select('meta', 'base'),
  { table: 'journal', from: 0 },
];

/** The chain in the records of {@link chainSelections}. */
export function chainOf(records: readonly StorageRecord[]): StoredChain {
  const journal: StoredPiece[] = [];
  let table: Uint8Array | undefined;
  let tip: Uint8Array | undefined;
  let base: Uint8Array | undefined;
  for (const record of records) {
    if (isRecordOf(record, 'journal')) journal.push({ index: record.key, bytes: record.value });
    else if (isRecordOf(record, 'meta') && record.key === 'tip') tip = record.value;
    else if (isRecordOf(record, 'meta') && record.key === 'segments') table = record.value;
    else if (isRecordOf(record, 'meta') && record.key === 'base') base = record.value;
  }
  return { table, journal, tip, base };
}

/** An update of the chain as changes of its tables. */
export function changesOf(update: ChainUpdate): StorageChange[] {
  const { removeSegmentsFrom, segments = [], removeJournalFrom, journal = [], table, tip, base } = update;
  const changes: StorageChange[] = [];
  if (removeSegmentsFrom !== undefined)
    changes.push({ kind: 'deleteFrom', table: 'segments', from: removeSegmentsFrom });
  if (removeJournalFrom !== undefined)
    changes.push({ kind: 'deleteFrom', table: 'journal', from: removeJournalFrom });
  for (const { index, bytes } of segments) changes.push(putRecord('segments', index, bytes));
  for (const { index, bytes } of journal) changes.push(putRecord('journal', index, bytes));
  if (table !== undefined) changes.push(putRecord('meta', 'segments', table));
  if (base !== undefined) changes.push(putRecord('meta', 'base', base));
  changes.push(putRecord('meta', 'tip', tip));
  return changes;
}
