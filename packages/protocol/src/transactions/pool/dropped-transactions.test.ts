import { expect, test } from 'vitest';
import type { Transaction } from '../../chain/transaction-rules.js';
import { TX_DROPPED_BYTES_MAX, TX_DROPPED_MAX } from '../../limits.js';
import { DroppedTransactions } from './dropped-transactions.js';

const make = (bytes: number): Transaction => ({
  id: new Uint8Array(32),
  relayId: new Uint8Array(32),
  bytes: new Uint8Array(bytes),
  fault: undefined,
  spends: [],
  sequence: undefined,
  parents: [],
  tip: undefined,
  signature: undefined,
});

test('so many are kept, each once, and the oldest goes first', () => {
  const dropped = new DroppedTransactions();
  const all = Array.from({ length: TX_DROPPED_MAX + 2 }, () => make(10));
  for (const [i, tx] of all.entries()) {
    dropped.add(`${i}`, tx);
    dropped.add(`${i}`, make(10));
    expect([...dropped.values()].length).toBe(Math.min(i + 1, TX_DROPPED_MAX));
  }
  expect([...dropped.values()]).toEqual(all.slice(2));
  expect([...dropped.values()][0]).toBe(all[2]);
});

test('of together so many bytes, again and again', () => {
  const dropped = new DroppedTransactions();
  const quarter = TX_DROPPED_BYTES_MAX / 4;
  for (let i = 0; i < 20; i++) {
    dropped.add(`${i}`, make(quarter));
    expect([...dropped.values()].length).toBe(Math.min(i + 1, 4));
  }
  dropped.add('one byte', make(1));
  expect([...dropped.values()].map(({ bytes }) => bytes.length)).toEqual([quarter, quarter, quarter, 1]);
  // One that is known counts once.
  dropped.add('one byte', make(1));
  dropped.add('the rest', make(quarter - 1));
  expect([...dropped.values()].length).toBe(5);
});
