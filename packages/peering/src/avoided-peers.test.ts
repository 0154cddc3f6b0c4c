import { expect, test } from 'vitest';
import { AvoidedPeers } from './avoided-peers.js';
import type { SignalRoute } from './introducer.js';

const route: SignalRoute = { url: 'http://signal.example/', ownId: 'm', iceServers: [], send: () => {} };

test('a peer is avoided for 10 s if it could not be reached, and for 60 s after a fault', () => {
  const avoided = new AvoidedPeers();
  avoided.add(route, 'gone', 'unreachable', 1000);
  avoided.add(route, 'bad', 'faulty', 1000);
  expect([avoided.has(route, 'gone', 10_999), avoided.has(route, 'gone', 11_000)]).toEqual([true, false]);
  expect([avoided.has(route, 'bad', 60_999), avoided.has(route, 'bad', 61_000)]).toEqual([true, false]);
  expect(avoided.has(route, 'other', 1000)).toBe(false);
});

test('a failed attempt does not shorten the wait after a fault', () => {
  const avoided = new AvoidedPeers();
  avoided.add(route, 'bad', 'faulty', 0);
  avoided.add(route, 'bad', 'unreachable', 1000);
  expect(avoided.has(route, 'bad', 59_999)).toBe(true);
});

test('no more than 512 are remembered; the one that was added first is forgotten', () => {
  const avoided = new AvoidedPeers();
  for (let i = 0; i < 512; i++) avoided.add(route, String(i), 'faulty', 0);
  avoided.add(route, '0', 'faulty', 0);
  avoided.add(route, '512', 'faulty', 0);
  expect(['0', '1', '2', '512'].map((id) => avoided.has(route, id, 1))).toEqual([true, false, true, true]);
});

test('ids that name attempts are not remembered', () => {
  const avoided = new AvoidedPeers();
  avoided.add({ ...route, namesAttempts: true }, 'once', 'faulty', 0);
  avoided.add({ ...route, namesAttempts: false }, 'again', 'faulty', 0);
  expect([avoided.has(route, 'once', 1), avoided.has(route, 'again', 1)]).toEqual([false, true]);
});
