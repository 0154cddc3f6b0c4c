import { describe, expect, test } from 'vitest';
import { ArrayAncestry } from '../../../chain/array-ancestry.js';
import { lwmaDifficulty } from './lwma.js';
import { nextProducerDifficulty, producerDifficulty } from './producer-rule.js';
import { encodeRecord, timeOf } from './record.js';

const zeros = new Uint8Array(32);

function ancestryOf(
  headers: readonly (readonly [time: number, difficulty: bigint])[],
  firstHeight = 0,
): ArrayAncestry {
  const plain = { parent: zeros, number: 0n, nonce: 0n, txRoot: zeros, miner: zeros, digest: zeros };
  const records = headers.map(([time, difficulty]) => {
    return encodeRecord({ ...plain, timestamp: BigInt(time), difficulty }, 64) as Uint8Array;
  });
  return new ArrayAncestry(timeOf, firstHeight, records);
}

describe('producer rule', () => {
  const times = (gaps: readonly number[]): number[] => {
    let time = 1000;
    return [
      time,
      ...gaps.map((gap) => {
        time += gap;
        return time;
      }),
    ];
  };
  const next = (gaps: readonly number[], last: bigint) =>
    nextProducerDifficulty(times(gaps).length, times(gaps), last);
  const twenty = (sum: number): number[] => [...Array<number>(19).fill(4), sum - 19 * 4];

  test('turns at a mean of 4.5 s and of 5.5 s, neither included', () => {
    expect([89, 90, 110, 111].map((sum) => next(twenty(sum), 60n))).toEqual([61n, 60n, 60n, 59n]);
  });

  test('stays between 1 and 248', () => {
    expect(next(twenty(111), 1n)).toBe(1n);
    expect(next(twenty(111), 2n)).toBe(1n);
    expect(next(twenty(80), 247n)).toBe(248n);
    expect(next(twenty(80), 248n)).toBe(248n);
  });

  test('is 1 for the first three headers, and looks at 20 gaps from then on', () => {
    expect(nextProducerDifficulty(2, [0, 1], 9n)).toBe(1n);
    expect(nextProducerDifficulty(3, [0, 1, 2], 9n)).toBe(10n);
    // The long first gap is the twentieth, then the twenty-first.
    expect(next([1e9, ...Array<number>(19).fill(1)], 9n)).toBe(8n);
    expect(next([1e9, ...Array<number>(20).fill(1)], 9n)).toBe(10n);
  });

  test('a gap counts for a second at least', () => {
    // Twenty gaps of −100 s would make up for anything; as 1 s each they do not.
    expect(next([...Array<number>(19).fill(-100), 92], 9n)).toBe(8n);
    expect(next([...Array<number>(19).fill(-100), 91], 9n)).toBe(9n);
  });

  test('on a branch it is the same', () => {
    const headers = times(twenty(89)).map((time) => [time, 60n] as const);
    expect(producerDifficulty(ancestryOf(headers, 500))).toBe(61n);
    expect(producerDifficulty(ancestryOf(headers.slice(1), 500))).toBeUndefined();
    expect(producerDifficulty(ancestryOf(headers.slice(0, 2)))).toBe(1n);
    expect(producerDifficulty(ancestryOf(headers.slice(0, 3)))).toBe(61n);
  });
});

describe('LWMA', () => {
  const steady = (count: number, gap: number, difficulty: bigint) =>
    Array.from({ length: count }, (_, i) => [1e9 + gap * i, difficulty] as const);

  test('a steady chain keeps its difficulty, one of any length', () => {
    for (const count of [2, 3, 59, 60, 61, 62, 200]) {
      expect(lwmaDifficulty(ancestryOf(steady(count, 5, 1000n)), 5), `${count}`).toBe(1000n);
      expect(lwmaDifficulty(ancestryOf(steady(count, 30, 1000n)), 30), `${count}`).toBe(1000n);
    }
  });

  test('is 1 after genesis and never less', () => {
    expect(lwmaDifficulty(ancestryOf(steady(1, 5, 1000n)), 5)).toBe(1n);
    expect(lwmaDifficulty(ancestryOf(steady(61, 1000, 1n)), 5)).toBe(1n);
  });

  test('is at most five times, at least a sixth of the mean', () => {
    expect(lwmaDifficulty(ancestryOf(steady(61, 0, 6000n)), 5)).toBe(30000n);
    expect(lwmaDifficulty(ancestryOf(steady(61, 30, 6000n)), 5)).toBe(1000n);
    expect(lwmaDifficulty(ancestryOf(steady(61, 100_000, 6000n)), 5)).toBe(1000n);
  });

  test('the 61st header back is the last that counts', () => {
    const headers = steady(62, 5, 1_000_000n);
    const late = headers.map(([time, difficulty], i) => [i < 2 ? time - 4 : time, difficulty] as const);
    expect(lwmaDifficulty(ancestryOf(late), 5)).toBeLessThan(1_000_000n);
    const later = headers.map(([time, difficulty], i) => [i < 1 ? time - 4 : time, difficulty] as const);
    expect(lwmaDifficulty(ancestryOf(later), 5)).toBe(1_000_000n);
  });

  test('difficulties near 2^64 add up exactly', () => {
    const most = 2n ** 64n - 1n;
    expect(lwmaDifficulty(ancestryOf(steady(61, 5, most)), 5)).toBe(most);
    expect(lwmaDifficulty(ancestryOf(steady(61, 0, most)), 5)).toBe(5n * most);
  });

  test('needs its whole window above a checkpoint', () => {
    expect(lwmaDifficulty(ancestryOf(steady(60, 5, 7n), 100), 5)).toBeUndefined();
    expect(lwmaDifficulty(ancestryOf(steady(61, 5, 7n), 100), 5)).toBe(7n);
    expect(lwmaDifficulty(ancestryOf([], 100), 5)).toBeUndefined();
  });
});
