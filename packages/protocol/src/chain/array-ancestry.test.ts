import { expect, test } from 'vitest';
import { ArrayAncestry } from './array-ancestry.js';

const first = (record: Uint8Array): number => record[0] as number;

test('answers for the heights that it holds, and no others', () => {
  const ancestry = new ArrayAncestry(first, 100, [Uint8Array.of(7), Uint8Array.of(8)]);
  ancestry.push(Uint8Array.of(9));
  expect(ancestry.height).toBe(102);
  expect([100, 101, 102].map((height) => ancestry.time(height))).toEqual([7, 8, 9]);
  expect(ancestry.record(102)).toEqual(Uint8Array.of(9));
  for (const height of [99, 103, Number.NaN]) expect(() => ancestry.time(height)).toThrow(RangeError);
  expect(() => ancestry.record(103)).toThrow('height: 103 is outside 100 … 102');
});

test('a fork leaves the branch that it came from alone', () => {
  const ancestry = new ArrayAncestry(first, 5, [Uint8Array.of(1), Uint8Array.of(2), Uint8Array.of(3)]);
  const fork = ancestry.upTo(6);
  fork.push(Uint8Array.of(9));
  expect([fork.height, fork.time(7), ancestry.time(7)]).toEqual([7, 9, 3]);
});

test('empty, it stands below its first height', () => {
  expect(new ArrayAncestry(first, 100).height).toBe(99);
});
