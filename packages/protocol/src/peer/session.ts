/** What the sessions keep of one connection, and when its peer is to be pinged. */
import { PING_INTERVAL_MAX_MS, PING_INTERVAL_MS } from '../limits.js';
import type { Peer } from './peer.js';
import type { RequestKind } from './request-ledger.js';

/** `ping`: a peer that sends anything is alive, for its pong may stand behind a large message. */
export const pings: RequestKind = {
  name: 'ping',
  longestMs: Number.POSITIVE_INFINITY,
  graceUntil: ({ lastBytesAt }) => lastBytesAt + PING_INTERVAL_MS,
};

/** What is known of one connection. */
export interface Session {
  connectedAt: number;
  /** It is to be pinged as soon as possible. */
  isPingWanted: boolean;
  /** It was pinged, and has not answered. */
  isPinged: boolean;
  pongAt: number;
}

/** Whether a peer may be pinged at all. */
export function mayPing(peer: Peer, { isPinged }: Session): boolean {
  return peer.isReady && !isPinged;
}

/** A peer that is heard of otherwise needs no ping for long. */
export function pingTime({ lastBytesAt }: Peer, { isPingWanted, pongAt }: Session): number {
  if (isPingWanted) return Number.NEGATIVE_INFINITY;
  return Math.min(lastBytesAt + PING_INTERVAL_MS, pongAt + PING_INTERVAL_MAX_MS);
}
