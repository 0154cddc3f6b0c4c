/** What a Vision header says, and whether it may stand where it stands. */
import { bytesToHex } from '../../../bytes/hex.js';
import { decodeUtf8 } from '../../../bytes/utf8.js';
import type { ConsensusRules, HeaderInfo, HeaderRules } from '../../../chain/chain-family.js';
import { firstOfMedian } from '../../../chain/median-time.js';
import type { VisionTerms } from '../network-terms.js';
import { checkHeader, firstOfDifficulty } from './check-header.js';
import { headerId } from './message.js';
import { decodeRecord, difficultyOf, offsets, recordBytesOf, timeOf } from './record.js';

/** The rules of headers of a Vision network, and what people see of them. */
export function headerRules(params: VisionTerms): HeaderRules {
  return {
    ...consensusRules(params),
    describe: (record, hash, height) => describe(params, record, hash, height),
  };
}

/** The rules alone. */
export function consensusRules(params: VisionTerms): ConsensusRules {
  const recordBytes = recordBytesOf(params.minerBytesMax);
  const isMainnet = params.rules === 'mainnet';
  return {
    // See docs/chains/vision.md §14 and §6.
    areLinksWeak: isMainnet,
    isRootRepeated: isMainnet,
    recordBytes,
    parentOffset: offsets.parent,
    time: timeOf,
    parent: (record) => record.subarray(offsets.parent, offsets.parent + 32),
    work: difficultyOf,
    firstAncestor: (height) => Math.min(firstOfMedian(height), firstOfDifficulty(params, height)),
    checkHeader: (records, ancestry, wallTime, at = 0) =>
      checkHeader(params, records.subarray(at, at + recordBytes), ancestry, wallTime),
  };
}

function describe(params: VisionTerms, record: Uint8Array, hash: Uint8Array, height: number): HeaderInfo {
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
