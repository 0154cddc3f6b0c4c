/** Hashes a decoded batch, and holds each header to its target and each parent that was given to the hash before it. */

import { hashes, headers, RUN_HEADERS } from './batch-memory';
import { decodeBits, isAtMost, TARGET_BYTES } from './compact-target';
import { hashFour } from './sha256d';

const LANES: u32 = 4;
const targets: usize = memory.data(<i32>LANES * TARGET_BYTES, 16);
/** Bits of each lane's target. */
const targetBits: usize = memory.data(<i32>LANES * 4, 16);

/**
 * A run of headers between two parents that were given is a lane; the lanes advance side by side. The parents of the
 * others are written as they become known.
 *
 * @param count  headers whose bits are valid
 * @returns whether all hashes meet their targets, and all parents that were given are true
 */
export function areHashesGood(count: u32): bool {
  for (let lane: u32 = 0; lane < LANES; ++lane) store<u32>(targetBits + (lane << 2), 0);
  const runs = (count + RUN_HEADERS - 1) / RUN_HEADERS;
  const lastRun = count - (runs - 1) * RUN_HEADERS;
  const steps = runs > 1 ? RUN_HEADERS : lastRun;
  let header = headers;
  let hash = hashes;
  for (let step: u32 = 0; step < steps; ++step, header += 80, hash += 32) {
    // After the end of the last run its lane, and those that there is no run for, hash what means nothing.
    const lanes = step < lastRun ? runs : runs - 1;
    hashFour(header, RUN_HEADERS * 80, hash, RUN_HEADERS * 32);
    for (let lane: u32 = 0; lane < lanes; ++lane) {
      const laneHeader = header + lane * RUN_HEADERS * 80;
      const laneHash = hash + lane * RUN_HEADERS * 32;
      if (!isTargetMet(lane, load<u32>(laneHeader, 72), laneHash)) return false;
      const length = lane == runs - 1 ? lastRun : RUN_HEADERS;
      if (step + 1 < length) copyHash(laneHash, laneHeader + 80 + 4);
    }
  }
  for (let run: u32 = 1; run < runs; ++run) {
    const first = run * RUN_HEADERS;
    if (memory.compare(headers + first * 80 + 4, hashes + (first - 1) * 32, 32) != 0) return false;
  }
  return true;
}

@inline
function isTargetMet(lane: u32, bits: u32, hash: usize): bool {
  const target = targets + lane * TARGET_BYTES;
  if (bits != load<u32>(targetBits + (lane << 2))) {
    decodeBits(bits, target);
    store<u32>(targetBits + (lane << 2), bits);
  }
  return isAtMost(hash, target);
}

@inline
function copyHash(from: usize, to: usize): void {
  v128.store(to, v128.load(from));
  v128.store(to, v128.load(from, 16), 16);
}
