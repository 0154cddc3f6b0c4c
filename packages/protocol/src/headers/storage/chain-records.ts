/**
 * The two small records of a stored chain: the table of its segments, which a node reads instead of all of them, and the
 * pointer to its tip.
 */
import { ByteReader } from '../../bytes/byte-reader.js';
import { ByteWriter } from '../../bytes/byte-writer.js';
import { FORMAT, FORMER_FORMAT } from './batch-list.js';
import type { ChainLayout } from './stored-chain.js';

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

/** Format (1 byte), start (varint), headers of a segment (varint), count (varint), then the entries. */
export function encodeTable(layout: ChainLayout, segments: readonly SegmentEntry[]): Uint8Array {
  const writer = new ByteWriter(16 + 56 * segments.length);
  writer.u8(FORMAT);
  writer.varint(layout.start);
  writer.varint(layout.segmentHeaders);
  writer.varint(segments.length);
  for (const { lastHash, chainwork, digest } of segments) {
    writer.raw(lastHash);
    writer.bigVarint(chainwork, 128);
    writer.u32(digest);
  }
  return writer.bytes();
}

/** @returns the segments, or undefined if the bytes are no table of this layout */
export function decodeTable(layout: ChainLayout, bytes: Uint8Array): SegmentEntry[] | undefined {
  const reader = new ByteReader(bytes);
  const isOurs =
    reader.u8() === FORMAT && reader.varint() === layout.start && reader.varint() === layout.segmentHeaders;
  const count = reader.varint();
  if (!isOurs || count * ENTRY_BYTES_MIN > reader.remaining) return undefined;
  const segments: SegmentEntry[] = [];
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

/** Whether a tip pointer is of a release whose chain this one does not read: that is no damage. */
export function isFormerTip(bytes: Uint8Array): boolean {
  return bytes[0] === FORMER_FORMAT;
}
