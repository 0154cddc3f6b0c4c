import { expect, it } from 'vitest';
import {
  DIRECT_STARTS_MAX,
  DIRECT_STARTS_PER_ADDRESS_MAX,
  DIRECT_STARTS_PER_GROUP_MAX,
  DIRECT_WINDOW_MS,
} from '../limits.js';
import { RecentStarts } from './recent-starts.js';

/** How many of `count` set-ups are taken, the i-th of the i-th address. */
function taken(starts: RecentStarts, count: number, host: (i: number) => string, now = 0): number {
  return Array.from({ length: count }, (_, i) => starts.take(host(i), now)).filter(Boolean).length;
}

it('takes so many of one address, of one network and in all', () => {
  expect(taken(new RecentStarts(), 1000, () => '10.0.0.1')).toBe(DIRECT_STARTS_PER_ADDRESS_MAX);
  expect(taken(new RecentStarts(), 200, (i) => `10.0.0.${i}`)).toBe(DIRECT_STARTS_PER_GROUP_MAX);
  expect(taken(new RecentStarts(), 1000, (i) => `10.${i >> 8}.${i & 255}.1`)).toBe(DIRECT_STARTS_MAX);
});

it('counts the addresses of one subscriber over IPv6 together', () => {
  expect(taken(new RecentStarts(), 200, (i) => `2001:db8:0:1::${i + 1}`)).toBe(DIRECT_STARTS_PER_ADDRESS_MAX);
  const starts = new RecentStarts();
  expect(taken(starts, 200, (i) => `2001:db8:0:${i.toString(16)}::1`)).toBe(DIRECT_STARTS_PER_GROUP_MAX);
  expect(starts.take('2001:db8:1::1', 0)).toBe(true);
});

it('forgets a set-up after the time over which they are counted', () => {
  const starts = new RecentStarts();
  expect(taken(starts, 100, () => '10.0.0.1', 5)).toBe(DIRECT_STARTS_PER_ADDRESS_MAX);
  expect(starts.take('10.0.0.1', 4 + DIRECT_WINDOW_MS)).toBe(false);
  expect(starts.take('10.0.0.1', 5 + DIRECT_WINDOW_MS)).toBe(true);
});
