import { expect, it } from 'vitest';
import { KeptTransactions } from './kept-transactions.js';
import { TX_KEPT_BYTES_MAX, TX_KEPT_MAX } from './session-limits.js';

const name = (i: number): Uint8Array => new Uint8Array(32).fill(i);

it('keeps a copy under its name, and the newer one of two with one name', () => {
  const kept = new KeptTransactions();
  const bytes = Uint8Array.of(1, 2, 3);
  kept.add(name(1), bytes);
  bytes[0] = 9;
  expect(kept.get(name(1))).toEqual(Uint8Array.of(1, 2, 3));
  kept.add(name(1), Uint8Array.of(4));
  expect(kept.get(name(1))).toEqual(Uint8Array.of(4));
  expect(kept.get(name(2))).toBe(undefined);
});

it('forgets the oldest where there are too many', () => {
  const kept = new KeptTransactions();
  for (let i = 0; i < TX_KEPT_MAX; i++) kept.add(name(i), Uint8Array.of(i));
  expect(kept.get(name(0))).toBeDefined();
  // It counts as new from here on.
  kept.add(name(0), Uint8Array.of(0));
  kept.add(name(TX_KEPT_MAX), Uint8Array.of(1));
  expect([0, 1, 2].map((i) => kept.get(name(i)) !== undefined)).toEqual([true, false, true]);
});

it('forgets the oldest where they are too large, and counts what it has only', () => {
  const kept = new KeptTransactions();
  const half = new Uint8Array(TX_KEPT_BYTES_MAX / 2);
  for (const i of [1, 1, 1, 2]) kept.add(name(i), half);
  expect(kept.get(name(1))).toBeDefined();
  kept.add(name(3), Uint8Array.of(1));
  expect([1, 2, 3].map((i) => kept.get(name(i)) !== undefined)).toEqual([false, true, true]);
});
