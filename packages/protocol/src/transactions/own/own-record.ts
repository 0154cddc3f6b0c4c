/**
 * How a transaction of this side is kept: version (1 byte), when it was sent (varint, Unix seconds), and where it is: 0, or
 * 1 and height (varint), hash of the block (32 bytes) and position in it (varint). Then its bytes.
 */
import { ByteReader } from '../../bytes/byte-reader.js';
import { ByteWriter } from '../../bytes/byte-writer.js';

/** What is kept of a transaction of this side. */
export interface OwnRecord {
  readonly bytes: Uint8Array;
  /** Unix seconds. */
  readonly sentAt: number;
  /** The block of the best chain that has it. */
  place: { readonly height: number; readonly hash: Uint8Array; readonly position: number } | undefined;
}

const VERSION = 1;

/** See the head of this file. */
export function encodeOwnRecord({ bytes, sentAt, place }: OwnRecord): Uint8Array {
  const writer = new ByteWriter(64 + bytes.length);
  writer.u8(VERSION);
  writer.varint(sentAt);
  writer.u8(place === undefined ? 0 : 1);
  if (place !== undefined) {
    writer.varint(place.height);
    writer.raw(place.hash);
    writer.varint(place.position);
  }
  writer.raw(bytes);
  return writer.bytes();
}

/** @returns undefined if the bytes are of another version, or damaged; else copies */
export function decodeOwnRecord(record: Uint8Array): OwnRecord | undefined {
  const reader = new ByteReader(record);
  if (reader.u8() !== VERSION) return undefined;
  const sentAt = reader.varint();
  const isPlaced = reader.u8();
  const place =
    isPlaced === 1
      ? { height: reader.varint(), hash: reader.view(32).slice(), position: reader.varint() }
      : undefined;
  const bytes = reader.view(reader.remaining).slice();
  return reader.failed || isPlaced > 1 || bytes.length === 0 ? undefined : { bytes, sentAt, place };
}
