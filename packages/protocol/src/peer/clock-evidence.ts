/**
 * What the peers' clocks say of ours. A hello tells its sender's clock; a slow line only makes that look earlier, so a peer
 * whose clock seems ahead is ahead. One peer decides nothing where there are others: the median counts.
 */
import { CLOCK_BEHIND_S } from '../limits.js';
import type { Peer } from './peer.js';

/** Whether most of those peers that tell their clock are ahead of ours by more than {@link CLOCK_BEHIND_S}. */
export function isClockBehind(peers: readonly Peer[]): boolean {
  const told = peers.filter(({ clockAheadS }) => clockAheadS !== undefined);
  const ahead = told.filter(({ clockAheadS = 0 }) => clockAheadS > CLOCK_BEHIND_S);
  return ahead.length * 2 > told.length;
}

/** By how many seconds the clock of the peer in the middle is ahead of ours; undefined if none tells its clock. */
export function medianClockAhead(peers: readonly Peer[]): number | undefined {
  const told = peers.flatMap(({ clockAheadS }) => (clockAheadS === undefined ? [] : [clockAheadS]));
  return told.sort((a, b) => a - b)[Math.floor(told.length / 2)];
}
