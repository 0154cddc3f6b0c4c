import { expect, test } from 'vitest';
import { EarlyMessages } from './early-messages.js';

test('messages are held until the channel is open, and released in their order', () => {
  const early = new EarlyMessages();
  const [first, second] = [new Uint8Array([1]), new Uint8Array([2])];
  expect([early.take(first), early.take(second)]).toEqual(['held', 'held']);
  expect(early.release()).toEqual([first, second]);
  expect(early.take(first)).toBe('pass');
  expect(early.release()).toEqual([]);
});

test('64 KiB are held, and one byte more is too much: then nothing is', () => {
  const early = new EarlyMessages();
  expect(early.take(new Uint8Array(65_536))).toBe('held');
  expect(early.take(new Uint8Array(1))).toBe('overflow');
  expect(early.release()).toEqual([]);
});
