/**
 * One pass over an encoded batch by the platform's kernel, which knows the rules of `check-header.ts` but for two: what bits
 * a retarget demands, and when a network with minimum-difficulty headers allows them. The headers concerned are left to
 * `checkHeader`.
 */
import type { Ancestry, BatchPass, HeaderBatch } from '../../../chain/chain-family.js';
import { medianTimeSpan } from '../../../chain/median-time.js';
import type { BitcoinBatchJob } from '../../../chain/pow-job.js';
import type { BitcoinParams } from '../network-params.js';
import { futureMaxS } from './check-header.js';
import { retargetInterval } from './difficulty.js';
import { powJobHeaders } from './proof-of-work.js';
import { offsets, recordBytes } from './record.js';

const u32Max = 0xffff_ffff;

/** The pass of a Bitcoin network. */
export function batchPass(params: BitcoinParams): BatchPass {
  const interval = retargetInterval(params);
  return {
    batchJob: (...batch) => batchJob(params, ...batch),
    readBatch,
    nextUnchecked(height) {
      if (params.neverRetargets && !params.enforcesBip94) return Number.POSITIVE_INFINITY;
      if (params.allowsMinDifficulty && !params.neverRetargets) return height;
      return Math.ceil(height / interval) * interval;
    },
  };
}

function batchJob(
  params: BitcoinParams,
  payload: Uint8Array,
  count: number,
  parent: Uint8Array,
  ancestry: Ancestry,
  wallTime: number,
): BitcoinBatchJob | undefined {
  const { height, firstHeight } = ancestry;
  const timeMax = Math.min(Math.floor(wallTime + futureMaxS), u32Max);
  if (count < 1 || count > powJobHeaders || height < firstHeight || timeMax < 0) return undefined;
  const known = Math.min(medianTimeSpan, height - firstHeight + 1);
  const interval = retargetInterval(params);
  const first = height + 1;
  const [bip34, bip66, bip65] = params.versionHeights;
  return {
    algorithm: 'bitcoin-batch',
    count,
    payload,
    parent,
    times: Array.from({ length: known }, (_, i) => ancestry.time(first - known + i)),
    isFromGenesis: firstHeight === 0,
    timeMax,
    versionsFrom: [bip34 - first, bip66 - first, bip65 - first],
    limitBits: params.limitBits,
    bits: bitsBefore(params, ancestry),
    retargetAt: params.neverRetargets ? Number.POSITIVE_INFINITY : (interval - (first % interval)) % interval,
    retargetInterval: interval,
  };
}

/** The bits that hold until a retarget; undefined where headers may have others. */
function bitsBefore(params: BitcoinParams, ancestry: Ancestry): number | undefined {
  if (params.neverRetargets) return params.limitBits;
  return params.allowsMinDifficulty ? undefined : ancestry.word(ancestry.height, offsets.bits);
}

function readBatch(answer: Uint8Array, count: number): HeaderBatch | 'faulty' | undefined {
  if (answer.length === 0) return 'faulty';
  if (answer.length !== count * (recordBytes + 32)) return undefined;
  const end = count * recordBytes;
  return { count, records: answer.subarray(0, end), hashes: answer.subarray(end) };
}
