/** What the sync remembers of a peer. */
export interface Standing {
  unprovenClaims: number;
  /** It does not lead before this: its chain does not have the base of this tree. */
  putOffUntil: number;
  /** When its last turn as leader ended: the longest waiting leads next. */
  lastLedAt: number;
}
