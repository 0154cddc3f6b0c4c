/**
 * The small records of a stored chain: the table of its segments, which a node reads instead of all of them, the pointer to
 * its tip, and, where it does not begin with genesis, the header that it begins with.
 */
import { ByteReader } from '../../bytes/byte-reader.js';
import { ByteWriter } from '../../bytes/byte-writer.js';
import { areEqual } from '../../bytes/compare-bytes.js';
import type { ChainFamily } from '../../chain/chain-family.js';
import { BASE_HEIGHT_MAX } from '../../limits.js';
import type { TreeBase } from '../../tree/tree-base.js';
import { FORMAT, FORMER_FORMAT } from './batch-list.js';
import {
  type ChainBottom,
  type ChainLayout,
  heightBefore,
  type StoredChain,
  segmentOf,
} from './stored-chain.js';

/** What a segment must be. */
export interface SegmentEntry {
  /** 32 bytes: hash of its last header. */
  readonly lastHash: Uint8Array;
  /** Sum of the work from genesis to its last header. */
  readonly chainwork: bigint;
  /** XXH32 of its bytes. */
  readonly digest: number;
}

/** Hash, one byte of chainwork, digest. */
const ENTRY_BYTES_MIN = 37;

/** Entries by the number of their segment; undefined for those below the first that is stored. */
export type SegmentEntries = readonly (SegmentEntry | undefined)[];

/** The entries of a chain of which no segment is stored, and which begins with a header of this height. */
export function noSegments(layout: ChainLayout, baseHeight: number): undefined[] {
  return new Array<undefined>(segmentOf(layout, baseHeight + 1)).fill(undefined);
}

/** What lies on disk, as far as it is a part of the best chain. */
export interface StoredState {
  readonly segments: SegmentEntries;
  /** The height that each entry of the journal ends with. */
  readonly journal: readonly number[];
}

/** What the disk holds if it holds nothing above what the chain begins with. */
export function nothingAbove(layout: ChainLayout, { base }: ChainBottom): StoredState {
  return { segments: noSegments(layout, base.height), journal: [] };
}

/** Format (1 byte), start (varint), headers of a segment (varint), count (varint), then the entries from the first stored segment on. */
export function encodeTable(layout: ChainLayout, segments: SegmentEntries): Uint8Array {
  const entries = segments.filter((entry) => entry !== undefined);
  const writer = new ByteWriter(16 + 56 * entries.length);
  writer.u8(FORMAT);
  writer.varint(layout.start);
  writer.varint(layout.segmentHeaders);
  writer.varint(entries.length);
  for (const { lastHash, chainwork, digest } of entries) {
    writer.raw(lastHash);
    writer.bigVarint(chainwork, 128);
    writer.u32(digest);
  }
  return writer.bytes();
}

/**
 * @param baseHeight  of the header before the first segment that is stored
 * @returns the segments, or undefined if the bytes are no table of this layout
 */
export function decodeTable(
  layout: ChainLayout,
  bytes: Uint8Array,
  baseHeight = 0,
): (SegmentEntry | undefined)[] | undefined {
  const reader = new ByteReader(bytes);
  const isOurs =
    reader.u8() === FORMAT && reader.varint() === layout.start && reader.varint() === layout.segmentHeaders;
  const count = reader.varint();
  if (!isOurs || count * ENTRY_BYTES_MIN > reader.remaining) return undefined;
  const segments: (SegmentEntry | undefined)[] = noSegments(layout, baseHeight);
  for (let i = 0; i < count; i++) {
    const lastHash = reader.view(32);
    segments.push({ lastHash, chainwork: reader.bigVarint(128), digest: reader.u32() });
  }
  return reader.isDone ? segments : undefined;
}

/** Where a chain ends. */
export interface TipPointer {
  readonly height: number;
  /** 32 bytes. */
  readonly hash: Uint8Array;
}

/** Format (1 byte), height (varint), hash (32). */
export function encodeTip({ height, hash }: TipPointer): Uint8Array {
  const writer = new ByteWriter(48);
  writer.u8(FORMAT);
  writer.varint(height);
  writer.raw(hash);
  return writer.bytes();
}

/** @returns the pointer, or undefined if the bytes are none */
export function decodeTip(bytes: Uint8Array): TipPointer | undefined {
  const reader = new ByteReader(bytes);
  const format = reader.u8();
  const height = reader.varint();
  const hash = reader.view(32);
  return reader.isDone && format === FORMAT ? { height, hash } : undefined;
}

/** Format (1 byte), start (varint), height (varint), hash (32), chainwork (varint), then the records. */
export function encodeBase({ start }: ChainLayout, base: TreeBase): Uint8Array {
  const writer = new ByteWriter(96 + base.records.length);
  writer.u8(FORMAT);
  writer.varint(start);
  writer.varint(base.height);
  writer.raw(base.hash);
  writer.bigVarint(base.chainwork, 128);
  writer.raw(base.records);
  return writer.bytes();
}

/** What a stored chain begins with, and the height that its segments are counted from. */
export interface StoredBase {
  readonly start: number;
  readonly base: TreeBase;
}

/** @returns what the bytes say, or undefined if a chain with such segments cannot begin so */
export function decodeBase(
  family: ChainFamily,
  layout: ChainLayout,
  bytes: Uint8Array,
): StoredBase | undefined {
  const reader = new ByteReader(bytes);
  const isOurs = reader.u8() === FORMAT;
  const start = reader.varint();
  const height = reader.varint();
  const hash = reader.view(32);
  const chainwork = reader.bigVarint(128);
  const count = height - family.firstAncestor(height) + 1;
  if (reader.failed || !isOurs || start > BASE_HEIGHT_MAX) return undefined;
  if (reader.remaining !== count * family.recordBytes) return undefined;
  const base = { height, hash, chainwork, records: reader.view(reader.remaining) };
  const counted = { ...layout, start };
  if (height > start || heightBefore(counted, segmentOf(counted, height + 1)) !== height) return undefined;
  return isLinked(family, base) ? { start, base } : undefined;
}

/** Whether the headers of a window are on one another, and the last one has the hash. */
function isLinked(family: ChainFamily, { hash, records }: TreeBase): boolean {
  const { recordBytes } = family;
  for (let end = records.length, named = hash; end > 0; end -= recordBytes) {
    const record = records.subarray(end - recordBytes, end);
    if (!areEqual(family.headerHash(record), named)) return false;
    named = family.parent(record);
  }
  return true;
}

/**
 * Whether nothing is stored that this release reads. A tip alone may be there: that of a former release.
 */
export function hasNoHeaders({ table, journal, tip }: StoredChain): boolean {
  return table === undefined && journal.length === 0 && (tip === undefined || isFormerTip(tip));
}

/** Whether a tip pointer is of a release whose chain this one does not read: that is no damage. */
export function isFormerTip(bytes: Uint8Array): boolean {
  return bytes[0] === FORMER_FORMAT;
}
