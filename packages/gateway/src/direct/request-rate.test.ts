import { expect, it } from 'vitest';
import { DIRECT_REQUESTS_PER_SECOND_MAX } from '../limits.js';
import { RequestRate } from './request-rate.js';

it('takes so many requests in each second', () => {
  const rate = new RequestRate();
  const takenAt = (now: number): number =>
    Array.from({ length: 3 * DIRECT_REQUESTS_PER_SECOND_MAX }, () => rate.take(now)).filter(Boolean).length;
  expect(takenAt(5)).toBe(DIRECT_REQUESTS_PER_SECOND_MAX);
  expect(takenAt(1004)).toBe(0);
  expect(takenAt(1005)).toBe(DIRECT_REQUESTS_PER_SECOND_MAX);
});
