import { expect, test } from 'vitest';
import { judgeOffer } from './glare.js';

const offering = { isOffering: true, ownId: 'm' };

test.each([
  ['there is no link', undefined, 'm', 'z', 'answer'],
  ['both offer, and our id is the lower one', offering, 'm', 'z', 'passOver'],
  ['both offer, and our id is the higher one', offering, 'm', 'a', 'answer'],
  [
    'the link is open, or is the answer to an earlier offer',
    { ...offering, isOffering: false },
    'm',
    'z',
    'answer',
  ],
  ['we offered under another id', { ...offering, ownId: 'b' }, 'm', 'z', 'answer'],
] as const)('an offer that comes when %s', (_when, link, ownId, remoteId, verdict) => {
  expect(judgeOffer(link, ownId, remoteId)).toBe(verdict);
});

test('of two offers that cross exactly one is passed over', () => {
  for (const [a, b] of [
    ['a', 'b'],
    ['b', 'a'],
    ['a', 'aa'],
    ['Z', 'a'],
  ] as const) {
    const verdicts = [
      judgeOffer({ isOffering: true, ownId: a }, a, b),
      judgeOffer({ isOffering: true, ownId: b }, b, a),
    ];
    expect(verdicts.sort()).toEqual(['answer', 'passOver']);
  }
});
