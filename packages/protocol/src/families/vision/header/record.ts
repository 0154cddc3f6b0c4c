/**
 * The record of a Vision header: fixed size, integers little-endian.
 *
 *     0  parent 32 | 32  number u64 | 40  timestamp u64 | 48  difficulty u64 | 56  nonce u64
 *     64  tx_root 32 | 96  digest 32 | 128  miner length u32 | 132  miner, padded with zeros
 */
import { readU32, readU64, readU64AsNumber, writeU32, writeU64 } from '../../../bytes/integers.js';

/** Offsets of the fields. */
export const offsets = {
  parent: 0,
  number: 32,
  timestamp: 40,
  difficulty: 48,
  nonce: 56,
  txRoot: 64,
  digest: 96,
  minerLength: 128,
  miner: 132,
} as const;

/** The fields that proof of work commits to, and the digest that claims it. */
export interface VisionHeader {
  /** 32 bytes: hash of the header before; zeros in genesis. */
  readonly parent: Uint8Array;
  /** u64: the height, 0 for genesis. */
  readonly number: bigint;
  /** u64: seconds since the Unix epoch. */
  readonly timestamp: bigint;
  /** u64. The target is ⌊(2^64 − 1) / difficulty⌋; 0 is never valid above genesis. */
  readonly difficulty: bigint;
  /** u64: what a miner searches. */
  readonly nonce: bigint;
  /** 32 bytes: Merkle root of the transactions. */
  readonly txRoot: Uint8Array;
  /** UTF-8. */
  readonly miner: Uint8Array;
  /** 32 bytes: the VisionX hash that the header claims. Its first 64 bits, big-endian, must be at most the target; those of genesis need not. */
  readonly digest: Uint8Array;
}

/** Size of a record, in bytes. */
export function recordBytesOf(minerBytesMax: number): number {
  return offsets.miner + minerBytesMax;
}

/** Height, as the header states it; beyond 2^53 the nearest double. */
export function numberOf(record: Uint8Array): number {
  return readU64AsNumber(record, offsets.number);
}

/** Unix seconds, of the record at byte `at`; beyond 2^53 the nearest double. */
export function timeOf(records: Uint8Array, at = 0): number {
  return readU64AsNumber(records, at + offsets.timestamp);
}

/** u64, of the record at byte `at`. */
export function difficultyOf(records: Uint8Array, at = 0): bigint {
  return readU64(records, at + offsets.difficulty);
}

/** u64. */
export function nonceOf(record: Uint8Array): bigint {
  return readU64(record, offsets.nonce);
}

/** A view of the 32 bytes of the claimed VisionX digest. */
export function digestOf(record: Uint8Array): Uint8Array {
  return record.subarray(offsets.digest, offsets.digest + 32);
}

/** A view of the bytes of the miner field; a length beyond the record is cut there. */
export function minerOf(record: Uint8Array): Uint8Array {
  return record.subarray(offsets.miner, offsets.miner + readU32(record, offsets.minerLength));
}

/** All fields; views where they are bytes. */
export function decodeRecord(record: Uint8Array): VisionHeader {
  return {
    parent: record.subarray(offsets.parent, offsets.parent + 32),
    number: readU64(record, offsets.number),
    timestamp: readU64(record, offsets.timestamp),
    difficulty: difficultyOf(record),
    nonce: nonceOf(record),
    txRoot: record.subarray(offsets.txRoot, offsets.txRoot + 32),
    miner: minerOf(record),
    digest: digestOf(record),
  };
}

/** @returns a record, or undefined if the miner field is too long for it */
export function encodeRecord(header: VisionHeader, minerBytesMax: number): Uint8Array | undefined {
  if (header.miner.length > minerBytesMax) return undefined;
  const record = new Uint8Array(recordBytesOf(minerBytesMax));
  record.set(header.parent, offsets.parent);
  writeU64(record, offsets.number, header.number);
  writeU64(record, offsets.timestamp, header.timestamp);
  writeU64(record, offsets.difficulty, header.difficulty);
  writeU64(record, offsets.nonce, header.nonce);
  record.set(header.txRoot, offsets.txRoot);
  record.set(header.digest, offsets.digest);
  writeU32(record, offsets.minerLength, header.miner.length);
  record.set(header.miner, offsets.miner);
  return record;
}
