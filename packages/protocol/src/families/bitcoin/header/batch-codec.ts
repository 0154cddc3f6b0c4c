/**
 * Compact form of consecutive Bitcoin headers, about 39 bytes each:
 *
 *     parent      32      each 500th header after the first: the hash of the header before
 *     flags       u8      1: a version follows, 2: bits follow
 *     version     u32     if it differs from the header before (0 before the first)
 *     bits        u32     if they differ from the header before (0 before the first)
 *     time        zigzag  difference to the header before (0 before the first)
 *     merkle root 32
 *     nonce       u32
 *
 * One batch has one encoding: a field that is given though it did not change is a fault, and so is a parent that is not the
 * hash of the header before. Parents are given so that a kernel can hash the headers after each of them at the same time.
 */
import type { ByteReader } from '../../../bytes/byte-reader.js';
import type { ByteWriter } from '../../../bytes/byte-writer.js';
import { writeU32 } from '../../../bytes/integers.js';
import type { HeaderBatch, HeaderCodec } from '../../../chain/chain-family.js';
import type { HeaderFault } from '../../../chain/header-fault.js';
import { offsets, recordBytes } from './record.js';

const flagVersion = 1;
const flagBits = 2;

/** Headers from one parent that is given to the next. */
export const parentInterval = 500;

/** Flags, one byte of time, Merkle root and nonce. */
export const encodedHeaderBytesMin = 38;
/** Version, bits, and four more bytes of time. The parent that some have comes on top. */
const encodedHeaderBytesMax = 50;

/** Whether a batch says the parent of its header of this index. */
export function isParentGiven(index: number): boolean {
  return index > 0 && index % parentInterval === 0;
}

/** See `ChainFamily.encodeBatch`. */
export function encodeBatch(writer: ByteWriter, batch: HeaderBatch): void {
  const { count, records } = batch;
  const from = new DataView(records.buffer, records.byteOffset, count * recordBytes);
  const to = writer.reserve(count * encodedHeaderBytesMax + Math.ceil(count / parentInterval) * 32);
  let lastVersion = 0;
  let lastBits = 0;
  let lastTime = 0;
  let end = 0;
  for (let i = 0; i < count; i++) {
    const at = i * recordBytes;
    const version = from.getUint32(at + offsets.version, true);
    const bits = from.getUint32(at + offsets.bits, true);
    const time = from.getUint32(at + offsets.time, true);
    if (isParentGiven(i)) end = copyHash(from, at + offsets.parent, to, end);
    to.setUint8(end++, (version === lastVersion ? 0 : flagVersion) | (bits === lastBits ? 0 : flagBits));
    if (version !== lastVersion) end = writeWord(to, end, version);
    if (bits !== lastBits) end = writeWord(to, end, bits);
    const step = time - lastTime;
    let zigzag = step < 0 ? -step * 2 - 1 : step * 2;
    for (; zigzag >= 0x80; zigzag = Math.floor(zigzag / 0x80)) to.setUint8(end++, (zigzag % 0x80) | 0x80);
    to.setUint8(end++, zigzag);
    end = copyHash(from, at + offsets.merkleRoot, to, end);
    end = writeWord(to, end, from.getUint32(at + offsets.nonce, true));
    lastVersion = version;
    lastBits = bits;
    lastTime = time;
  }
  writer.advance(end);
}

/** @returns the place after it */
function writeWord(to: DataView, at: number, word: number): number {
  to.setUint32(at, word, true);
  return at + 4;
}

/** @returns the place after it */
function copyHash(from: DataView, start: number, to: DataView, at: number): number {
  for (let i = 0; i < 32; i += 4) to.setUint32(at + i, from.getUint32(start + i));
  return at + 32;
}

/**
 * See `ChainFamily.decodeBatch`. Parents that are not given, and hashes, stay zero until the proof of work is done; those
 * that are given are compared then.
 */
export function decodeBatch(
  reader: ByteReader,
  count: number,
  parent: Uint8Array,
): HeaderBatch | HeaderFault {
  if (count * encodedHeaderBytesMin > reader.remaining) return 'HEADER_MALFORMED';
  const records = new Uint8Array(count * recordBytes);
  if (count > 0) records.set(parent, offsets.parent);
  let version = 0;
  let bits = 0;
  let time = 0;
  for (let i = 0; i < count; i++) {
    const at = i * recordBytes;
    if (isParentGiven(i)) reader.copy(records, at + offsets.parent, 32);
    const flags = reader.u8();
    if (flags > (flagVersion | flagBits)) return 'HEADER_MALFORMED';
    if (flags & flagVersion) {
      const given = reader.u32();
      if (given === version) return 'HEADER_MALFORMED';
      version = given;
    }
    if (flags & flagBits) {
      const given = reader.u32();
      if (given === bits) return 'HEADER_MALFORMED';
      bits = given;
    }
    time += reader.signedVarint();
    if (time < 0 || time > 0xffff_ffff) return 'HEADER_MALFORMED';
    writeU32(records, at + offsets.version, version);
    reader.copy(records, at + offsets.merkleRoot, 32);
    writeU32(records, at + offsets.time, time);
    writeU32(records, at + offsets.bits, bits);
    writeU32(records, at + offsets.nonce, reader.u32());
    if (reader.failed) return 'HEADER_MALFORMED';
  }
  return { count, records, hashes: new Uint8Array(count * 32) };
}

/** The batch codec of all Bitcoin networks. */
export const headerCodec: HeaderCodec = { encodedHeaderBytesMin, encodeBatch, decodeBatch };
