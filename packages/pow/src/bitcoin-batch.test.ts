/** The pass over real headers. That it knows the rules as the protocol core has them is shown in tests/model. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { BitcoinBatch, type BitcoinBatchJob, PowJobRunner, Sha256d } from './index.js';

const mainnet = new Uint8Array(
  readFileSync(new URL('../../../tests/data/bitcoin/headers/mainnet_0-32259.bin', import.meta.url)),
);
const view = new DataView(mainnet.buffer);
const batch = new BitcoinBatch();

/** Headers `from` … `to` − 1, written by the words of PROTOCOL.md. */
function encode(from: number, to: number): Uint8Array {
  const bytes: number[] = [];
  const u32 = (value: number): void => {
    for (let shift = 0; shift < 32; shift += 8) bytes.push((value >>> shift) & 0xff);
  };
  let [version, bits, time] = [0, 0, 0];
  for (let i = from; i < to; i++) {
    const at = i * 80;
    if (i > from && (i - from) % 500 === 0) bytes.push(...mainnet.subarray(at + 4, at + 36));
    const [nextVersion, nextTime, nextBits] = [0, 68, 72].map((offset) => view.getUint32(at + offset, true));
    bytes.push((nextVersion === version ? 0 : 1) + (nextBits === bits ? 0 : 2));
    if (nextVersion !== version) u32(nextVersion as number);
    if (nextBits !== bits) u32(nextBits as number);
    const step = (nextTime as number) - time;
    for (let rest = step < 0 ? -2 * step - 1 : 2 * step; ; rest = Math.floor(rest / 128)) {
      bytes.push(rest < 128 ? rest : (rest % 128) + 128);
      if (rest < 128) break;
    }
    bytes.push(...mainnet.subarray(at + 36, at + 68), ...mainnet.subarray(at + 76, at + 80));
    [version, bits, time] = [nextVersion as number, nextBits as number, nextTime as number];
  }
  return Uint8Array.from(bytes);
}

/** Headers of the first period, as a node would ask for them. */
function jobOf(from: number, to: number, changes: Partial<BitcoinBatchJob> = {}): BitcoinBatchJob {
  const known = Math.min(11, from);
  return {
    algorithm: 'bitcoin-batch',
    count: to - from,
    payload: encode(from, to),
    parent: mainnet.slice(from * 80 + 4, from * 80 + 36),
    times: Array.from({ length: known }, (_, i) => view.getUint32((from - known + i) * 80 + 68, true)),
    isFromGenesis: true,
    timeMax: 2 ** 32 - 1,
    versionsFrom: [227_931 - from, 363_725 - from, 388_381 - from],
    limitBits: 0x1d00ffff,
    bits: 0x1d00ffff,
    retargetAt: 2016 - from,
    retargetInterval: 2016,
    ...changes,
  };
}

function isSame(answer: Uint8Array, from: number, to: number): boolean {
  const records = mainnet.subarray(from * 80, to * 80);
  return Buffer.compare(answer, Buffer.concat([records, new Sha256d().hash80(records)])) === 0;
}

describe('good headers', () => {
  test.each([1, 2, 3, 499, 500, 501, 999, 1000, 1001, 1501, 1999, 2000])('%i of them', (count) => {
    expect(isSame(batch.check(jobOf(1, 1 + count)), 1, 1 + count)).toBe(true);
  });

  test('come out the same whatever was there before, and through the runner', () => {
    const runner = new PowJobRunner();
    for (const [from, to] of [
      [1, 2001],
      [900, 1500],
      [1, 700],
      [5, 6],
    ] as const)
      expect(isSame(runner.run(jobOf(from, to)), from, to)).toBe(true);
  });
});

describe('is answered with nothing', () => {
  const good = jobOf(1000, 2000);
  const last = view.getUint32(1999 * 80 + 68, true);
  const lateTimes = (late: number, early: number): number[] => [
    ...new Array<number>(late).fill(last),
    ...new Array<number>(early).fill(0),
  ];
  const isGood = (changes: Partial<BitcoinBatchJob>): boolean =>
    batch.check({ ...good, ...changes }).length > 0;

  test.each<[string, Partial<BitcoinBatchJob>, Partial<BitcoinBatchJob>]>([
    ['a time that is too late', { timeMax: last - 1 }, { timeMax: last }],
    ['a version that is too low', { versionsFrom: [999, 5000, 5000] }, { versionsFrom: [1000, 5000, 5000] }],
    ['another target than the one that holds', { bits: 0x1d00fffe }, { bits: undefined }],
    [
      'a target above the limit',
      { limitBits: 0x1d00fffe, bits: undefined },
      { limitBits: 0x1d010000, bits: undefined },
    ],
    ['a time that is too old', { times: lateTimes(6, 5) }, { times: lateTimes(5, 6) }],
    ['a byte too many', { payload: Uint8Array.from([...good.payload, 0]) }, {}],
    ['a byte too few', { payload: good.payload.subarray(0, -1) }, {}],
    ['more bytes than any headers take', { payload: new Uint8Array(200_000) }, {}],
    ['another parent', { parent: new Uint8Array(32) }, {}],
  ])('%s', (_, bad, fine) => {
    expect(isGood(bad)).toBe(false);
    expect(isGood(fine)).toBe(true);
  });

  test('a time that is written longer than it need be', () => {
    const job = jobOf(1, 3);
    // Of the second header: after the first one's 50 bytes, and flags.
    let end = 51;
    while ((job.payload[end] as number) >= 0x80) end++;
    const bytes = [...job.payload];
    bytes.splice(end, 1, (bytes[end] as number) + 0x80, 0);
    expect(batch.check(job).length).toBe(224);
    expect(batch.check({ ...job, payload: Uint8Array.from(bytes) }).length).toBe(0);
  });

  test('a time before the median of fewer than eleven, if there are no more', () => {
    const first = jobOf(1000, 1001, { times: lateTimes(10, 0) });
    expect(batch.check({ ...first, isFromGenesis: true }).length).toBe(0);
    expect(batch.check({ ...first, isFromGenesis: false }).length).toBe(112);
  });

  test('a retarget that is not one', () => {
    // Bits may change at the header whose index is given, and at no other.
    expect(isGood({ bits: 0x1d00fffe, retargetAt: 0 })).toBe(true);
    expect(isGood({ bits: 0x1d00fffe, retargetAt: 1 })).toBe(false);
  });
});

test.each<[string, Partial<BitcoinBatchJob>]>([
  ['no headers', { count: 0 }],
  ['too many headers', { count: 2001 }],
  ['a parent of another size', { parent: new Uint8Array(31) }],
  ['too many times', { times: new Array<number>(12).fill(0) }],
])('refuses %s', (_, changes) => {
  expect(() => batch.check({ ...jobOf(1, 2), ...changes })).toThrow(RangeError);
});
