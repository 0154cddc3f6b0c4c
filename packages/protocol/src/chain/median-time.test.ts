import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ArrayAncestry } from './array-ancestry.js';
import { isAfterMedianTime, medianTimePast } from './median-time.js';

function ancestryOf(times: readonly number[], firstHeight = 0): ArrayAncestry {
  return new ArrayAncestry(
    (record) => record[0] as number,
    firstHeight,
    times.map((time) => Uint8Array.of(time)),
  );
}

const times = fc.array(fc.nat(20), { minLength: 1, maxLength: 25 });

test('the median of the last 11; of fewer, the element at half their number', () => {
  fc.assert(
    fc.property(times, (all) => {
      const sorted = all.slice(-11).sort((a, b) => a - b);
      expect(medianTimePast(ancestryOf(all))).toBe(sorted[Math.floor(sorted.length / 2)]);
    }),
  );
  expect(medianTimePast(ancestryOf([1, 2]))).toBe(2);
});

test('counting says what sorting says', () => {
  fc.assert(
    fc.property(times, fc.nat(21), (all, time) => {
      const median = medianTimePast(ancestryOf(all)) as number;
      expect(isAfterMedianTime(time, ancestryOf(all))).toBe(time > median);
    }),
  );
});

test('above a checkpoint the rule waits for 11 ancestors', () => {
  const ten = Array.from({ length: 10 }, () => 9);
  expect(medianTimePast(ancestryOf(ten, 1000))).toBeUndefined();
  expect(isAfterMedianTime(0, ancestryOf(ten, 1000))).toBe(true);
  expect(isAfterMedianTime(9, ancestryOf([...ten, 9], 1000))).toBe(false);
  expect(isAfterMedianTime(10, ancestryOf([...ten, 9], 1000))).toBe(true);
  expect(isAfterMedianTime(0, ancestryOf([], 1000))).toBe(true);
});
