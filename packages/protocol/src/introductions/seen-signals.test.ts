import { expect, it } from 'vitest';
import { SIGNALS_SEEN_MAX } from '../limits.js';
import { SeenSignals } from './seen-signals.js';

const signalAt = (time: number, name: number) => ({
  sender: new Uint8Array(32),
  nonce: new Uint8Array(new Uint32Array([name, 0, 0, 0]).buffer),
  time,
});

it('forgets the oldest signals where there are too many, and then takes none as old as those', () => {
  const seen = new SeenSignals();
  for (let i = 0; i < SIGNALS_SEEN_MAX; i++) seen.add(signalAt(100 + Math.floor(i / 10), i), 0);
  expect([seen.size, seen.has(signalAt(100, SIGNALS_SEEN_MAX))]).toEqual([SIGNALS_SEEN_MAX, false]);
  seen.add(signalAt(105, SIGNALS_SEEN_MAX), 0);
  expect(seen.size).toBe(SIGNALS_SEEN_MAX - 9);
  expect([100, 101].map((time) => seen.has(signalAt(time, SIGNALS_SEEN_MAX + 1)))).toEqual([true, false]);
  expect([seen.has(signalAt(101, 10)), seen.has(signalAt(105, SIGNALS_SEEN_MAX))]).toEqual([true, true]);
});

it('knows a signal by its sender and its nonce', () => {
  const seen = new SeenSignals();
  seen.add(signalAt(100, 1), 40);
  expect(seen.has(signalAt(101, 1))).toBe(true);
  expect(seen.has(signalAt(100, 2))).toBe(false);
  expect(seen.has({ ...signalAt(100, 1), sender: new Uint8Array(32).fill(1) })).toBe(false);
});
