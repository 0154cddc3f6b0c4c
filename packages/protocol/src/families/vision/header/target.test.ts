import { expect, test } from 'vitest';
import { isAtMost, meetsDifficulty, targetHigh, targetOf } from './target.js';

const digest = (high: bigint, rest: number): Uint8Array => {
  const bytes = new Uint8Array(32).fill(rest);
  new DataView(bytes.buffer).setBigUint64(0, high);
  return bytes;
};

test('a digest meets a difficulty up to the target, whatever its last 192 bits are', () => {
  const high = targetHigh(100n);
  for (const rest of [0, 0xff]) {
    expect(meetsDifficulty(digest(high, rest), 100n)).toBe(true);
    expect(meetsDifficulty(digest(high + 1n, rest), 100n)).toBe(false);
    expect(isAtMost(digest(high, 0xff), targetOf(100n))).toBe(true);
  }
});

test('no digest meets difficulty 0, which the reference takes for anything', () => {
  expect(meetsDifficulty(new Uint8Array(32), 0n)).toBe(false);
  expect(targetHigh(0n)).toBe(2n ** 64n - 1n);
});
