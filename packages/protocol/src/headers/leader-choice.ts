/** Which peer leads the download of headers next, and when one may at the earliest. */
import { defined } from '../assert.js';
import { PAUSE_MS } from '../limits.js';
import { earliest } from '../peer/part.js';
import type { Peer } from '../peer/peer.js';
import type { PeerSet } from '../peer/peer-set.js';
import type { RequestLedger } from '../peer/request-ledger.js';
import { sourceOf } from './batch-request.js';
import type { TipClaims } from './tip-claims.js';
import type { Verifier } from './verifier.js';

/**
 * Why a branch of a peer is not followed. `LOW_WORK`: it has less work than a branch must have to be kept.
 * `BRANCH_REFUSED`: there is no room for it here, and that is nobody's fault.
 */
export type BranchRefusal = 'LOW_WORK' | 'BRANCH_REFUSED';

/** What the sync remembers of a peer. */
export interface Standing {
  unprovenClaims: number;
  /** It does not lead before this: its chain does not have the base of this tree, or its branch was refused. */
  putOffUntil: number;
  /** When its last turn as leader ended: the longest waiting leads next. */
  lastLedAt: number;
  /** Why its branch is not followed; it is not asked again until it announces more. */
  refused: BranchRefusal | undefined;
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
    const standing = { unprovenClaims: 0, putOffUntil: never, lastLedAt: never, refused: undefined };
    this.#standings.set(peer, standing);
  }

  delete(peer: Peer): void {
    this.#standings.delete(peer);
  }

  standing(peer: Peer): Standing {
    return defined(this.#standings.get(peer), 'a ready peer has a standing');
  }

  /** Why the branch of a peer is not followed, if it is not. */
  refused(peer: Peer): BranchRefusal | undefined {
    return this.#standings.get(peer)?.refused;
  }

  /** A peer does not lead for a while. */
  putOff(peer: Peer, now: number): void {
    this.standing(peer).putOffUntil = now + PAUSE_MS;
    this.#lastFreeAt = now + PAUSE_MS;
  }

  /** The branch of a peer is not followed: the peer does not lead for a while, and then only if it announces more. */
  refuse(peer: Peer, code: BranchRefusal, now: number): void {
    this.putOff(peer, now);
    this.standing(peer).refused = code;
  }

  /** What a peer announces is known here. */
  forgive(peer: Peer): void {
    this.standing(peer).refused = undefined;
  }

  /** A peer has brought headers that are proven and new. */
  believe(peer: Peer): void {
    this.forgive(peer);
    this.standing(peer).unprovenClaims = 0;
  }

  /** No peer leads for a while. */
  rest(now: number): void {
    this.#idleUntil = now + PAUSE_MS;
    this.#lastFreeAt = this.#idleUntil;
  }

  /** The peer that waited longest of those that have something to give; of equals the one that claims most. */
  choose(now: number, except?: Peer): Peer | undefined {
    let best: Peer | undefined;
    let bestLedAt = 0;
    if (now < this.#idleUntil && except === undefined) return undefined;
    for (const peer of this.peers.ready) {
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
    // Mostly no peer has more than is known here, and that is quickly seen.
    if (peer.announced === undefined) {
      if (!this.claims.isAhead(peer) || this.standing(peer).refused !== undefined) return false;
    }
    if (now < this.#freeAt(peer)) return false;
    // What it brought in an earlier turn comes first: asking again would bring the same.
    return this.verifier.pending(sourceOf(peer)) === 0;
  }
}
