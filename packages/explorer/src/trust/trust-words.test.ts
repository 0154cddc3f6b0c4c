import type { Trust, TrustReason } from '@vision-light/browser-node';
import { expect, it } from 'vitest';
import { remedyFor, trustNumbers } from './trust-words.js';

const trust: Trust = {
  level: 'degraded',
  reasons: ['FEW_PEERS'],
  tip: { height: 9, hash: 'a'.repeat(64), time: 100, chainwork: 10n },
  targetSpacingS: 5,
  peers: { browsers: 1, gateways: 2, agreeing: 2, differing: 1, introducers: 1 },
  recent: { windowS: 600, blocks: 110, expected: 120, probability: 0.19 },
  checkpoint: undefined,
  headers: { verified: 9, assumed: 0 },
  clockAheadS: -90,
  tipAgeS: 7,
  tipAgeProbability: 0.246,
  signaling: { named: 2, joined: 1 },
};

it('a reason has something that would mend it, or a sentence that nothing does', () => {
  const reasons: readonly TrustReason[] = ['NO_PEERS', 'TIP_STALE', 'ONE_INTRODUCER', 'WEAK_PROOF_OF_WORK'];
  for (const reason of reasons) expect(remedyFor(reason), reason).toMatch(/^[A-Z].*\.$/);
  expect(remedyFor('OF_A_LATER_RELEASE')).toBe('');
});

it('the numbers are told in words', () => {
  const words = Object.fromEntries(trustNumbers(trust));
  expect(words).toMatchObject({
    Peers: '1 browser, 2 gateways',
    'Agree on the tip': '2, and 1 differ',
    'Signaling servers': '1 of 2 can be asked',
    'Age of the tip': '7 s; so long without a block has a probability of 0.25',
    Clock: '1 min ahead of those of the peers',
  });
  expect(words['Newest blocks']).toMatch(/^110 in 10 min, where 120 are expected \(.*0\.19\)$/);
  const checkpoint = { height: 2016, hash: 'b'.repeat(64), time: 0, isProven: false };
  expect(Object.fromEntries(trustNumbers({ ...trust, checkpoint })).Checkpoint).toBe(
    'height 2,016 of 1970-01-01 00:00:00 UTC, not proven down to the genesis yet',
  );
  const early = Object.fromEntries(
    trustNumbers({
      ...trust,
      targetSpacingS: Number.POSITIVE_INFINITY,
      clockAheadS: undefined,
      recent: { windowS: 0, blocks: 0, expected: 0, probability: 1 },
    }),
  );
  expect(early).toMatchObject({ Spacing: 'not known yet', 'Newest blocks': 'too few to tell' });
});
