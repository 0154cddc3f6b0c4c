/**
 * What speaks against the answers of a node, and how much it weighs. The same for every platform, and a function of its
 * arguments.
 */
import type { TrustFacts, TrustLevel, TrustReason } from '../io/trust.js';
import {
  CLOCK_DOUBTFUL_S,
  STALE_PROBABILITY,
  TRUSTED_INTRODUCERS_MIN,
  TRUSTED_PEERS_MIN,
} from '../limits.js';
import { chanceOfNone } from './chances.js';

/** What is known beyond the numbers that the application gets. */
export interface TrustSigns extends Omit<TrustFacts, 'level' | 'reasons'> {
  readonly isSynced: boolean;
  /** Gateways are there to follow the network by full nodes, and none of them reaches one. */
  readonly isNetworkLost: boolean;
  /** Seconds since the tip, by its timestamp or since it came here, whichever is longer. */
  readonly tipAgeS: number;
  /** A run that seems to have been withheld is among the newest blocks. */
  readonly hasWithheldRun: boolean;
  readonly isCheckpointFalse: boolean;
  /** Peers that have come as far as the checkpoint and have another header there. */
  readonly unknowingPeers: number;
  /** One of those that agree has a key that the application knows. */
  readonly hasKnownGateway: boolean;
  readonly isWorkWeak: boolean;
}

/** Whether a tip is older than chance explains. */
export function isStale(ageS: number, targetSpacingS: number): boolean {
  return chanceOfNone(ageS, targetSpacingS) < STALE_PROBABILITY;
}

/** The reasons, those that weigh most first. */
export function findTrustReasons(signs: TrustSigns): TrustReason[] {
  const { peers, recent, checkpoint, clockAheadS = 0 } = signs;
  const { agreeing, differing, introducers } = peers;
  if (peers.browsers + peers.gateways === 0) return ['NO_PEERS'];
  const reasons: [TrustReason, boolean][] = [
    ['NOT_SYNCED', !signs.isSynced],
    ['NETWORK_LOST', signs.isNetworkLost],
    ['TIP_STALE', isStale(signs.tipAgeS, signs.targetSpacingS)],
    ['BLOCKS_SLOW', recent.probability < STALE_PROBABILITY],
    ['CHECKPOINT_REFUTED', signs.isCheckpointFalse],
    ['CHECKPOINT_DOUBTFUL', signs.unknowingPeers > 0 && checkpoint?.isProven === false],
    ['PEERS_DISAGREE', differing > 0 && differing >= agreeing],
    ['CLOCK_DOUBTFUL', Math.abs(clockAheadS) > CLOCK_DOUBTFUL_S],
    ['WITHHELD_BLOCKS', signs.hasWithheldRun],
    ['FEW_PEERS', agreeing < TRUSTED_PEERS_MIN],
    ['ONE_INTRODUCER', introducers < TRUSTED_INTRODUCERS_MIN && !signs.hasKnownGateway],
    ['WEAK_PROOF_OF_WORK', signs.isWorkWeak],
  ];
  return reasons.flatMap(([reason, applies]) => (applies ? [reason] : []));
}

/** The level that follows from the reasons. */
export function trustLevel([first]: readonly TrustReason[]): TrustLevel {
  if (first === undefined) return 'full';
  return first === 'NO_PEERS' || first === 'NODE_CLOSED' ? 'none' : 'degraded';
}
