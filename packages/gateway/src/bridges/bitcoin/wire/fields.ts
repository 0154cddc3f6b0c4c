/** Fields that several messages have. A count is checked against its limit before anything is read or allocated for it. */
import { type ByteReader, type ByteWriter, readCompactSize, writeCompactSize } from '@vision-light/protocol';

/** Bytes of a hash. */
export const HASH_BYTES = 32;

/** Most bytes of a count below 65,536, as all counts of messages are. */
export const COUNT_BYTES = 3;

/** A count of at most `max`; fails the reader above it. */
export function readCount(reader: ByteReader, max: number): number {
  const count = readCompactSize(reader);
  if (count <= max) return count;
  reader.fail();
  return 0;
}

/** @throws {RangeError} above `max` */
export function writeCount(writer: ByteWriter, count: number, max: number): void {
  if (count > max) throw new RangeError(`count: ${count}, must be at most ${max}`);
  writeCompactSize(writer, count);
}

/** A CompactSize of up to 64 bits, shortest form only. */
export function readBigCompactSize(reader: ByteReader): bigint {
  if (reader.bytes[reader.position] !== 0xff) return BigInt(readCompactSize(reader));
  reader.skip(1);
  const value = reader.u64();
  if (value <= 0xffff_ffffn) reader.fail();
  return reader.failed ? 0n : value;
}

/** See {@link readBigCompactSize}. @throws {RangeError} unless it fits into 64 bits */
export function writeBigCompactSize(writer: ByteWriter, value: bigint): void {
  if (value >= 0n && value <= 0xffff_ffffn) {
    writeCompactSize(writer, Number(value));
  } else {
    writer.u8(0xff);
    writeU64(writer, 'value', value);
  }
}

/** @throws {RangeError} unless the value of the field of this name fits into 64 bits */
export function writeU64(writer: ByteWriter, name: string, value: bigint): void {
  if (BigInt.asUintN(64, value) !== value) throw new RangeError(`${name}: ${value} is out of range`);
  writer.u64(value);
}

/** @throws {RangeError} unless the value of the field of this name fits into 32 bits, without a sign */
export function writeU32(writer: ByteWriter, name: string, value: number): void {
  if (value >>> 0 !== value) throw new RangeError(`${name}: ${value} is out of range`);
  writer.u32(value);
}

/** @throws {RangeError} unless the value of the field of this name fits into 32 bits, with a sign */
export function writeI32(writer: ByteWriter, name: string, value: number): void {
  if ((value | 0) !== value) throw new RangeError(`${name}: ${value} is out of range`);
  writer.u32(value);
}

/** @throws {RangeError} unless it is a hash */
export function writeHash(writer: ByteWriter, hash: Uint8Array): void {
  if (hash.length !== HASH_BYTES) throw new RangeError(`hash: ${hash.length} bytes, must be ${HASH_BYTES}`);
  writer.raw(hash);
}

/** A count of hashes, and all of them in one view. */
export function readHashes(reader: ByteReader, max: number): Uint8Array {
  return reader.view(readCount(reader, max) * HASH_BYTES);
}

/** See {@link readHashes}. @throws {RangeError} if they are too many, or not whole */
export function writeHashes(writer: ByteWriter, hashes: Uint8Array, max: number): void {
  if (hashes.length % HASH_BYTES !== 0) throw new RangeError(`hashes: ${hashes.length} bytes`);
  writeCount(writer, hashes.length / HASH_BYTES, max);
  writer.raw(hashes);
}

/** Two bytes, big-endian: ports, alone of all numbers. */
export function readPort(reader: ByteReader): number {
  return (reader.u8() << 8) | reader.u8();
}

/** See {@link readPort}. */
export function writePort(writer: ByteWriter, port: number): void {
  writer.u8(port >> 8);
  writer.u8(port & 0xff);
}
