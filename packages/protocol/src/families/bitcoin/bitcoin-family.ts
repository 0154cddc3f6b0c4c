import { copyBytes } from '../../bytes/copy-bytes.js';
import { bytesToHex, hexToBytes } from '../../bytes/hex.js';
import { readU32 } from '../../bytes/integers.js';
import type { ChainFamily, HeaderBatch, HeaderInfo } from '../../chain/chain-family.js';
import { firstOfMedian } from '../../chain/median-time.js';
import { networkIdOf } from '../network-id.js';
import { bodyBytesMax, checkBody, describeBody } from './block/check-body.js';
import { decodeBatch, encodeBatch, encodedHeaderBytesMin } from './header/batch-codec.js';
import { checkHeader } from './header/check-header.js';
import { meetsTarget, TargetTable } from './header/compact-target.js';
import { firstOfPeriod } from './header/difficulty.js';
import { bitsOf, offsets, recordBytes, timeOf, versionOf } from './header/record.js';
import type { BitcoinParams } from './network-params.js';

/** A full block of 4,000,000 bytes and its frame fit; DESIGN.md §5. */
const messageBytesMax = 4 * 1024 * 1024;
/** One job of about 1 ms by SIMD, 6 ms without: what matters is that a whole `headers` message is one job. */
const powJobHeaders = 2000;

/**
 * The rules of a Bitcoin network.
 *
 * A header's hash is its proof of work, so nothing is claimed: `applyPow` fills in the hashes and the parents, and
 * counts a header as proven if its bits are valid and its hash is at most their target.
 */
export function createBitcoinFamily(params: BitcoinParams): ChainFamily {
  const targets = new TargetTable(params.limitBits);
  return {
    family: 'bitcoin',
    name: params.name,
    networkId: networkIdOf('bitcoin', params),
    recordBytes,
    messageBytesMax,
    bodyBytesMax,
    encodedHeaderBytesMin,
    genesis: { record: params.genesisRecord, hash: params.genesisHash },
    powJobHeaders,
    powFault: 'HEADER_TARGET_MISSED',
    claimsHashes: false,
    time: timeOf,
    parent: (record) => record.subarray(offsets.parent, offsets.parent + 32),
    work: (records, at) => targets.facts(bitsOf(records, at))?.work ?? 0n,
    firstAncestor: (height) => Math.min(firstOfPeriod(params, height), firstOfMedian(height)),
    checkHeader: (records, ancestry, wallTime, at) =>
      checkHeader(params, targets, records, ancestry, wallTime, at),
    encodeBatch,
    decodeBatch,
    powJob: (batch, from, to) => ({
      algorithm: 'sha256d-chain',
      count: to - from,
      headers: batch.records.subarray(from * recordBytes, to * recordBytes),
    }),
    applyPow: (batch, from, to, hashes) => applyPow(targets, batch, from, to, hashes),
    hashToHex: toDisplayHex,
    hashFromHex: (text) => hexToBytes(text, 32)?.reverse(),
    describe,
    checkBody: (body, context) => checkBody(params.name, body, context),
    // Every block has a coinbase of its own.
    impliedBody: () => undefined,
    describeBody,
  };
}

function applyPow(
  targets: TargetTable,
  batch: HeaderBatch,
  from: number,
  to: number,
  hashes: Uint8Array,
): number {
  const { count, records } = batch;
  let proven = 0;
  for (; from + proven < to; proven++) {
    const at = (from + proven) * recordBytes;
    const facts = targets.facts(bitsOf(records, at));
    if (facts === undefined || !meetsTarget(hashes, proven * 32, facts.words)) break;
    if (from + proven + 1 < count)
      copyBytes(hashes, proven * 32, records, at + recordBytes + offsets.parent, 32);
  }
  batch.hashes.set(hashes.subarray(0, proven * 32), from * 32);
  return proven;
}

/** Display order is the reverse of the internal one. A real copy, since `slice` of a Node Buffer is a view. */
function toDisplayHex(bytes: Uint8Array): string {
  return bytesToHex(new Uint8Array(bytes).reverse());
}

function describe(record: Uint8Array, hash: Uint8Array, height: number): HeaderInfo {
  return {
    height,
    hash: toDisplayHex(hash),
    parent: toDisplayHex(record.subarray(offsets.parent, offsets.parent + 32)),
    time: timeOf(record),
    fields: {
      version: versionOf(record),
      merkleRoot: toDisplayHex(record.subarray(offsets.merkleRoot, offsets.merkleRoot + 32)),
      bits: bitsOf(record).toString(16).padStart(8, '0'),
      nonce: readU32(record, offsets.nonce),
    },
  };
}
