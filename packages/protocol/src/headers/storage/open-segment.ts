/** One stored segment: held to what its entry in the table says, and taken apart. */
import { ByteReader } from '../../bytes/byte-reader.js';
import { areEqual } from '../../bytes/compare-bytes.js';
import { joinBytes } from '../../bytes/join-bytes.js';
import { xxh32 } from '../../bytes/xxh32.js';
import type { ChainFamily, HeaderBatch } from '../../chain/chain-family.js';
import { sumWork } from '../../tree/sum-work.js';
import type { TreeBase } from '../../tree/tree-base.js';
import type { BatchHasher } from '../batch-hasher.js';
import { type PackedBatch, unpackBatches } from './batch-list.js';
import type { SegmentEntries, SegmentEntry } from './chain-records.js';
import { type ChainLayout, heightBefore } from './stored-chain.js';

/** A segment whose bytes are those that its entry means. */
export interface OpenSegment {
  readonly bytes: Uint8Array;
  readonly batches: readonly PackedBatch[];
  /** Height of the header before its first. */
  readonly before: number;
  readonly entry: SegmentEntry;
}

/**
 * @param startHash  hash of the header before the first stored segment
 * @returns undefined if the bytes are not what the table says of segment `index`
 */
export function openSegment(
  layout: ChainLayout,
  segments: SegmentEntries,
  index: number,
  bytes: Uint8Array,
  startHash: Uint8Array,
): OpenSegment | undefined {
  const entry = segments[index];
  const parent = segments[index - 1]?.lastHash ?? startHash;
  if (entry === undefined || parent === undefined || xxh32(bytes) !== entry.digest) return undefined;
  const batches = unpackBatches(bytes);
  const first = batches?.[0];
  if (batches === undefined || first === undefined || !areEqual(first.parent, parent)) return undefined;
  const count = batches.reduce((sum, batch) => sum + batch.count, 0);
  const before = heightBefore(layout, index);
  if (count !== heightBefore(layout, index + 1) - before) return undefined;
  return { bytes, batches, before, entry };
}

/** A header of a segment at which a tree can begin. */
export interface FoundBase {
  readonly base: TreeBase;
  /** Number of the first batch above it. */
  readonly next: number;
}

/**
 * Looks for the highest header with which a batch of the segment ends, which has enough headers above it, and whose window
 * lies in the segment. Its chainwork is what the entry says, less the work above it.
 *
 * @param wanted  headers of the segment that should be above the base; with fewer if it has no such header
 * @param start  the header before the first segment
 * @param done  called once; with undefined if the segment is damaged
 */
export function findBase(
  family: ChainFamily,
  hasher: BatchHasher,
  segment: OpenSegment,
  wanted: number,
  start: TreeBase,
  done: (found: FoundBase | undefined) => void,
): void {
  const { batches, before, entry } = segment;
  let next = batches.length;
  let height = before + batches.reduce((sum, { count }) => sum + count, 0);
  const lowest = height - wanted;
  while (height > lowest && next > 0) {
    const lower = height - (batches[next - 1]?.count ?? 0);
    if (before !== start.height && family.firstAncestor(lower) <= before) break;
    height = lower;
    next--;
  }
  if (height === start.height) {
    done({ base: start, next: 0 });
    return;
  }
  const above = decodeRun(family, batches.slice(next), height);
  const hash = batches[next]?.parent ?? entry.lastHash;
  windowAt(family, hasher, segment, next, height, hash, start, (records) => {
    const chainwork = above === undefined ? 0n : entry.chainwork - sumWork(family, above.records);
    const isBase = records !== undefined && chainwork > 0n;
    done(isBase ? { base: { height, hash, chainwork, records }, next } : undefined);
  });
}

/**
 * The records that the rules look at for headers above a height, that height included.
 *
 * @param next  number of the batch after that height, which is the last one of the batch before
 * @param hash  what the header of that height must have
 * @param start  the header before the first stored segment: what the rules look at may begin in its window
 * @param done  called once; with undefined if they do not lead to that hash, or are not all here
 */
export function windowAt(
  family: ChainFamily,
  hasher: BatchHasher,
  { batches, before }: OpenSegment,
  next: number,
  height: number,
  hash: Uint8Array,
  start: TreeBase,
  done: (records: Uint8Array | undefined) => void,
): void {
  const from = family.firstAncestor(height);
  let first = next;
  let parentHeight = height;
  while (parentHeight >= from && first > 0) parentHeight -= batches[--first]?.count ?? 0;
  const isHere = from > before || before === start.height;
  const run = isHere ? decodeRun(family, batches.slice(first, next), parentHeight) : undefined;
  if (run === undefined) {
    done(undefined);
    return;
  }
  hasher.hash(run, (isProven) => {
    const isLinked = isProven && areEqual(run.hashes.subarray(-32), hash);
    if (!isLinked) done(undefined);
    else if (from > parentHeight) done(run.records.subarray((from - parentHeight - 1) * family.recordBytes));
    else done(withWindow(family, start, from, run.records));
  });
}

/** Records from a height of the window of a header on, and those after that header. */
function withWindow(
  { recordBytes }: ChainFamily,
  { height, records }: TreeBase,
  from: number,
  above: Uint8Array,
): Uint8Array {
  const below = records.subarray(records.length - (height - from + 1) * recordBytes);
  return joinBytes(below, above);
}

/** Headers of batches that follow one another, as one batch; undefined if they do not, or one cannot be decoded. */
function decodeRun(
  family: ChainFamily,
  batches: readonly PackedBatch[],
  parentHeight: number,
): HeaderBatch | undefined {
  const count = batches.reduce((sum, batch) => sum + batch.count, 0);
  const least = batches.reduce((sum, { payload }) => sum + payload.length, 0);
  if (count * family.encodedHeaderBytesMin > least) return undefined;
  const records = new Uint8Array(count * family.recordBytes);
  const hashes = new Uint8Array(count * 32);
  let at = 0;
  for (const { parent, count: size, payload } of batches) {
    const reader = new ByteReader(payload);
    const batch = family.decodeBatch(reader, size, parent, parentHeight + at);
    if (typeof batch === 'string' || batch.fault !== undefined || !reader.isDone) return undefined;
    const isLinked =
      !family.claimsHashes || at === 0 || areEqual(hashes.subarray(at * 32 - 32, at * 32), parent);
    if (!isLinked) return undefined;
    records.set(batch.records, at * family.recordBytes);
    hashes.set(batch.hashes, at * 32);
    at += size;
  }
  return { count, records, hashes };
}
