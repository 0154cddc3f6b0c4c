/**
 * Which peers are asked for headers below a checkpoint: those that have shown the checkpoint's header at its height. Each
 * peer is asked for that header alone first. A peer that gives another header there is on a chain without it, and is counted.
 *
 * One request to each peer at a time, so that none is asked for more than it serves. Memory: two fields of each peer.
 */
import { MESSAGE_TIMEOUT_MS, PAUSE_MS } from '../../limits.js';
import { earliest } from '../../peer/part.js';
import type { Peer } from '../../peer/peer.js';
import type { PeerSet } from '../../peer/peer-set.js';
import type { RequestKind, RequestLedger } from '../../peer/request-ledger.js';
import { headerRequests } from '../lead.js';

/** `getHeaders` for what is below. */
export const belowRequests: RequestKind = {
  name: 'getHeaders below',
  longestMs: MESSAGE_TIMEOUT_MS,
  graceUntil: headerRequests.graceUntil,
};

interface Standing {
  /** Whether it has the header that everything rests on; undefined until it has shown what it has. */
  knows: boolean | undefined;
  putOffUntil: number;
}

/** What is known of the peers; see the head of this file. */
export class BelowPeers {
  readonly #standings = new Map<Peer, Standing>();

  constructor(
    readonly peers: PeerSet,
    readonly ledger: RequestLedger,
  ) {}

  delete(peer: Peer): void {
    this.#standings.delete(peer);
  }

  clear(): void {
    this.#standings.clear();
  }

  standing(peer: Peer): Standing {
    const known = this.#standings.get(peer);
    if (known !== undefined) return known;
    const standing = { knows: undefined, putOffUntil: Number.NEGATIVE_INFINITY };
    this.#standings.set(peer, standing);
    return standing;
  }

  /** It does not serve what was asked for, or not now. */
  putOff(peer: Peer, now: number): void {
    this.standing(peer).putOffUntil = now + PAUSE_MS;
  }

  /** Peers that have the header, and peers that have another one. */
  get counts(): { readonly knowing: number; readonly unknowing: number } {
    const all = [...this.#standings.values()];
    const knowing = all.filter(({ knows }) => knows === true).length;
    return { knowing, unknowing: all.filter(({ knows }) => knows === false).length };
  }

  /**
   * A peer to ask next: one that knows, or one that has yet to show what it has.
   *
   * @param height  which the peer must claim at least
   * @param isBusy  whether a peer has something else to do
   */
  choose(height: number, now: number, isBusy: (peer: Peer) => boolean): Peer | undefined {
    for (const peer of this.peers.ready) {
      if (this.#mayAsk(peer, height) && !isBusy(peer) && this.#freeAt(peer) <= now) return peer;
    }
    return undefined;
  }

  /** When the next peer may be asked that may not be now. */
  nextFreeAt(height: number, now: number): number | undefined {
    let next: number | undefined;
    for (const peer of this.peers.ready) {
      if (!this.#mayAsk(peer, height)) continue;
      const freeAt = this.#freeAt(peer);
      if (freeAt > now) next = earliest(next, freeAt);
    }
    return next;
  }

  #freeAt(peer: Peer): number {
    return Math.max(this.standing(peer).putOffUntil, this.ledger.pausedUntil(peer.id));
  }

  #mayAsk(peer: Peer, height: number): boolean {
    const isOpen = this.standing(peer).knows !== false && peer.height >= height;
    return isOpen && this.ledger.inFlight(peer.id, belowRequests) === 0;
  }
}
