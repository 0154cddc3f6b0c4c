import { describe, expect, it } from 'vitest';
import { difficultyOf, leadingZeros, targetOfBits, workFigures } from './proof-of-work.js';

const header = { height: 1, parent: '0'.repeat(64), time: 0 };

describe('workFigures', () => {
  it('compares the first 64 bits of a digest of Vision with (2^64 − 1) / difficulty', () => {
    const digest = `00ff${'0'.repeat(60)}`;
    const figures = workFigures({ ...header, hash: 'a'.repeat(64), fields: { difficulty: 256n, digest } });
    expect(figures).toMatchObject({
      target: `00${'f'.repeat(62)}`,
      digest,
      digitsCompared: 16,
      work: 256n,
      algorithm: 'VisionX',
    });
    expect(figures?.margin).toBeCloseTo(256 / 255);
  });

  it('compares all of a hash of Bitcoin, and counts work as Bitcoin Core does', () => {
    const hash = '00000000839a8e6886ab5951d76f411475428afc90947ee320161bbf18eb6048';
    const figures = workFigures({ ...header, hash, fields: { bits: '1d00ffff' } });
    expect(figures).toMatchObject({
      target: `00000000ffff${'0'.repeat(52)}`,
      digest: hash,
      digitsCompared: 64,
      work: 0x100010001n,
    });
  });

  it('says nothing of the genesis, and of fields that it does not know', () => {
    const hash = 'a'.repeat(64);
    expect(workFigures({ ...header, height: 0, hash, fields: { bits: '1d00ffff' } })).toBeUndefined();
    for (const fields of [
      {},
      { bits: 'zz' },
      { difficulty: 0n, digest: hash },
      { difficulty: 1n, digest: 'a' },
      { difficulty: '1', digest: hash },
    ])
      expect(workFigures({ ...header, hash, fields }), JSON.stringify(Object.keys(fields))).toBeUndefined();
  });
});

describe('targetOfBits', () => {
  it.each([
    ['1d00ffff', 0xffffn << 208n],
    ['207fffff', 0x7fffffn << 232n],
    ['03123456', 0x123456n],
    ['01123456', 0x12n],
  ])('reads %s', (bits, target) => {
    expect(targetOfBits(bits)).toBe(target);
  });

  it.each(['', '1d00fff', '00000000', '1d800000', 'ff7fffff'])('takes “%s” for none', (bits) => {
    expect(targetOfBits(bits)).toBeUndefined();
  });
});

it('difficulty is what each chain calls so', () => {
  expect(difficultyOf({ fields: { bits: '1d00ffff' } })).toBe(1);
  expect(difficultyOf({ fields: { bits: '1b0404cb' } })).toBeCloseTo(16_307.42, 2);
  expect(difficultyOf({ fields: { difficulty: 12n } })).toBe(12);
  expect(difficultyOf({ fields: {} })).toBeUndefined();
});

it('zeros at the beginning are counted', () => {
  expect(['', '0', '0010', 'f0'].map(leadingZeros)).toEqual([0, 1, 2, 0]);
});
