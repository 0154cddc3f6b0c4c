import { describe, expect, it } from 'vitest';
import { parseNetAddress } from '../net-address.js';
import { chanceOf, countFailure, isUseless, type KnownAddress } from './known-address.js';

const now = 1_800_000_000;
const DAY = 86_400;

function known(facts: Partial<KnownAddress> = {}): KnownAddress {
  const address = parseNetAddress('1.2.3.4', 8333);
  if (address === undefined) throw new Error('an address');
  return {
    address,
    key: '1.2.3.4:8333',
    group: '1.2',
    services: 9,
    time: now,
    lastTry: 0,
    lastSuccess: 0,
    failures: 0,
    countedAt: -1,
    isTried: false,
    bucket: 0,
    ...facts,
  };
}

describe('isUseless', () => {
  const cases: readonly (readonly [string, Partial<KnownAddress>, boolean])[] = [
    ['one that was just heard of', {}, false],
    ['seen 30 days ago', { time: now - 30 * DAY }, false],
    ['seen longer ago', { time: now - 30 * DAY - 1 }, true],
    ['seen in 10 minutes', { time: now + 600 }, false],
    ['seen later', { time: now + 601 }, true],
    ['never answered, 2 failures', { failures: 2 }, false],
    ['never answered, 3 failures', { failures: 3 }, true],
    ['answered a week ago, 10 failures', { failures: 10, lastSuccess: now - 7 * DAY }, false],
    ['answered before that, 9 failures', { failures: 9, lastSuccess: now - 7 * DAY - 1 }, false],
    ['answered before that, 10 failures', { failures: 10, lastSuccess: now - 7 * DAY - 1 }, true],
    ['useless, and dialed a minute ago', { time: 0, lastTry: now - 60 }, false],
    ['useless, and dialed before that', { time: 0, lastTry: now - 61 }, true],
  ];
  it.each(cases)('%s', (_, facts, expected) => {
    expect(isUseless(known(facts), now)).toBe(expected);
  });
});

describe('chanceOf', () => {
  const cases: readonly (readonly [Partial<KnownAddress>, number])[] = [
    [{}, 1],
    [{ failures: 1 }, 0.66],
    [{ failures: 2 }, 0.66 ** 2],
    [{ failures: 8 }, 0.66 ** 8],
    [{ failures: 9 }, 0.66 ** 8],
    [{ failures: 255 }, 0.66 ** 8],
    [{ lastTry: now - 599 }, 0.01],
    [{ lastTry: now - 600 }, 1],
    [{ lastTry: now + 5, failures: 1 }, 0.0066],
  ];
  it.each(cases)('of %j is %d', (facts, chance) => {
    expect(chanceOf(known(facts), now)).toBeCloseTo(chance, 12);
  });
});

describe('countFailure', () => {
  it('counts one failure between two successes', () => {
    const address = known();
    for (const successes of [0, 0, 0, 1, 1, 5]) countFailure(address, successes);
    expect(address.failures).toBe(3);
  });

  it('counts to 255', () => {
    const address = known();
    for (let successes = 0; successes < 300; successes++) countFailure(address, successes);
    expect(address.failures).toBe(255);
  });
});
