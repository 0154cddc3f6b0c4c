import { expect, test } from 'vitest';
import { AvoidedPeers } from './avoided-peers.js';

test('a peer is avoided for 10 s if it could not be reached, and for 60 s after a fault', () => {
  const avoided = new AvoidedPeers();
  avoided.add('gone', 'unreachable', 1000);
  avoided.add('bad', 'faulty', 1000);
  expect([avoided.has('gone', 10_999), avoided.has('gone', 11_000)]).toEqual([true, false]);
  expect([avoided.has('bad', 60_999), avoided.has('bad', 61_000)]).toEqual([true, false]);
  expect(avoided.has('other', 1000)).toBe(false);
});

test('a failed attempt does not shorten the wait after a fault', () => {
  const avoided = new AvoidedPeers();
  avoided.add('bad', 'faulty', 0);
  avoided.add('bad', 'unreachable', 1000);
  expect(avoided.has('bad', 59_999)).toBe(true);
});

test('no more than 512 are remembered; the one that was added first is forgotten', () => {
  const avoided = new AvoidedPeers();
  for (let i = 0; i < 512; i++) avoided.add(String(i), 'faulty', 0);
  avoided.add('0', 'faulty', 0);
  avoided.add('512', 'faulty', 0);
  expect(['0', '1', '2', '512'].map((id) => avoided.has(id, 1))).toEqual([true, false, true, true]);
});
