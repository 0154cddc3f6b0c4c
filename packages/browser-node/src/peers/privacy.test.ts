import { expect, test } from 'vitest';
import { hasTurn, usedIceServers } from './privacy.js';

const stun = { urls: 'stun:a.example' };
const turn = { urls: ['turn:b.example', 'turns:b.example'], username: 'u', credential: 'c' };
const both = { ...turn, urls: ['stun:c.example', 'turn:c.example'] };
const relaying = [turn, { ...both, urls: ['turn:c.example'] }];

test.each([
  ['no-stun', false, relaying],
  ['no-stun', true, [stun, turn, both]],
  ['stun', false, [stun, turn, both]],
  ['relay-only', false, relaying],
  ['relay-only', true, relaying],
] as const)('with %s, named by the application: %s', (privacy, isChosen, used) => {
  expect(usedIceServers([stun, turn, both], privacy, isChosen)).toEqual(used);
});

test('only TURN relays', () => {
  expect([[stun], [turn], [both], []].map(hasTurn)).toEqual([false, true, true, false]);
});
