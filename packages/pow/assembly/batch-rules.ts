/** The rules of a header that need no hash, as `check-header.ts` and `difficulty.ts` of the protocol core have them. */

import { headers, MEDIAN_SPAN, times } from './batch-memory';
import { decodeBits, isAtMost, TARGET_BYTES } from './compact-target';

const target: usize = memory.data(TARGET_BYTES, 16);
const limit: usize = memory.data(TARGET_BYTES, 16);

/** Versions from the first header of version `least` on, and so on; before, any goes. */
@inline
function isVersionHighEnough(version: i32, i: u32, version2From: u32, version3From: u32, version4From: u32): bool {
  const least = i >= version4From ? 4 : i >= version3From ? 3 : i >= version2From ? 2 : i32.MIN_VALUE;
  return version >= least;
}

/** Whether the time of header `i` is above the median of those before, of which `known` are known. */
@inline
function isAfterMedian(i: u32, known: u32, isFromGenesis: bool): bool {
  const span = known >= MEDIAN_SPAN ? MEDIAN_SPAN : isFromGenesis ? known : 0;
  const needed: u32 = span == 0 ? 0 : (span >> 1) + 1;
  const at = times + ((MEDIAN_SPAN + i) << 2);
  const time = load<u32>(at);
  let earlier: u32 = 0;
  for (let back: u32 = 1; earlier < needed; ++back) {
    if (back > span) return false;
    if (load<u32>(at - (back << 2)) < time) ++earlier;
  }
  return true;
}

/**
 * Holds `count` decoded headers to the rules of version, bits and time.
 *
 * @param known  ancestors whose times are known, at most MEDIAN_SPAN; they stand before those of the headers
 * @param isFromGenesis  whether there are no others
 * @param timeMax  latest time allowed
 * @param version2From  index from which the version must be at least 2; likewise 3 and 4
 * @param limitBits  the easiest target
 * @param areBitsKept  whether each header must have the bits of the one before, but at a retarget
 * @param bitsBefore  bits before the first header
 * @param retargetAt  index of the first header with bits of its own; another one comes each `retargetInterval`
 */
export function areRulesMet(
  count: u32,
  known: u32,
  isFromGenesis: bool,
  timeMax: u32,
  version2From: u32,
  version3From: u32,
  version4From: u32,
  limitBits: u32,
  areBitsKept: bool,
  bitsBefore: u32,
  retargetAt: u32,
  retargetInterval: u32,
): bool {
  if (!decodeBits(limitBits, limit)) return false;
  let lastBits = bitsBefore;
  let validBits = limitBits;
  let nextRetarget = retargetAt;
  let header = headers;
  for (let i: u32 = 0; i < count; ++i, header += 80) {
    if (!isVersionHighEnough(load<i32>(header), i, version2From, version3From, version4From)) return false;
    const bits = load<u32>(header, 72);
    if (i == nextRetarget) nextRetarget += retargetInterval;
    else if (areBitsKept && bits != lastBits) return false;
    if (bits != validBits) {
      if (!decodeBits(bits, target) || !isAtMost(target, limit)) return false;
      validBits = bits;
    }
    lastBits = bits;
    if (load<u32>(header, 68) > timeMax) return false;
    if (!isAfterMedian(i, min(known + i, MEDIAN_SPAN), isFromGenesis)) return false;
  }
  return true;
}
