import { describe, expect, it } from 'vitest';
import {
  countNoun,
  formatAge,
  formatBytes,
  formatChainwork,
  formatRate,
  formatSpan,
  formatTime,
  shortenHash,
} from './quantities.js';

describe('quantities', () => {
  it('shows a short chainwork in full and a long one as a power of two', () => {
    expect(formatChainwork(0n)).toBe('0');
    expect(formatChainwork(999_999_999_999n)).toBe('999,999,999,999');
    expect(formatChainwork(2n ** 40n)).toBe('2^40.00');
    expect(formatChainwork(3n * 2n ** 254n)).toBe('2^255.58');
  });

  it('shows sizes in bytes, then in kB and MB with a decimal', () => {
    expect([1, 999, 1000, 1234, 999_999, 1_000_000].map(formatBytes)).toEqual([
      '1 byte',
      '999 bytes',
      '1.0 kB',
      '1.2 kB',
      '1,000.0 kB',
      '1.0 MB',
    ]);
  });

  it('shows rates below ten with a decimal', () => {
    expect([0, 0.21, 9.94, 10.4, 102_345].map(formatRate)).toEqual(['0', '0.2', '9.9', '10', '102,345']);
  });

  it('shows ages in the largest unit that fits', () => {
    expect([-30, -1, 0, 9, 10, 59, 60, 3_599, 3_600, 86_400, 172_800, 533_000_000].map(formatAge)).toEqual([
      '30 s ahead of this clock',
      'just now',
      'just now',
      'just now',
      '10 s ago',
      '50 s ago',
      '1 min ago',
      '59 min ago',
      '1 h ago',
      '1 day ago',
      '2 days ago',
      '16 years ago',
    ]);
  });

  it('shows short spans with a decimal where there is one', () => {
    expect([5.13, 5, 13.4].map(formatSpan)).toEqual(['5.1 s', '5 s', '13 s']);
  });

  it('shows times in UTC, and one that no calendar holds as a number', () => {
    expect(formatTime(1_231_006_505)).toBe('2009-01-03 18:15:05 UTC');
    expect(formatTime(1e18)).toBe('1000000000000000000');
  });

  it('keeps both ends of a hash', () => {
    expect(shortenHash('0123456789abcdef'.repeat(4))).toBe('01234567…89abcdef');
  });

  it('counts one and many', () => {
    expect([countNoun(1, 'peer'), countNoun(0, 'peer'), countNoun(1_200, 'peer')]).toEqual([
      '1 peer',
      '0 peers',
      '1,200 peers',
    ]);
  });
});
