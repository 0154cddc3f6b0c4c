import { expect, test } from 'vitest';
import { FRAME_BYTES_MAX, SPARE_BYTES_MAX } from '../limits.js';
import { SpareBuffers } from './spare-buffers.js';

const large = (bytes = 0): Uint8Array => new Uint8Array(FRAME_BYTES_MAX + 1 + bytes);

test('gives the largest buffer there is, once, and none that is too small', () => {
  const spares = new SpareBuffers();
  for (const bytes of [1, 3, 2]) spares.give(large(bytes));
  expect(spares.take(FRAME_BYTES_MAX + 5)).toBeUndefined();
  expect(spares.take(1)?.length).toBe(FRAME_BYTES_MAX + 4);
  expect(spares.take(FRAME_BYTES_MAX + 3)?.length).toBe(FRAME_BYTES_MAX + 3);
  expect(spares.take(1)?.length).toBe(FRAME_BYTES_MAX + 2);
  expect(spares.take(1)).toBeUndefined();
  expect(spares.bytes).toBe(0);
});

test('keeps no buffer of a frame or less', () => {
  const spares = new SpareBuffers();
  spares.give(new Uint8Array(FRAME_BYTES_MAX));
  expect(spares.bytes).toBe(0);
});

test('holds SPARE_BYTES_MAX at most, and lets the smallest go', () => {
  const spares = new SpareBuffers();
  for (let i = 0; i < 100; i++) {
    spares.give(large(i * 1000));
    expect(spares.bytes).toBeLessThanOrEqual(SPARE_BYTES_MAX);
  }
  expect(spares.bytes).toBeGreaterThan(SPARE_BYTES_MAX * 0.9);
  expect(spares.take(1)?.length).toBe(large(99_000).length);
  spares.give(new Uint8Array(SPARE_BYTES_MAX + 1));
  expect(spares.bytes).toBe(0);
  spares.give(new Uint8Array(SPARE_BYTES_MAX));
  expect(spares.bytes).toBe(SPARE_BYTES_MAX);
});
