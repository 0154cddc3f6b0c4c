/** What a Bitcoin header says, and whether it may stand where it stands. */
import { readU32 } from '../../../bytes/integers.js';
import type { ConsensusRules, HeaderInfo, HeaderRules } from '../../../chain/chain-family.js';
import { firstOfMedian } from '../../../chain/median-time.js';
import type { BitcoinParams } from '../network-params.js';
import type { BitcoinRules } from '../network-rules.js';
import { checkHeader } from './check-header.js';
import type { TargetTable } from './compact-target.js';
import { firstOfPeriod } from './difficulty.js';
import { bitsOf, offsets, recordBytes, timeOf, toDisplayHex, versionOf } from './record.js';

/** The rules of headers of a Bitcoin network, and what people see of them. */
export function headerRules(params: BitcoinParams, targets: TargetTable): HeaderRules {
  return { ...consensusRules(params, targets), describe };
}

/** The rules alone. */
export function consensusRules(params: BitcoinRules, targets: TargetTable): ConsensusRules {
  return {
    areLinksWeak: false,
    isRootRepeated: false,
    recordBytes,
    parentOffset: offsets.parent,
    time: timeOf,
    parent: (record) => record.subarray(offsets.parent, offsets.parent + 32),
    work: (records, at) => targets.facts(bitsOf(records, at))?.work ?? 0n,
    firstAncestor: (height) => Math.min(firstOfPeriod(params, height), firstOfMedian(height)),
    checkHeader: (records, ancestry, wallTime, at) =>
      checkHeader(params, targets, records, ancestry, wallTime, at),
  };
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
