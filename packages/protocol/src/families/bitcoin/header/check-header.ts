/**
 * The contextual rules of a Bitcoin header (docs/chains/bitcoin.md §4, §5). @see Bitcoin Core
 * `ContextualCheckBlockHeader`
 */

import type { Ancestry, HeaderVerdict } from '../../../chain/chain-family.js';
import { ok, rejected } from '../../../chain/header-verdict.js';
import { isAfterMedianTime, medianTimePast } from '../../../chain/median-time.js';
import type { BitcoinRules } from '../network-rules.js';
import type { TargetTable } from './compact-target.js';
import { isPermittedTransition, requiredBits, retargetInterval } from './difficulty.js';
import { bitsOf, recordBytes, timeOf, versionOf } from './record.js';

/** How far a header may be ahead of the clock. @see Bitcoin Core `MAX_FUTURE_BLOCK_TIME` */
export const futureMaxS = 2 * 60 * 60;
/** How far the first header of a period may lie before its parent. @see BIP94, Bitcoin Core `MAX_TIMEWARP` */
export const timewarpMaxS = 600;

/** All rules but the hash. See `ChainFamily.checkHeader`. */
export function checkHeader(
  params: BitcoinRules,
  targets: TargetTable,
  records: Uint8Array,
  ancestry: Ancestry,
  wallTime: number,
  at = 0,
): HeaderVerdict {
  const bytes = records.length - at;
  if (bytes <= 0 || bytes % recordBytes !== 0) return rejected('HEADER_MALFORMED', `${bytes} bytes`);
  const height = ancestry.height + 1;

  const version = versionOf(records, at);
  const versionMin = leastVersion(params, height);
  if (version < versionMin)
    return rejected('HEADER_BAD_VERSION', `${version} at ${height}, at least ${versionMin}`);

  const bits = bitsOf(records, at);
  if (targets.facts(bits) === undefined) return rejected('HEADER_BAD_BITS', toHex(bits));

  const time = timeOf(records, at);
  const required = requiredBits(params, ancestry, time);
  if (required === undefined ? !isPermittedTransition(params, ancestry, bits) : bits !== required) {
    return rejected(
      'HEADER_BAD_DIFFICULTY',
      `${toHex(bits)}, not ${required === undefined ? 'permitted' : toHex(required)}`,
    );
  }

  if (!isAfterMedianTime(time, ancestry)) {
    return rejected('HEADER_TIME_TOO_OLD', `${time}, median ${medianTimePast(ancestry)}`);
  }
  if (
    params.enforcesBip94 &&
    height % retargetInterval(params) === 0 &&
    ancestry.height >= ancestry.firstHeight
  ) {
    const parentTime = ancestry.time(ancestry.height);
    if (time < parentTime - timewarpMaxS)
      return rejected('HEADER_TIME_TIMEWARP', `${time}, parent ${parentTime}`);
  }
  if (time > wallTime + futureMaxS) return rejected('HEADER_TIME_TOO_NEW', `${time}, clock ${wallTime}`);
  return ok;
}

function leastVersion(params: BitcoinRules, height: number): number {
  const [bip34, bip66, bip65] = params.versionHeights;
  if (height >= bip65) return 4;
  if (height >= bip66) return 3;
  // Below BIP34 any version goes, negative ones included.
  return height >= bip34 ? 2 : -0x8000_0000;
}

function toHex(bits: number): string {
  return bits.toString(16).padStart(8, '0');
}
