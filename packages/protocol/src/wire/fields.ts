/** Fields that several messages have. A count is checked against its limit before anything is read or allocated for it. */
import type { ByteReader } from '../bytes/byte-reader.js';
import type { ByteWriter } from '../bytes/byte-writer.js';
import { BLOCK_HASHES_MAX } from '../limits.js';

/** A varint of at most `max`; fails the reader above it. */
export function readCount(reader: ByteReader, max: number): number {
  const count = reader.varint();
  if (count <= max) return count;
  reader.fail();
  return 0;
}

/** Hashes of blocks: at least one, and no more than a window holds. @throws {RangeError} for any other number */
export function writeBlockHashes(writer: ByteWriter, hashes: readonly Uint8Array[]): void {
  if (hashes.length === 0 || hashes.length > BLOCK_HASHES_MAX)
    throw new RangeError(`hashes: ${hashes.length}, must be 1 to ${BLOCK_HASHES_MAX}`);
  writer.varint(hashes.length);
  for (const hash of hashes) writer.raw(hash);
}

/** See {@link writeBlockHashes}; views. */
export function readBlockHashes(reader: ByteReader): Uint8Array[] {
  const count = readCount(reader, BLOCK_HASHES_MAX);
  if (count === 0) reader.fail();
  return Array.from({ length: count }, () => reader.view(32));
}

/** Length byte and big-endian bytes without leading zeros: at most 32. @throws {RangeError} for what does not fit */
export function writeChainwork(writer: ByteWriter, chainwork: bigint): void {
  if (chainwork < 0n || chainwork >= 1n << 256n) throw new RangeError('chainwork: out of range');
  const digits = chainwork === 0n ? '' : chainwork.toString(16);
  const even = digits.length % 2 === 0 ? digits : `0${digits}`;
  writer.u8(even.length / 2);
  for (let i = 0; i < even.length; i += 2) writer.u8(Number.parseInt(even.slice(i, i + 2), 16));
}

/** See {@link writeChainwork}. */
export function readChainwork(reader: ByteReader): bigint {
  const bytes = reader.view(readCount(reader, 32));
  if (bytes[0] === 0) reader.fail();
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return value;
}

/** Length and printable ASCII. @throws {RangeError} for any other text, or a longer one */
export function writeAscii(writer: ByteWriter, text: string, bytesMax: number): void {
  if (text.length > bytesMax || !/^[\x20-\x7e]*$/.test(text))
    throw new RangeError(`text: ${text} does not fit`);
  writer.varint(text.length);
  for (let i = 0; i < text.length; i++) writer.u8(text.charCodeAt(i));
}

/** See {@link writeAscii}. */
export function readAscii(reader: ByteReader, bytesMax: number): string {
  const bytes = reader.view(readCount(reader, bytesMax));
  if (bytes.some((byte) => byte < 0x20 || byte > 0x7e)) reader.fail();
  return String.fromCharCode(...bytes);
}
