import type { OpenReason } from '../io/notice.js';

/** What the sync remembers of a peer. */
export interface Standing {
  unprovenClaims: number;
  /** It does not lead before this: its chain does not have the base of this tree. */
  putOffUntil: number;
  /** Why this side did not take all that it has; undefined if it did, or has not tried. */
  refusal: OpenReason | undefined;
  /** When its last turn as leader ended: the longest waiting leads next. */
  lastLedAt: number;
}
