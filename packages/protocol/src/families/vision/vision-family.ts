import { areEqual } from '../../bytes/compare-bytes.js';
import { bytesToHex, hexToBytes } from '../../bytes/hex.js';
import { decodeUtf8, encodeUtf8 } from '../../bytes/utf8.js';
import type { ChainFamily, HeaderBatch, HeaderInfo } from '../../chain/chain-family.js';
import { firstOfMedian } from '../../chain/median-time.js';
import type { VisionXJob } from '../../chain/pow-job.js';
import { networkIdOf } from '../network-id.js';
import { bodyBytesMax, checkBody, describeBody, impliedBody } from './block/check-body.js';
import { decodeBatch, encodeBatch, encodedHeaderBytesMin } from './header/batch-codec.js';
import { checkHeader, firstOfDifficulty } from './header/check-header.js';
import { EpochSeeds } from './header/epoch-seed.js';
import { encodePowMessage, headerHash, headerId } from './header/message.js';
import {
  decodeRecord,
  difficultyOf,
  digestOf,
  encodeRecord,
  offsets,
  recordBytesOf,
  timeOf,
} from './header/record.js';
import type { VisionParams } from './network-params.js';

/** DESIGN.md §5. */
const messageBytesMax = 2 * 1024 * 1024;
/** About 50 ms at canonical parameters; fills two, three and four interleaved lanes without a rest. */
const powJobHeaders = 24;

/** A Vision network: the rules of all families, and what only miners and tools of this one need. */
export interface VisionFamily extends ChainFamily {
  readonly family: 'vision';
  readonly params: VisionParams;
  /** BLAKE3 commitment to a header and its digest, on every network; on the devnet it is the hash (vision.md §12.6). */
  headerId(record: Uint8Array): Uint8Array;
  /** What children and peers call a header: its digest on the mainnet, its id elsewhere. */
  hash(record: Uint8Array): Uint8Array;
  /** What VisionX is given for a record. */
  powInput(record: Uint8Array): VisionXJob['inputs'][number];
}

/** True if a family is of this folder: what a miner asks before it makes templates. */
export function isVisionFamily(family: ChainFamily): family is VisionFamily {
  return family.family === 'vision';
}

/** The rules of a Vision network from its parameters. */
export function createVisionFamily(params: VisionParams): VisionFamily {
  const { rules } = params;
  const recordBytes = recordBytesOf(params.minerBytesMax);
  const seeds = new EpochSeeds(params.seedName);
  const powInput = (record: Uint8Array): VisionXJob['inputs'][number] => {
    const header = decodeRecord(record);
    const epoch = header.number / BigInt(params.epochBlocks);
    return {
      message: encodePowMessage(rules, header, 0n),
      nonce: header.nonce,
      seed: seeds.seed(epoch),
      epoch,
    };
  };
  const genesisRecord = genesisRecordOf(params);
  return {
    family: 'vision',
    params,
    name: params.name,
    networkId: networkIdOf('vision', params),
    recordBytes,
    messageBytesMax,
    bodyBytesMax,
    encodedHeaderBytesMin,
    genesis: { record: genesisRecord, hash: headerHash(rules, genesisRecord) },
    powJobHeaders,
    powFault: 'HEADER_POW_MISMATCH',
    claimsHashes: true,
    time: timeOf,
    parent: (record) => record.subarray(offsets.parent, offsets.parent + 32),
    work: difficultyOf,
    firstAncestor: (height) => Math.min(firstOfMedian(height), firstOfDifficulty(params, height)),
    checkHeader: (records, ancestry, wallTime, at = 0) =>
      checkHeader(params, records.subarray(at, at + recordBytes), ancestry, wallTime),
    encodeBatch: (writer, batch, before) => encodeBatch(params, writer, batch, before),
    decodeBatch: (reader, count, parent, parentHeight) =>
      decodeBatch(params, reader, count, parent, parentHeight),
    powJob: (batch, from, to) => ({
      algorithm: 'visionx',
      count: to - from,
      params: params.visionx,
      inputs: Array.from({ length: to - from }, (_, i) => powInput(recordAt(batch, from + i, recordBytes))),
    }),
    applyPow: (batch, from, to, digests) => countProven(batch, from, to, digests, recordBytes),
    hashToHex: bytesToHex,
    hashFromHex: (text) => hexToBytes(text, 32),
    describe: (record, hash, height) => describe(params, record, hash, height),
    checkBody: (body, context) => checkBody(rules, body, context),
    impliedBody: (context) => impliedBody(rules, context),
    describeBody,
    headerId: (record) => headerId(rules, record),
    hash: (record) => headerHash(rules, record),
    powInput,
  };
}

/** The genesis record: everything but time, miner and digest is the same on all networks. */
export function genesisRecordOf(params: Pick<VisionParams, 'genesis' | 'minerBytesMax'>): Uint8Array {
  const miner = encodeUtf8(params.genesis.miner);
  const zeros = new Uint8Array(32);
  const header = {
    parent: zeros,
    number: 0n,
    timestamp: BigInt(params.genesis.timestamp),
    difficulty: 1n,
    nonce: 0n,
    txRoot: zeros,
    digest: params.genesis.digest,
  };
  const record = miner && encodeRecord({ ...header, miner }, params.minerBytesMax);
  if (record === undefined) throw new RangeError(`genesis: miner does not fit: ${params.genesis.miner}`);
  return record;
}

function recordAt(batch: HeaderBatch, index: number, recordBytes: number): Uint8Array {
  return batch.records.subarray(index * recordBytes, (index + 1) * recordBytes);
}

function countProven(
  batch: HeaderBatch,
  from: number,
  to: number,
  digests: Uint8Array,
  recordBytes: number,
): number {
  for (let i = from; i < to; i++) {
    const digest = digests.subarray((i - from) * 32, (i - from + 1) * 32);
    if (!areEqual(digest, digestOf(recordAt(batch, i, recordBytes)))) return i - from;
  }
  return to - from;
}

function describe(params: VisionParams, record: Uint8Array, hash: Uint8Array, height: number): HeaderInfo {
  const header = decodeRecord(record);
  return {
    height,
    hash: bytesToHex(hash),
    parent: bytesToHex(header.parent),
    time: timeOf(record),
    fields: {
      difficulty: header.difficulty,
      nonce: header.nonce,
      txRoot: bytesToHex(header.txRoot),
      miner: decodeUtf8(header.miner) ?? '',
      digest: bytesToHex(header.digest),
      id: bytesToHex(headerId(params.rules, record)),
    },
  };
}
