/**
 * Compact form of consecutive Vision headers. "Before" the first header all fields are zero and the miner is empty.
 *
 *     flags       u8      1: a miner follows (else as before); 2: nonce as u64 (else varint);
 *                         4: difficulty as u64 (else difference); tx_root 8: as before, 16: follows (else zero)
 *     time        zigzag  difference to the header before
 *     difficulty  zigzag  difference to the header before, or u64
 *     nonce       varint  below 2^48, or u64
 *     tx_root     32      if flagged
 *     miner       varint length, bytes, if flagged
 *     digest      32
 *
 * One batch has one encoding: a longer form than necessary is a fault.
 */
import { defined } from '../../../assert.js';
import type { ByteReader } from '../../../bytes/byte-reader.js';
import type { ByteWriter } from '../../../bytes/byte-writer.js';
import { areEqual } from '../../../bytes/compare-bytes.js';
import type { HeaderBatch, HeaderCodec } from '../../../chain/chain-family.js';
import type { HeaderFault } from '../../../chain/header-fault.js';
import type { VisionParams } from '../network-params.js';
import { headerHash } from './message.js';
import { decodeRecord, encodeRecord, recordBytesOf, timeOf, type VisionHeader } from './record.js';

const flagMiner = 1;
const flagWideNonce = 2;
const flagWideDifficulty = 4;
const flagSameRoot = 8;
const flagRoot = 16;
const flagsMax = 31;

/** Flags, one byte each of time, difficulty and nonce, and the digest. */
export const encodedHeaderBytesMin = 36;

/** Nonces below this are shorter as varints. */
const narrowNonceMax = 1n << 48n;
/** Differences that a zigzag varint can hold lie between −2^52 and 2^52 − 1. */
const narrowDifference = 1n << 52n;
const u64Max = 0xffff_ffff_ffff_ffffn;
const zeros = new Uint8Array(32);
/** What stands before the first header. */
const nothing: Pick<VisionHeader, 'difficulty' | 'txRoot' | 'miner'> = {
  difficulty: 0n,
  txRoot: zeros,
  miner: new Uint8Array(0),
};

function isNarrow(difference: bigint): boolean {
  return difference >= -narrowDifference && difference < narrowDifference;
}

/** See `ChainFamily.encodeBatch`. @throws {RangeError} for a time beyond 2^52, which no accepted header has */
export function encodeBatch(params: VisionParams, writer: ByteWriter, batch: HeaderBatch): void {
  const recordBytes = recordBytesOf(params.minerBytesMax);
  let time = 0;
  let { difficulty, txRoot, miner } = nothing;
  for (let i = 0; i < batch.count; i++) {
    const record = batch.records.subarray(i * recordBytes, (i + 1) * recordBytes);
    const header = decodeRecord(record);
    const hasMiner = !areEqual(header.miner, miner);
    const isWideNonce = header.nonce >= narrowNonceMax;
    const step = header.difficulty - difficulty;
    const rootFlag = areEqual(header.txRoot, zeros)
      ? 0
      : areEqual(header.txRoot, txRoot)
        ? flagSameRoot
        : flagRoot;
    writer.u8(
      (hasMiner ? flagMiner : 0) |
        (isWideNonce ? flagWideNonce : 0) |
        (isNarrow(step) ? 0 : flagWideDifficulty) |
        rootFlag,
    );
    writer.signedVarint(timeOf(record) - time);
    if (isNarrow(step)) writer.signedVarint(Number(step));
    else writer.u64(header.difficulty);
    if (isWideNonce) writer.u64(header.nonce);
    else writer.varint(Number(header.nonce));
    if (rootFlag === flagRoot) writer.raw(header.txRoot);
    if (hasMiner) {
      writer.varint(header.miner.length);
      writer.raw(header.miner);
    }
    writer.raw(header.digest);
    time = timeOf(record);
    difficulty = header.difficulty;
    txRoot = header.txRoot;
    miner = header.miner;
  }
}

/** See `ChainFamily.decodeBatch`. Hashes are claimed, so they and all parents are filled in at once. */
export function decodeBatch(
  params: VisionParams,
  reader: ByteReader,
  count: number,
  firstParent: Uint8Array,
  parentHeight: number,
): HeaderBatch | HeaderFault {
  if (count * encodedHeaderBytesMin > reader.remaining) return 'HEADER_MALFORMED';
  const recordBytes = recordBytesOf(params.minerBytesMax);
  const records = new Uint8Array(count * recordBytes);
  const hashes = new Uint8Array(count * 32);
  let parent = firstParent;
  let time = 0;
  let difficulty = 0n;
  let txRoot: Uint8Array = zeros;
  let miner: Uint8Array = new Uint8Array(0);
  for (let i = 0; i < count; i++) {
    const flags = reader.u8();
    if (flags > flagsMax || (flags & flagSameRoot && flags & flagRoot)) return 'HEADER_MALFORMED';
    time += reader.signedVarint();
    const isWide = (flags & flagWideDifficulty) !== 0;
    const next = isWide ? reader.u64() : difficulty + BigInt(reader.signedVarint());
    if (isWide === isNarrow(next - difficulty) || next < 0n || next > u64Max) return 'HEADER_MALFORMED';
    difficulty = next;
    const isWideNonce = (flags & flagWideNonce) !== 0;
    const nonce = isWideNonce ? reader.u64() : BigInt(reader.varint());
    if (isWideNonce !== nonce >= narrowNonceMax) return 'HEADER_MALFORMED';
    const root = flags & flagRoot ? reader.view(32) : flags & flagSameRoot ? txRoot : zeros;
    const isLongRoot = flags & flagRoot && (areEqual(root, txRoot) || areEqual(root, zeros));
    if (isLongRoot || (flags & flagSameRoot && areEqual(root, zeros))) return 'HEADER_MALFORMED';
    txRoot = root;
    if (flags & flagMiner) {
      const length = reader.varint();
      // The headers before it may be good, and count.
      if (length > params.minerBytesMax) {
        return { ...firstHeaders(records, hashes, i, recordBytes), fault: 'HEADER_BAD_MINER' };
      }
      const given = reader.view(length);
      if (areEqual(given, miner)) return 'HEADER_MALFORMED';
      miner = given;
    }
    const digest = reader.view(32);
    if (reader.failed || time < 0 || time > Number.MAX_SAFE_INTEGER) return 'HEADER_MALFORMED';
    const number = BigInt(parentHeight + 1 + i);
    const header = { parent, number, timestamp: BigInt(time), difficulty, nonce, txRoot, miner, digest };
    const record = defined(encodeRecord(header, params.minerBytesMax), 'the length of the miner was checked');
    records.set(record, i * recordBytes);
    parent = headerHash(params.rules, record);
    hashes.set(parent, i * 32);
  }
  return { count, records, hashes };
}

function firstHeaders(
  records: Uint8Array,
  hashes: Uint8Array,
  count: number,
  recordBytes: number,
): HeaderBatch {
  return { count, records: records.subarray(0, count * recordBytes), hashes: hashes.subarray(0, count * 32) };
}

/** The batch codec of a Vision network. */
export function headerCodec(params: VisionParams): HeaderCodec {
  return {
    encodedHeaderBytesMin,
    encodeBatch: (writer, batch) => encodeBatch(params, writer, batch),
    decodeBatch: (reader, count, parent, parentHeight) =>
      decodeBatch(params, reader, count, parent, parentHeight),
  };
}
