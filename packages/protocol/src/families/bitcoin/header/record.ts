/**
 * The 80-byte header of Bitcoin: the record of this family (docs/chains/bitcoin.md §1). All integers are little-endian.
 */
import { bytesToHex, hexToBytes } from '../../../bytes/hex.js';
import { readU32, writeU32 } from '../../../bytes/integers.js';

/** Bytes of a header. */
export const recordBytes = 80;
/** Offsets of the fields. */
export const offsets = { version: 0, parent: 4, merkleRoot: 36, time: 68, bits: 72, nonce: 76 } as const;

/** The fields of a header; hashes in internal byte order. */
export interface BitcoinHeader {
  readonly version: number;
  readonly parent: Uint8Array;
  readonly merkleRoot: Uint8Array;
  readonly time: number;
  readonly bits: number;
  readonly nonce: number;
}

/**
 * Of the record at byte `at`; signed, as Bitcoin Core compares it: a version with its top bit set is below all others.
 */
export function versionOf(records: Uint8Array, at = 0): number {
  return readU32(records, at + offsets.version) | 0;
}

/** Unix seconds, of the record at byte `at`. */
export function timeOf(records: Uint8Array, at = 0): number {
  return readU32(records, at + offsets.time);
}

/** The compact target, of the record at byte `at`. */
export function bitsOf(records: Uint8Array, at = 0): number {
  return readU32(records, at + offsets.bits);
}

/**
 * A hash as people see it: 64 lowercase hex digits of its bytes in reverse. A real copy, since `slice` of a Node Buffer
 * is a view.
 */
export function toDisplayHex(hash: Uint8Array): string {
  return bytesToHex(new Uint8Array(hash).reverse());
}

/** How hashes of Bitcoin are shown and read. */
export const hashHex = {
  hashToHex: toDisplayHex,
  hashFromHex: (text: string): Uint8Array | undefined => hexToBytes(text, 32)?.reverse(),
};

/** @returns the 80 bytes */
export function encodeHeader(header: BitcoinHeader): Uint8Array {
  const record = new Uint8Array(recordBytes);
  writeU32(record, offsets.version, header.version);
  record.set(header.parent, offsets.parent);
  record.set(header.merkleRoot, offsets.merkleRoot);
  writeU32(record, offsets.time, header.time);
  writeU32(record, offsets.bits, header.bits);
  writeU32(record, offsets.nonce, header.nonce);
  return record;
}
