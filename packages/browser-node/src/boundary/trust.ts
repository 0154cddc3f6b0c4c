import { chanceOfNone, isStale, type Tip, type TrustFacts, type TrustReason } from '@vision-light/protocol';

/** What the answers of a node rest on now. */
export interface Trust extends TrustFacts {
  /** Seconds from the tip's timestamp to now by the clock of this device; 0 if the timestamp is ahead of it. */
  readonly tipAgeS: number;
  /**
   * How probable it is that no block comes for so long, 0 to 1, if blocks are found as often as the difficulty aims at.
   * Below 0.001 the tip counts as stale.
   */
  readonly tipAgeProbability: number;
  /** Signaling servers that were named in the options, and those that can be asked now. */
  readonly signaling: { readonly named: number; readonly joined: number };
}

/** Of a node that has not heard of any peer yet. */
export function firstTrust(tip: Tip): TrustFacts {
  return {
    level: 'none',
    reasons: ['NO_PEERS'],
    tip,
    targetSpacingS: Number.POSITIVE_INFINITY,
    peers: { browsers: 0, gateways: 0, agreeing: 0, differing: 0, introducers: 0 },
    recent: { windowS: 0, blocks: 0, expected: 0, probability: 1 },
    checkpoint: undefined,
    headers: { verified: 0, assumed: 0 },
    clockAheadS: undefined,
  };
}

/**
 * The facts as they are now: time has passed since the worker looked at them, perhaps a night in which nothing here ran.
 *
 * @param wallTime  Unix seconds
 */
export function trustNow(facts: TrustFacts, signaling: Trust['signaling'], wallTime: number): Trust {
  const { tip, targetSpacingS } = facts;
  const tipAgeS = Math.max(0, wallTime - tip.time);
  const isNewlyStale =
    facts.level !== 'none' && isStale(tipAgeS, targetSpacingS) && !facts.reasons.includes('TIP_STALE');
  const aged: { level: 'degraded'; reasons: TrustReason[] } | undefined = isNewlyStale
    ? { level: 'degraded', reasons: ['TIP_STALE', ...facts.reasons] }
    : undefined;
  return {
    ...facts,
    ...aged,
    tipAgeS,
    tipAgeProbability: chanceOfNone(tipAgeS, targetSpacingS),
    signaling,
  };
}
