import { describe, expect, test } from 'vitest';
import { ArrayAncestry } from '../../../chain/array-ancestry.js';
import type { HeaderVerdict } from '../../../chain/chain-family.js';
import { type BitcoinParams, bitcoinParams } from '../network-params.js';
import { checkHeader } from './check-header.js';
import { TargetTable } from './compact-target.js';
import { type BitcoinHeader, encodeHeader, timeOf } from './record.js';

const zeros = new Uint8Array(32);
const { mainnet, testnet3, testnet4, signet, regtest } = bitcoinParams;
const start = 1_600_000_000;

function header(fields: Partial<BitcoinHeader>): Uint8Array {
  const { limitBits } = mainnet;
  return encodeHeader({
    version: 4,
    parent: zeros,
    merkleRoot: zeros,
    time: start,
    bits: limitBits,
    nonce: 0,
    ...fields,
  });
}

/** Headers up to `height`, a minute apart, the last at `start`; above a checkpoint unless they reach down to 0. */
function branch(params: BitcoinParams, height: number, count = Math.min(20, height + 1)): ArrayAncestry {
  const ancestry = new ArrayAncestry(timeOf, height - count + 1);
  for (let i = count - 1; i >= 0; i--)
    ancestry.push(header({ time: start - 60 * i, bits: params.limitBits }));
  return ancestry;
}

function verdict(
  params: BitcoinParams,
  record: Uint8Array,
  ancestry: ArrayAncestry,
  wallTime = start,
): HeaderVerdict {
  return checkHeader(params, new TargetTable(params.limitBits), record, ancestry, wallTime);
}

function codeOf(given: HeaderVerdict): string {
  return given.kind === 'rejected' ? given.code : given.kind;
}

test('HEADER_MALFORMED: a record of another size', () => {
  for (const size of [0, 79, 81]) {
    expect(codeOf(verdict(mainnet, new Uint8Array(size), branch(mainnet, 100)))).toBe('HEADER_MALFORMED');
  }
  // Two records, and a third one that is not there.
  const records = new Uint8Array([...header({}), ...header({})]);
  const at = (byte: number): string =>
    codeOf(
      checkHeader(mainnet, new TargetTable(mainnet.limitBits), records, branch(mainnet, 100), start, byte),
    );
  expect([0, 80, 160].map(at)).toEqual(['ok', 'ok', 'HEADER_MALFORMED']);
});

describe('HEADER_BAD_VERSION', () => {
  test.each([
    [mainnet, 227931, 2],
    [mainnet, 363725, 3],
    [mainnet, 388381, 4],
    [testnet3, 21111, 2],
    [testnet3, 330776, 3],
    [testnet3, 581885, 4],
  ] as const)('$name from height %i', (params, height, least) => {
    const before = branch(params, height - 2);
    const at = branch(params, height - 1);
    expect(codeOf(verdict(params, header({ version: least - 1 }), before))).toBe('ok');
    expect(codeOf(verdict(params, header({ version: least - 1 }), at))).toBe('HEADER_BAD_VERSION');
    expect(codeOf(verdict(params, header({ version: least }), at))).toBe('ok');
    expect(codeOf(verdict(params, header({ version: 0x2000_0000 }), at))).toBe('ok');
    // Versions are signed.
    expect(codeOf(verdict(params, header({ version: 0xa000_0000 }), at))).toBe('HEADER_BAD_VERSION');
  });

  test.each([testnet4, signet, regtest])('$name from height 1', (params) => {
    const { limitBits: bits } = params;
    expect(codeOf(verdict(params, header({ version: 3, bits }), branch(params, 0)))).toBe(
      'HEADER_BAD_VERSION',
    );
    expect(codeOf(verdict(params, header({ version: 4, bits, time: start + 1 }), branch(params, 0)))).toBe(
      'ok',
    );
  });

  test('any version goes below BIP34', () => {
    expect(codeOf(verdict(mainnet, header({ version: 0xffff_ffff }), branch(mainnet, 5)))).toBe('ok');
  });
});

test('HEADER_BAD_BITS: zero, negative, overflowing, above the limit', () => {
  const ancestry = branch(mainnet, 100);
  for (const bits of [0, 0x1d80ffff, 0xff00ffff, 0x1d010000]) {
    expect(codeOf(verdict(mainnet, header({ bits }), ancestry)), bits.toString(16)).toBe('HEADER_BAD_BITS');
  }
  expect(codeOf(verdict(signet, header({ bits: 0x1e0377af }), branch(signet, 100)))).toBe('HEADER_BAD_BITS');
  expect(verdict(mainnet, header({ bits: 0x123456 }), ancestry)).toMatchObject({ detail: '00123456' });
});

test('HEADER_BAD_DIFFICULTY: valid bits, but not those that the rule demands', () => {
  const ancestry = branch(mainnet, 100);
  expect(codeOf(verdict(mainnet, header({ bits: 0x1d00ffff }), ancestry))).toBe('ok');
  expect(codeOf(verdict(mainnet, header({ bits: 0x1d00fffe }), ancestry))).toBe('HEADER_BAD_DIFFICULTY');
  const regtestBranch = branch(regtest, 100);
  expect(codeOf(verdict(regtest, header({ bits: 0x207ffffe }), regtestBranch))).toBe('HEADER_BAD_DIFFICULTY');
});

test('HEADER_TIME_TOO_OLD: not after the median of the last 11', () => {
  const ancestry = branch(mainnet, 100);
  const median = start - 5 * 60;
  expect(codeOf(verdict(mainnet, header({ time: median }), ancestry))).toBe('HEADER_TIME_TOO_OLD');
  expect(codeOf(verdict(mainnet, header({ time: median + 1 }), ancestry))).toBe('ok');
  // From genesis on fewer do, above a checkpoint they do not.
  expect(codeOf(verdict(mainnet, header({ time: start }), branch(mainnet, 0)))).toBe('HEADER_TIME_TOO_OLD');
  expect(codeOf(verdict(mainnet, header({ time: 1 }), branch(mainnet, 100, 10)))).toBe('ok');
});

test('HEADER_TIME_TOO_NEW: more than two hours ahead of the clock', () => {
  const ancestry = branch(mainnet, 100);
  const time = start + 7200;
  expect(codeOf(verdict(mainnet, header({ time }), ancestry, start))).toBe('ok');
  expect(codeOf(verdict(mainnet, header({ time: time + 1 }), ancestry, start))).toBe('HEADER_TIME_TOO_NEW');
});

describe('HEADER_TIME_TIMEWARP', () => {
  /** Eleven old headers keep the median out of the way; the parent is the last, 1000 s after them. */
  function beforePeriod(params: BitcoinParams, height: number): ArrayAncestry {
    const ancestry = new ArrayAncestry(timeOf, height - 12);
    for (let i = 0; i < 11; i++) ancestry.push(header({ time: start - 1000, bits: params.limitBits }));
    ancestry.push(header({ time: start, bits: params.limitBits }));
    return ancestry;
  }

  test('the first header of a period is at most 600 s before its parent', () => {
    const ancestry = beforePeriod(testnet4, 2016 * 3);
    expect(codeOf(verdict(testnet4, header({ time: start - 600 }), ancestry))).toBe('ok');
    expect(codeOf(verdict(testnet4, header({ time: start - 601 }), ancestry))).toBe('HEADER_TIME_TIMEWARP');
  });

  test('of a branch above a checkpoint the parent alone is enough', () => {
    const ancestry = new ArrayAncestry(timeOf, 2016 * 3 - 1, [header({ time: start })]);
    expect(codeOf(verdict(testnet4, header({ time: start - 600 }), ancestry))).toBe('ok');
    expect(codeOf(verdict(testnet4, header({ time: start - 601 }), ancestry))).toBe('HEADER_TIME_TIMEWARP');
  });

  test('no other header, and no other network', () => {
    expect(
      codeOf(verdict(testnet4, header({ time: start - 601 }), beforePeriod(testnet4, 2016 * 3 + 1))),
    ).toBe('ok');
    expect(codeOf(verdict(testnet3, header({ time: start - 601 }), beforePeriod(testnet3, 2016 * 3)))).toBe(
      'ok',
    );
    expect(codeOf(verdict(mainnet, header({ time: start - 601 }), beforePeriod(mainnet, 2016 * 3)))).toBe(
      'ok',
    );
  });
});

test('a checkpoint is judged by what needs no ancestor', () => {
  const nothing = new ArrayAncestry(timeOf, 400_000);
  expect(codeOf(verdict(mainnet, header({ time: 1, bits: 0x1b0404cb }), nothing))).toBe('ok');
  expect(codeOf(verdict(mainnet, header({ version: 3 }), nothing))).toBe('HEADER_BAD_VERSION');
  expect(codeOf(verdict(mainnet, header({ bits: 0x1d010000 }), nothing))).toBe('HEADER_BAD_BITS');
  expect(codeOf(verdict(mainnet, header({ time: start + 7201 }), nothing))).toBe('HEADER_TIME_TOO_NEW');
  expect(codeOf(verdict(testnet4, header({}), new ArrayAncestry(timeOf, 2016)))).toBe('ok');
});
