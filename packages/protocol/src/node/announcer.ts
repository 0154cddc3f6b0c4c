/** Tells every peer of a new tip: at once at rest, now and then while headers stream in. */

import { areEqual } from '../bytes/compare-bytes.js';
import { ANNOUNCE_INTERVAL_MS } from '../limits.js';
import type { Outbox } from '../peer/outbox.js';
import type { Peer } from '../peer/peer.js';
import type { PeerSet } from '../peer/peer-set.js';
import type { HeaderTree } from '../tree/header-tree.js';

/** Remembers which tip was announced, and announces the next one when it is time. */
export class Announcer {
  /** Hash of the tip that was announced last: a slot may be given to another header. */
  #announced: Uint8Array;
  #at = Number.NEGATIVE_INFINITY;
  /** A leader that has not been told of a tip. */
  #owed: Peer | undefined;

  constructor(
    readonly tree: HeaderTree,
    readonly peers: PeerSet,
    readonly outbox: Outbox,
  ) {
    this.#announced = tree.hash(tree.tip).slice();
  }

  /** The tip as it is needs no announcement: it was read from disk. */
  skip(): void {
    this.#announced = this.tree.hash(this.tree.tip).slice();
  }

  /** @param leader  the peer that headers stream in from */
  advance(now: number, leader: Peer | undefined): void {
    const { tree } = this;
    const isStreaming = leader !== undefined;
    const tip = tree.tip;
    const isAnnounced = areEqual(tree.hash(tip), this.#announced);
    if (isAnnounced) this.#settle(leader);
    if (isAnnounced || (isStreaming && now < this.#at + ANNOUNCE_INTERVAL_MS)) return;
    const hash = tree.hash(tip).slice();
    this.#announced = hash;
    this.#at = now;
    // The leader brings such tips one after another; what came from elsewhere it hears of when it is done.
    this.#owed = leader;
    this.#tell(this.peers.ready.filter((peer) => peer !== leader && !knows(peer, hash)));
  }

  /** A leader that was not told of a tip is told once its turn has ended, unless it has brought that tip itself. */
  #settle(leader: Peer | undefined): void {
    const peer = this.#owed;
    if (peer === undefined || peer === leader) return;
    this.#owed = undefined;
    if (this.peers.get(peer.id) === peer && !knows(peer, this.tree.hash(this.tree.tip))) this.#tell([peer]);
  }

  /** A peer has said hello: it hears of a tip that came after our own hello. */
  arrived(peer: Peer): void {
    const { greetedWith } = peer;
    if (greetedWith !== undefined && !areEqual(greetedWith, this.tree.hash(this.tree.tip)))
      this.#tell([peer]);
  }

  #tell(peers: readonly Peer[]): void {
    const { tree } = this;
    const hash = tree.hash(tree.tip);
    const prev = tree.family.parent(tree.record(tree.tip));
    this.outbox.broadcast(peers, { type: 'announce', height: tree.tipHeight, hash, prev });
  }
}

function knows({ bestKnown }: Peer, hash: Uint8Array): boolean {
  return bestKnown !== undefined && areEqual(bestKnown, hash);
}
