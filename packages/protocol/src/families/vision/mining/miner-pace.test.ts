import { expect, it } from 'vitest';
import { ParentRest } from './parent-rest.js';
import { FIRST_SLICE_NONCES, nextSliceNonces } from './slice-nonces.js';

it('a miner rests until its parent is a second old, and a random quarter more', () => {
  const rest = new ParentRest<string>();
  expect(rest.see('a', 100_000, 0)).toBe(true);
  expect(rest.restMs(100, 100_000)).toBe(1000);
  expect(rest.restMs(100, 100_999)).toBe(1);
  expect(rest.restMs(100, 101_000)).toBe(0);
  expect(rest.see('b', 200_000, 1)).toBe(true);
  expect(rest.restMs(200, 200_000)).toBe(1250);
});

it('it draws once for a parent, and counts from when it saw one whose clock is ahead', () => {
  const rest = new ParentRest<number>();
  rest.see(1, 50_000, 0.5);
  expect(rest.see(1, 50_500, 0)).toBe(false);
  expect(rest.restMs(59, 50_500)).toBe(625);
  expect(rest.restMs(40, 50_500)).toBeLessThan(0);
});

it('slices grow and shrink to the time that they may take', () => {
  const bounds = { ms: 100, nonces: 500 };
  expect(nextSliceNonces(FIRST_SLICE_NONCES, 48, bounds)).toBe(50);
  expect(nextSliceNonces(50, 500, bounds)).toBe(10);
  expect(nextSliceNonces(50, 0, bounds)).toBe(500);
  expect(nextSliceNonces(1, 5000, bounds)).toBe(1);
});
