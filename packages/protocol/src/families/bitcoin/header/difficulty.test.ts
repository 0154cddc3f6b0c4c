import { describe, expect, test } from 'vitest';
import { ArrayAncestry } from '../../../chain/array-ancestry.js';
import { type BitcoinParams, bitcoinParams } from '../network-params.js';
import { isPermittedTransition, requiredBits, retarget, retargetInterval } from './difficulty.js';
import { encodeHeader, timeOf } from './record.js';

const zeros = new Uint8Array(32);
const { mainnet, testnet3, testnet4, signet, regtest } = bitcoinParams;
const limit = 0x1d00ffff;

function header(time: number, bits: number): Uint8Array {
  return encodeHeader({ version: 4, parent: zeros, merkleRoot: zeros, time, bits, nonce: 0 });
}

/** A branch of headers 600 s apart from time 0 on, all of the same bits but where `bits` says otherwise. */
function branch(
  firstHeight: number,
  count: number,
  ordinary: number,
  bits: Record<number, number> = {},
): ArrayAncestry {
  const ancestry = new ArrayAncestry(timeOf, firstHeight);
  for (let height = firstHeight; height < firstHeight + count; height++) {
    ancestry.push(header(600 * (height - firstHeight), bits[height] ?? ordinary));
  }
  return ancestry;
}

describe('retarget', () => {
  // src/test/pow_tests.cpp of Bitcoin Core: first and last time of a period, its bits, and the next.
  test.each([
    ['as the times say', 1261130161, 1262152739, 0x1d00ffff, 0x1d00d86a],
    ['not above the limit', 1231006505, 1233061996, 0x1d00ffff, 0x1d00ffff],
    ['at most four times as hard', 1279008237, 1279297671, 0x1c05a3f4, 0x1c0168fd],
    ['at most four times as easy', 1263163443, 1269211443, 0x1c387f6f, 0x1d00e1fd],
  ])('%s', (_, first, last, bits, next) => {
    expect(retarget(mainnet, bits, last - first)).toBe(next);
  });

  test('is clamped from a quarter of the timespan to four times it', () => {
    const bits = 0x1b0404cb;
    const span = mainnet.targetTimespanS;
    expect(retarget(mainnet, bits, span)).toBe(bits);
    expect(retarget(mainnet, bits, span / 4 - 1)).toBe(retarget(mainnet, bits, span / 4));
    expect(retarget(mainnet, bits, span / 4 + 1000)).not.toBe(retarget(mainnet, bits, span / 4));
    expect(retarget(mainnet, bits, span * 4 + 1)).toBe(retarget(mainnet, bits, span * 4));
    expect(retarget(mainnet, bits, span * 4 - 10000)).not.toBe(retarget(mainnet, bits, span * 4));
    expect(retarget(mainnet, bits, -5)).toBe(retarget(mainnet, bits, 0));
  });
});

describe('requiredBits', () => {
  test('change once in 2016 headers, by 2015 of their gaps', () => {
    const bits = 0x1b0404cb;
    expect(retargetInterval(mainnet)).toBe(2016);
    expect(requiredBits(mainnet, branch(2016, 1, bits), 1e9)).toBe(bits);
    expect(requiredBits(mainnet, branch(2016, 2015, bits), 1e9)).toBe(bits);
    // 2015 gaps of 600 s are a gap short of two weeks: the off-by-one.
    expect(requiredBits(mainnet, branch(2016, 2016, bits), 1e9)).toBe(retarget(mainnet, bits, 2015 * 600));
    expect(retarget(mainnet, bits, 2015 * 600)).not.toBe(bits);
    expect(requiredBits(mainnet, branch(2016, 2017, bits), 1e9)).toBe(bits);
  });

  test('a period is as long as its last time is after its first', () => {
    const late = new ArrayAncestry(timeOf, 2016);
    for (let i = 0; i < 2016; i++) late.push(header(1_300_000_000 + 300 * i, 0x1b0404cb));
    expect(requiredBits(mainnet, late, 0)).toBe(retarget(mainnet, 0x1b0404cb, 2015 * 300));
    expect(retarget(mainnet, 0x1b0404cb, 2015 * 300)).not.toBe(0x1b0404cb);
  });

  test('of signet follow the same rule under its own limit', () => {
    expect(requiredBits(signet, branch(0, 2016, 0x1e0377ae), 0)).toBe(
      retarget(signet, 0x1e0377ae, 2015 * 600),
    );
    expect(retarget(signet, 0x1e0377ae, 1e9)).toBe(0x1e0377ae);
  });

  test('of regtest never change', () => {
    const { limitBits } = regtest;
    for (const count of [1, 143, 144, 145, 2016]) {
      expect(requiredBits(regtest, branch(0, count, limitBits), 600 * count)).toBe(limitBits);
    }
    expect(requiredBits(regtest, branch(1000, 0, limitBits), 0)).toBe(limitBits);
  });
});

describe.each([testnet3, testnet4])('minimum difficulty on $name', (params: BitcoinParams) => {
  const ordinary = 0x1c00ffff;
  const parentTime = 600 * 9;

  test('is allowed more than 20 minutes after the parent', () => {
    const ancestry = branch(2016, 10, ordinary);
    expect(requiredBits(params, ancestry, parentTime + 1200)).toBe(ordinary);
    expect(requiredBits(params, ancestry, parentTime + 1201)).toBe(limit);
  });

  test('leaves the difficulty of the headers after it alone', () => {
    const ancestry = branch(2016, 10, ordinary, { 2023: limit, 2024: limit, 2025: limit });
    expect(requiredBits(params, ancestry, parentTime)).toBe(ordinary);
  });

  test('the way back ends at the start of the period', () => {
    const ancestry = branch(
      2000,
      26,
      ordinary,
      Object.fromEntries([...Array(10)].map((_, i) => [2016 + i, limit])),
    );
    expect(requiredBits(params, ancestry, 600 * 25)).toBe(limit);
  });

  test('the way back ends at genesis', () => {
    expect(requiredBits(params, branch(0, 5, limit), 0)).toBe(limit);
  });

  test('above a checkpoint it may not be known', () => {
    expect(requiredBits(params, branch(2020, 5, limit), 0)).toBeUndefined();
    expect(requiredBits(params, branch(2020, 5, limit), 600 * 4 + 1201)).toBe(limit);
    expect(requiredBits(params, branch(2020, 5, limit, { 2020: ordinary }), 0)).toBe(ordinary);
  });
});

test('BIP94 starts a retarget from the first header of the period, testnet3 from the last', () => {
  const ordinary = 0x1c00ffff;
  const ancestry = branch(2016, 2016, ordinary, { 4031: limit });
  expect(requiredBits(testnet4, ancestry, 1e9)).toBe(retarget(testnet4, ordinary, 2015 * 600));
  expect(requiredBits(testnet3, ancestry, 1e9)).toBe(retarget(testnet3, limit, 2015 * 600));
});

describe('above a checkpoint', () => {
  const bits = 0x1b0404cb;

  test('a retarget is exact if the period is known, and bounded if not', () => {
    expect(requiredBits(mainnet, branch(2017, 2015, bits), 0)).toBeUndefined();
    const ancestry = branch(4000, 32, bits);
    const [hardest, easiest] = [retarget(mainnet, bits, 0), retarget(mainnet, bits, 1e9)];
    for (const permitted of [bits, hardest, easiest])
      expect(isPermittedTransition(mainnet, ancestry, permitted)).toBe(true);
    for (const wrong of [hardest - 1, easiest + 1])
      expect(isPermittedTransition(mainnet, ancestry, wrong)).toBe(false);
  });

  test('one header is enough to bound the next', () => {
    const one = branch(4000, 1, bits);
    expect(isPermittedTransition(mainnet, one, bits)).toBe(true);
    expect(isPermittedTransition(mainnet, one, retarget(mainnet, bits, 0) - 1)).toBe(false);
  });

  test('nothing is known of the first header', () => {
    const nothing = branch(4032, 0, bits);
    expect(requiredBits(mainnet, nothing, 0)).toBeUndefined();
    expect(isPermittedTransition(mainnet, nothing, 1)).toBe(true);
  });
});
