import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TokenBucket } from './token-bucket.js';

const rate = { perSecond: 10, burst: 5 };

test('a burst is allowed at once, and not one token more', () => {
  const bucket = new TokenBucket(rate, 0);
  expect([1, 1, 1, 1, 1, 1].map((cost) => bucket.take(cost, 0))).toEqual([
    true,
    true,
    true,
    true,
    true,
    false,
  ]);
});

test('time brings tokens back, up to the burst', () => {
  const bucket = new TokenBucket(rate, 0);
  expect(bucket.take(5, 0)).toBe(true);
  expect(bucket.take(1, 99)).toBe(false);
  expect(bucket.take(1, 100)).toBe(true);
  expect(bucket.isFull(599)).toBe(false);
  expect(bucket.isFull(60_000)).toBe(true);
  expect(bucket.take(6, 60_000)).toBe(false);
});

test('a clock that steps back gives nothing', () => {
  const bucket = new TokenBucket(rate, 1000);
  expect(bucket.take(5, 1000)).toBe(true);
  expect(bucket.take(1, 0)).toBe(false);
  expect(bucket.take(1, 1099)).toBe(false);
});

test('whatever the pattern, no more is taken than the burst and the rate allow', () => {
  const acts = fc.array(fc.record({ afterMs: fc.nat(300), cost: fc.integer({ min: 1, max: 7 }) }));
  fc.assert(
    fc.property(acts, (list) => {
      const bucket = new TokenBucket(rate, 0);
      let nowMs = 0;
      let taken = 0;
      for (const { afterMs, cost } of list) {
        nowMs += afterMs;
        if (bucket.take(cost, nowMs)) taken += cost;
        expect(taken).toBeLessThanOrEqual(rate.burst + (nowMs / 1000) * rate.perSecond + 1e-9);
      }
    }),
  );
});
