/** Which peer leads the download of headers next, and when one may at the earliest. */
import { defined } from '../assert.js';
import type { OpenReason } from '../io/notice.js';
import { BRANCH_RETRY_MS, PAUSE_MS } from '../limits.js';
import { earliest } from '../peer/part.js';
import type { Peer } from '../peer/peer.js';
import type { PeerSet } from '../peer/peer-set.js';
import type { RequestLedger } from '../peer/request-ledger.js';
import { sourceOf } from './batch-request.js';
import type { TipClaims } from './tip-claims.js';
import type { Verifier } from './verifier.js';

/** What the sync remembers of a peer. */
export interface Standing {
  unprovenClaims: number;
  /** It does not lead before this: its chain does not have the base of this tree, or its branch was refused. */
  putOffUntil: number;
  /** When its last turn as leader ended: the longest waiting leads next. */
  lastLedAt: number;
  /** Why this side did not take all that it has; undefined if it did, or has not tried. */
  refusal: OpenReason | undefined;
}

const never = Number.NEGATIVE_INFINITY;

/** Chooses leaders; see the head of this file. */
export class LeaderChoice {
  readonly #standings = new Map<Peer, Standing>();
  /** No peer leads before this: hashing failed. */
  #idleUntil = never;
  /** After this no peer is kept from leading, but for the ledger's pauses. */
  #lastFreeAt = never;

  constructor(
    readonly claims: TipClaims,
    readonly verifier: Verifier,
    readonly peers: PeerSet,
    readonly ledger: RequestLedger,
  ) {}

  add(peer: Peer): void {
    const standing = { unprovenClaims: 0, putOffUntil: never, lastLedAt: never, refusal: undefined };
    this.#standings.set(peer, standing);
  }

  /** The tree begins anew: what was refused may be welcome now. */
  restart(): void {
    for (const standing of this.#standings.values()) {
      standing.putOffUntil = never;
      standing.refusal = undefined;
    }
  }

  delete(peer: Peer): void {
    this.#standings.delete(peer);
  }

  standing(peer: Peer): Standing {
    return defined(this.#standings.get(peer), 'a ready peer has a standing');
  }

  /**
   * True if a peer may have more than is verified: it claims more work, or a header that is not known here. Of a branch
   * that had too little work a further header says nothing.
   */
  isOpen(peer: Peer): boolean {
    const isOpen = this.claims.isOpen(peer);
    return isOpen && this.refusal(peer) === 'LOW_WORK' ? this.claims.isAhead(peer) : isOpen;
  }

  /** Why this side did not take all that a peer has. */
  refusal(peer: Peer): OpenReason | undefined {
    return this.#standings.get(peer)?.refusal;
  }

  /** A peer does not lead for a while. */
  putOff(peer: Peer, now: number, forMs = PAUSE_MS): void {
    this.standing(peer).putOffUntil = now + forMs;
    this.#lastFreeAt = Math.max(this.#lastFreeAt, now + forMs);
  }

  /**
   * This side did not take all that a peer has. What is ahead of the clock may be asked for again as long as there is room
   * for it, a branch for which there is none after a long while, and one of too little work if the peer announces more.
   */
  refuse(peer: Peer, reason: OpenReason, now: number): void {
    this.standing(peer).refusal = reason;
    const { held } = this.claims;
    const mayAskAgain =
      reason === 'HEADERS_AHEAD' && !held.isFullFor(sourceOf(peer)) && this.claims.isHeldBack(peer);
    if (!mayAskAgain) this.putOff(peer, now, reason === 'BRANCH_REFUSED' ? BRANCH_RETRY_MS : PAUSE_MS);
  }

  /** All that a peer has was taken. */
  take(peer: Peer): void {
    this.standing(peer).refusal = undefined;
  }

  /** No peer leads for a while. */
  rest(now: number): void {
    this.#idleUntil = now + PAUSE_MS;
    this.#lastFreeAt = Math.max(this.#lastFreeAt, this.#idleUntil);
  }

  /** The peer that waited longest of those that have something to give; of equals the one that claims most. */
  choose(now: number, except?: Peer): Peer | undefined {
    let best: Peer | undefined;
    let bestLedAt = 0;
    if (now < this.#idleUntil && except === undefined) return undefined;
    const { tree } = this.claims;
    const work = tree.chainwork(tree.tip);
    for (const peer of this.peers.ready) {
      // Mostly no peer has more than is known here, and that is quickly seen.
      if (peer.announced === undefined && peer.claimedChainwork <= work) continue;
      if (peer === except || !this.#hasMore(peer, now)) continue;
      const { lastLedAt } = this.standing(peer);
      const isBetter =
        best === undefined ||
        lastLedAt < bestLedAt ||
        (lastLedAt === bestLedAt && peer.claimedChainwork > best.claimedChainwork);
      if (!isBetter) continue;
      best = peer;
      bestLedAt = lastLedAt;
    }
    return best;
  }

  /** When a pause ends; undefined if there is none. */
  nextTurn(now: number): number | undefined {
    let next: number | undefined;
    if (now >= Math.max(this.#lastFreeAt, this.ledger.lastPauseEnd)) return next;
    for (const peer of this.peers.ready) {
      const at = Math.max(this.#freeAt(peer), this.#idleUntil);
      if (at > now) next = earliest(next, at);
    }
    return next;
  }

  /** When a peer may lead, as far as pauses go. */
  #freeAt(peer: Peer): number {
    return Math.max(this.ledger.pausedUntil(peer.id), this.standing(peer).putOffUntil);
  }

  #hasMore(peer: Peer, now: number): boolean {
    this.claims.settle(peer);
    // What waits for the clock need not come again.
    if (peer.announced === undefined) {
      if (!this.claims.isAhead(peer) || this.claims.isHeldBack(peer)) return false;
      if (this.standing(peer).refusal === 'LOW_WORK') return false;
    }
    if (now < this.#freeAt(peer)) return false;
    // What it brought in an earlier turn comes first: asking again would bring the same.
    return this.verifier.pending(sourceOf(peer)) === 0;
  }
}
