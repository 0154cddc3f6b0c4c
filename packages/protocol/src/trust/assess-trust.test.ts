import { describe, expect, it } from 'vitest';
import { trustReasons } from '../io/trust.js';
import { STALE_PROBABILITY, TRUST_WINDOW_SPACINGS } from '../limits.js';
import { findTrustReasons, isStale, type TrustSigns, trustLevel } from './assess-trust.js';
import { ageOfChance, chanceOfAtMost, chanceOfNone } from './chances.js';

const good: TrustSigns = {
  tip: { height: 9, hash: '00'.repeat(32), time: 1, chainwork: 10n },
  targetSpacingS: 600,
  peers: { browsers: 2, gateways: 1, agreeing: 3, differing: 0, introducers: 2 },
  recent: { windowS: 14_400, blocks: 24, expected: 24, probability: 1 },
  checkpoint: undefined,
  headers: { verified: 10, assumed: 0 },
  isCheckpointFalse: false,
  unknowingPeers: 0,
  clockAheadS: 0,
  isSynced: true,
  isNetworkLost: false,
  tipAgeS: 60,
  hasWithheldRun: false,
  hasKnownGateway: false,
  isWorkWeak: false,
};

describe('what speaks against the answers of a node', () => {
  it('is nothing where all is well', () => {
    expect(findTrustReasons(good)).toEqual([]);
    expect(trustLevel([])).toBe('full');
  });

  it('is each sign by itself, and each degrades', () => {
    const cases: [Partial<TrustSigns>, string][] = [
      [{ isSynced: false }, 'NOT_SYNCED'],
      [{ isNetworkLost: true }, 'NETWORK_LOST'],
      [{ tipAgeS: 4200 }, 'TIP_STALE'],
      [{ recent: { ...good.recent, probability: 0.0009 } }, 'BLOCKS_SLOW'],
      [{ peers: { ...good.peers, differing: 3 } }, 'PEERS_DISAGREE'],
      [{ clockAheadS: -31 }, 'CLOCK_DOUBTFUL'],
      [{ hasWithheldRun: true }, 'WITHHELD_BLOCKS'],
      [{ peers: { ...good.peers, agreeing: 2 } }, 'FEW_PEERS'],
      [{ peers: { ...good.peers, introducers: 1 } }, 'ONE_INTRODUCER'],
      [{ isCheckpointFalse: true }, 'CHECKPOINT_REFUTED'],
      [
        { unknowingPeers: 1, checkpoint: { height: 1, hash: '', time: 1, isProven: false } },
        'CHECKPOINT_DOUBTFUL',
      ],
      [{ isWorkWeak: true }, 'WEAK_PROOF_OF_WORK'],
    ];
    for (const [sign, reason] of cases) {
      const reasons = findTrustReasons({ ...good, ...sign });
      expect(reasons).toEqual([reason]);
      expect(trustLevel(reasons)).toBe('degraded');
      expect(trustReasons).toHaveProperty(reason);
    }
  });

  it('is that there is nobody, whatever else there is', () => {
    const peers = { browsers: 0, gateways: 0, agreeing: 0, differing: 0, introducers: 0 };
    const reasons = findTrustReasons({ ...good, peers, isSynced: false, tipAgeS: 1e9 });
    expect(reasons).toEqual(['NO_PEERS']);
    expect([trustLevel(reasons), trustLevel(['NODE_CLOSED'])]).toEqual(['none', 'none']);
  });

  it('is not who introduced the peers, where one of them has a key that the application knows', () => {
    const peers = { ...good.peers, introducers: 1 };
    expect(findTrustReasons({ ...good, peers, hasKnownGateway: true })).toEqual([]);
  });

  it('is no peer without the checkpoint, once that is proven', () => {
    const checkpoint = { height: 1, hash: '', time: 1, isProven: true };
    expect(findTrustReasons({ ...good, checkpoint, unknowingPeers: 3 })).toEqual([]);
  });

  it('a few peers of another branch do not count against many', () => {
    expect(findTrustReasons({ ...good, peers: { ...good.peers, agreeing: 5, differing: 4 } })).toEqual([]);
  });
});

describe('chances', () => {
  it('of no block fall by e with each spacing', () => {
    expect(chanceOfNone(0, 600)).toBe(1);
    expect(chanceOfNone(-7200, 600)).toBe(1);
    expect(chanceOfNone(600, 600)).toBeCloseTo(1 / Math.E, 12);
    expect(ageOfChance(chanceOfNone(1234, 600), 600)).toBeCloseTo(1234, 6);
    expect([isStale(4144, 600), isStale(4145, 600)]).toEqual([false, true]);
  });

  it('of at most so many are those of a Poisson distribution', () => {
    expect(chanceOfAtMost(0, 24)).toBeCloseTo(Math.exp(-24), 15);
    expect(chanceOfAtMost(10, 24)).toBeCloseTo(0.001085, 6);
    expect(chanceOfAtMost(9, 24)).toBeLessThan(STALE_PROBABILITY);
    expect(chanceOfAtMost(24, TRUST_WINDOW_SPACINGS)).toBeCloseTo(0.554, 3);
    expect(chanceOfAtMost(500, 24)).toBeCloseTo(1, 12);
  });
});
