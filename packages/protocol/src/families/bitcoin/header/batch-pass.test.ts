/** What the kernel is told and what its answer says; that it judges as the rules do is in tests/model/batch-pass.test.ts. */
import { describe, expect, test } from 'vitest';
import { ArrayAncestry } from '../../../chain/array-ancestry.js';
import type { BitcoinBatchJob } from '../../../chain/pow-job.js';
import { type BitcoinParams, bitcoinParams } from '../network-params.js';
import { batchPass } from './batch-pass.js';
import { powJobHeaders } from './proof-of-work.js';
import { encodeHeader, recordBytes, timeOf } from './record.js';

const { mainnet, testnet3, testnet4, signet, regtest } = bitcoinParams;
const zeros = new Uint8Array(32);
const parent = new Uint8Array(32).fill(7);
const payload = Uint8Array.of(1, 2, 3);
const bits = 0x1b0404cb;

/** `count` headers from a height on, whose times are their heights. */
function branch(firstHeight: number, count: number): ArrayAncestry {
  const ancestry = new ArrayAncestry(timeOf, firstHeight);
  for (let time = firstHeight; time < firstHeight + count; time++)
    ancestry.push(encodeHeader({ version: 4, parent: zeros, merkleRoot: zeros, time, bits, nonce: 0 }));
  return ancestry;
}

function jobOf(params: BitcoinParams, ancestry: ArrayAncestry, { count = 5, wallTime = 1e9 } = {}) {
  return batchPass(params).batchJob(payload, count, parent, ancestry, wallTime) as
    | BitcoinBatchJob
    | undefined;
}

describe('the job', () => {
  test('says what the rules look at above a header', () => {
    expect(jobOf(mainnet, branch(0, 100))).toEqual({
      algorithm: 'bitcoin-batch',
      count: 5,
      payload,
      parent,
      times: [89, 90, 91, 92, 93, 94, 95, 96, 97, 98, 99],
      isFromGenesis: true,
      timeMax: 1e9 + 7200,
      versionsFrom: [227_931 - 100, 363_725 - 100, 388_381 - 100],
      limitBits: 0x1d00ffff,
      bits,
      retargetAt: 2016 - 100,
      retargetInterval: 2016,
    });
  });

  test('has the times that there are, where these are fewer than eleven', () => {
    expect(jobOf(mainnet, branch(0, 3))?.times).toEqual([0, 1, 2]);
    expect(jobOf(mainnet, branch(50, 10))).toMatchObject({
      times: [50, 51, 52, 53, 54, 55, 56, 57, 58, 59],
      isFromGenesis: false,
    });
  });

  test('says how many headers are before the next retarget', () => {
    const at = (height: number) => jobOf(mainnet, branch(height, 1))?.retargetAt;
    expect([2014, 2015, 2016, 4031].map(at)).toEqual([1, 0, 2015, 0]);
    expect(jobOf(regtest, branch(2015, 1))?.retargetAt).toBe(Number.POSITIVE_INFINITY);
  });

  test('says the bits where one value holds until the retarget', () => {
    expect(jobOf(signet, branch(0, 20))?.bits).toBe(bits);
    expect(jobOf(regtest, branch(0, 20))?.bits).toBe(regtest.limitBits);
    for (const params of [testnet3, testnet4]) expect(jobOf(params, branch(0, 20))?.bits).toBeUndefined();
  });

  test('is made for no more headers than one has, on top of a known one, under a clock that headers can have', () => {
    const ancestry = branch(0, 20);
    const isMade = (options: { count?: number; wallTime?: number }) =>
      jobOf(mainnet, ancestry, options) !== undefined;
    expect([0, 1, powJobHeaders, powJobHeaders + 1].map((count) => isMade({ count }))).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect([-7201, -7200].map((wallTime) => isMade({ wallTime }))).toEqual([false, true]);
    expect(jobOf(mainnet, ancestry, { wallTime: 1.5 })?.timeMax).toBe(7201);
    expect(jobOf(mainnet, ancestry, { wallTime: 2 ** 33 })?.timeMax).toBe(0xffff_ffff);
    expect(jobOf(mainnet, branch(20, 0))).toBeUndefined();
  });
});

test('the answer is records and hashes, nothing for a fault; any other length is no answer', () => {
  const { readBatch } = batchPass(mainnet);
  const answer = Uint8Array.from({ length: 2 * (recordBytes + 32) }, (_, i) => i);
  expect(readBatch(answer, 2)).toEqual({
    count: 2,
    records: answer.subarray(0, 160),
    hashes: answer.subarray(160),
  });
  expect(readBatch(new Uint8Array(0), 2)).toBe('faulty');
  expect([readBatch(answer, 1), readBatch(answer, 3), readBatch(answer.subarray(1), 2)]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test('the rules in full are for retargets, and on networks with minimum-difficulty headers for all', () => {
  const from = (params: BitcoinParams) => [0, 1, 2016, 2017].map(batchPass(params).nextUnchecked);
  expect(from(mainnet)).toEqual([0, 2016, 2016, 4032]);
  expect(from(signet)).toEqual([0, 2016, 2016, 4032]);
  for (const params of [testnet3, testnet4]) expect(from(params)).toEqual([0, 1, 2016, 2017]);
  expect(from(regtest)).toEqual(Array(4).fill(Number.POSITIVE_INFINITY));
  // A network that never retargets but has BIP94 needs them where a period begins.
  expect(from({ ...regtest, enforcesBip94: true })).toEqual([0, 144, 2016, 2160]);
});
