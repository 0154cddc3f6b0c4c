import { expect, test } from 'vitest';
import { EarlyMessages } from './early-messages.js';

function setUp() {
  const delivered: Uint8Array[] = [];
  return { delivered, early: new EarlyMessages((bytes) => delivered.push(bytes)) };
}

test('messages are held until the channel is open, and delivered in their order', () => {
  const { delivered, early } = setUp();
  const take = (value: number): boolean => early.take(new Uint8Array([value]));
  expect([take(1), take(2), delivered.length]).toEqual([true, true, 0]);
  early.release();
  expect(take(3)).toBe(true);
  expect(delivered.map(([value]) => value)).toEqual([1, 2, 3]);
});

test('64 KiB are held, and one byte more is too much: then nothing is', () => {
  const { delivered, early } = setUp();
  expect(early.take(new Uint8Array(65_536))).toBe(true);
  expect(early.take(new Uint8Array(1))).toBe(false);
  early.release();
  expect(delivered).toEqual([]);
});
