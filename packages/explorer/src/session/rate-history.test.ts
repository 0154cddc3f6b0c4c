import { expect, it } from 'vitest';
import { RateHistory, SAMPLES_MAX } from './rate-history.js';

it('keeps a line, not what repeats it', () => {
  const rates = new RateHistory();
  for (const [at, perSecond] of [
    [0, 5],
    [1, 5],
    [2, 5],
    [3, 0],
  ] as const)
    rates.add(at, perSecond);
  expect(rates.samples).toEqual([
    { at: 0, perSecond: 5 },
    { at: 2, perSecond: 5 },
    { at: 3, perSecond: 0 },
  ]);
});

it('is bounded, and spans the whole visit', () => {
  const rates = new RateHistory();
  for (let at = 0; at < 10 * SAMPLES_MAX; at++) rates.add(at, at);
  expect(rates.samples.length).toBeLessThan(SAMPLES_MAX);
  expect(rates.samples[0]?.at).toBe(0);
  expect(rates.samples.at(-1)?.at).toBeGreaterThan(10 * SAMPLES_MAX - 100);
});
